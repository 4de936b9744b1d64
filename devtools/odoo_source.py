"""The Odoo to run: the developer's own (ODOO_HOME), or Debian's package in the cache."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .debian import PrivateApt
from .pins import ODOO_PACKAGES, ODOO_SERIES
from .ui import DevError, say, step, warn

HOME_HINT = (
    "ODOO_HOME must be a source checkout of Odoo 19 (with odoo-bin), the root of an unpacked "
    "package (with usr/lib/python3/dist-packages/odoo), or the folder that contains `odoo`. "
    "Unset it to have one fetched."
)
# Debian leaves this non-free script out; without a file in its place the web client logs
# an error and every browser test fails. It only blurs the background of video calls.
MISSING_SCRIPT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
LAYOUT = 1  # raise it when what _build does changes


@dataclass(frozen=True)
class Odoo:
    """An Odoo that can be run: where it is imported from, and what tells it from another."""

    package_parent: Path
    stamp: str

    @property
    def package(self):
        """Return the folder of the Python package `odoo`."""
        return self.package_parent / "odoo"

    def command(self, python):
        """Return the start of the command line of this Odoo's server."""
        scripts = (self.package_parent / "odoo-bin", self.package_parent / "../../../bin/odoo")
        script = next((path.resolve() for path in scripts if path.is_file()), None)
        return [str(python), str(script)] if script else [str(python), "-m", "odoo"]


def locate():
    """Return the Odoo to run, fetched first if need be."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return _from_home(Path(home).expanduser().absolute())
    stamp = f"odoo {ODOO_SERIES} {ODOO_PACKAGES} layout {LAYOUT}"
    root = paths.cached("odoo", stamp, _build, lambda: say("- Another ./dev fetches Odoo …"))
    parent = root / "root" / "usr/lib/python3/dist-packages"
    return Odoo(parent, f"{root.name} {(root / 'version').read_text()}")


def _from_home(home):
    for parent in (home, home / "usr/lib/python3/dist-packages"):
        release = parent / "odoo" / "release.py"
        if not release.is_file():
            continue
        found = re.search(r"version_info = \((\d+), (\d+)", release.read_text())
        series = ".".join(found.groups()) if found else "unknown"
        if series != ODOO_SERIES:
            raise DevError(f"ODOO_HOME={home} is Odoo {series}, not {ODOO_SERIES}", HOME_HINT)
        return Odoo(parent, f"{parent} {_revision(parent)}")
    raise DevError(f"there is no Odoo in ODOO_HOME={home}", HOME_HINT)


def _revision(folder):
    """Return the commit of a source checkout, so that templates follow its updates."""
    if not (folder / ".git").exists() or not shutil.which("git"):
        return ""
    done = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _build(folder):
    with step("Fetching Odoo 19 from Debian (125 MB)"):
        apt = PrivateApt(folder / "apt", sorted({suite for _name, suite in ODOO_PACKAGES}))
        apt.update()
        debs = apt.fetch(ODOO_PACKAGES, folder / "root")
        package = folder / "root/usr/lib/python3/dist-packages/odoo"
        script = package / "addons" / MISSING_SCRIPT
        if not script.exists():
            script.parent.mkdir(parents=True, exist_ok=True)
            script.touch()
        (folder / "version").write_text(next(deb for deb in debs if deb.startswith("odoo-19")))
        shutil.rmtree(folder / "apt")
    dangling = [
        link for link in package.rglob("*") if link.is_symlink() and not link.resolve().exists()
    ]
    if dangling:
        warn(f"{len(dangling)} files of Odoo's web client are links to nothing, such as {dangling[0]}")
