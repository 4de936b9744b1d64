"""The OCA module `queue_job`, fetched as a Python package: only for the checks that need it."""

import os
import shutil
import zipfile

from . import paths
from .pins import QUEUE_JOB_PACKAGES
from .python_env import pip_download
from .ui import step

MODULE = "queue_job"
LAYOUT = 1


def folder():
    """Return the folder with the module in `addons` and its Python library in `lib`.

    :raises DevError: when it cannot be fetched
    """
    return paths.cached(MODULE, f"{QUEUE_JOB_PACKAGES} layout {LAYOUT}", _build)


def options():
    """Return the options that let Odoo find the module."""
    return [f"--addons-path={paths.ADDONS},{folder() / 'addons'}"]


def variables(prepared):
    """Return the environment in which Odoo finds the module's library."""
    path = os.pathsep.join([prepared.variables["PYTHONPATH"], str(folder() / "lib")])
    return {**prepared.variables, "PYTHONPATH": path}


def _build(target):
    with step("Fetching the OCA module queue_job (0.4 MB)"):
        wheels = target / "wheels"
        for package in QUEUE_JOB_PACKAGES:
            pip_download(package, wheels)
        for wheel in wheels.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(target / "lib")
        # The package puts the module where Odoo's own are; as a folder of addons it is
        # found without being taken for Odoo itself.
        (target / "lib" / "odoo" / "addons").rename(target / "addons")
        shutil.rmtree(target / "lib" / "odoo")
        shutil.rmtree(wheels)
