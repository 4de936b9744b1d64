"""Python environments in the cache: one that runs Odoo, one for the linters."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from . import paths
from .debian import PrivateApt
from .pins import PIP_PACKAGE
from .ui import DevError, run, say, step

PIP_OPTIONS = ("--no-input", "--disable-pip-version-check")
NEWEST_PYTHON = (3, 13)
VENV_HINT = "As root: apt-get install python3-venv — then run the command again."


def python():
    """Return the interpreter that runs Odoo, its packages installed."""
    chosen = os.environ.get("ODOO_PYTHON")
    if chosen:
        return Path(chosen)
    return _environment("python", "requirements.txt", "the Python packages of Odoo")


def lint_python():
    """Return the interpreter that runs the linters."""
    return _environment("lint", "requirements-lint.txt", "the linters")


def pip_command(interpreter):
    """Return how to call pip for ``interpreter`` and the extra environment that needs.

    Without pip in the environment (a Debian without python3-venv), the wheel in Debian's
    python3-pip-whl serves: pip runs straight from it.
    """
    command = [interpreter, "-m", "pip"]
    if run([interpreter, "-c", "import importlib.util as u; print(u.find_spec('pip'))"]) != "None\n":
        return command, {}
    try:
        root = paths.cached("pip", str(PIP_PACKAGE), _build_pip, _waiting("pip"))
    except DevError as error:
        raise DevError(f"pip is missing, and so is a way to get it: {error}", VENV_HINT) from error
    return command, {"PYTHONPATH": str(next(root.rglob("pip-*.whl")))}


def _build_pip(folder):
    with step("No pip on this machine: taking it from Debian's package of it"):
        apt = PrivateApt(folder / "apt", [PIP_PACKAGE[1]])
        apt.update()
        apt.fetch([PIP_PACKAGE], folder)
        shutil.rmtree(folder / "apt")


def pip_download(requirement, target, *options):
    """Download one package file into ``target`` with the machine's own pip set-up."""
    target.mkdir(parents=True, exist_ok=True)
    command, extra = pip_command(python_for_pip())
    run(
        [*command, "download", *PIP_OPTIONS, "--no-deps", *options, "-d", target, requirement],
        env={**os.environ, **extra},
        what=f"pip download {requirement}",
    )


def python_for_pip():
    """Return an interpreter to call pip with: this one when it has pip, else Odoo's."""
    return Path(sys.executable) if importlib.util.find_spec("pip") else python()


def _environment(name, requirements, title):
    if sys.version_info[:2] > NEWEST_PYTHON:
        raise DevError(
            f"Odoo 19 runs on Python 3.10 to 3.13, and this is {sys.version.split()[0]}",
            "Start ./dev with another one, for example: python3.13 ./dev test",
        )
    pins = paths.DEVTOOLS / requirements
    stamp = f"python {sys.version.split()[0]} at {sys.base_prefix}\n{pins.read_text()}"

    def build(folder):
        with step(f"Installing {title} (1 to 3 minutes)"):
            _make_venv(folder)
            command, extra = pip_command(folder / "bin" / "python")
            run(
                [*command, "install", *PIP_OPTIONS, "-r", pins],
                env={**os.environ, **extra},
                what=f"pip install -r devtools/{requirements}",
                hint="Check that pip can reach its package index from this machine.",
            )

    return paths.cached(name, stamp, build, _waiting(title)) / "bin" / "python"


def _make_venv(folder):
    if importlib.util.find_spec("venv") is None:
        raise DevError("this Python has no venv module", VENV_HINT)
    command = [sys.executable, "-m", "venv"]
    if importlib.util.find_spec("ensurepip") is None:
        command.append("--without-pip")
    run([*command, folder], what="python -m venv", hint=VENV_HINT)


def _waiting(title):
    return lambda: say(f"- Another ./dev is already at it: {title}; waiting …")
