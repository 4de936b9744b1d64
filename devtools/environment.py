"""Everything a command needs to run Odoo, set up on first use."""

import os
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import odoo_source, paths, postgres, python_env, wkhtmltopdf
from .odoo_source import Odoo

NOTHING_LISTENS_HERE = 9  # the port "discard": mail goes nowhere unless a sink says where


@dataclass(frozen=True)
class Environment:
    """A prepared Odoo, interpreter and database server."""

    odoo: Odoo
    python: Path
    variables: dict
    server_programs: Path | None

    def odoo_command(self, *arguments):
        """Return a command line of Odoo's server program."""
        return [*self.odoo.command(self.python), *(str(part) for part in arguments)]

    def run_odoo(self, *arguments, **options):
        """Run Odoo in the foreground and return its exit code."""
        return call(self.odoo_command(*arguments), env=self.variables, **options)

    def run_python(self, script, *arguments, **options):
        """Run a script of devtools with Odoo's interpreter; return its exit code."""
        command = [str(self.python), str(paths.DEVTOOLS / script), *map(str, arguments)]
        return call(command, env=self.variables, **options)


def prepare():
    """Set up what is missing and return the :class:`Environment`."""
    paths.prepare()
    odoo = odoo_source.locate()
    python = python_env.python()
    pdf = wkhtmltopdf.folder()
    server, server_programs = postgres.environment()
    variables = {**os.environ, **server}
    variables["PYTHONPATH"] = str(odoo.package_parent)
    # The virtual environment's scripts are not needed, but a patched wkhtmltopdf must be
    # found before Debian's.
    if pdf:
        variables["PATH"] = f"{pdf}{os.pathsep}{variables.get('PATH', os.defpath)}"
    variables["HYPOTHESIS_STORAGE_DIRECTORY"] = str(paths.DEV / "hypothesis")
    variables["ODOO_RC"] = str(paths.CONFIG)
    if not os.environ.get("ODOO_PYTHON"):
        # QR codes: the backend that comes as a ready-made package (requirements.txt).
        variables["RL_renderPMBackend"] = "_renderPM"
    for name in ("PYTHONHOME", "VIRTUAL_ENV", "DATABASE_URL"):
        variables.pop(name, None)
    _write_config(server)
    return Environment(odoo, python, variables, server_programs)


def _write_config(server):
    """Write Odoo's configuration file: ours alone counts, never the one in the home folder."""
    options = {
        "addons_path": paths.ADDONS,
        "data_dir": paths.DATA,
        "db_host": server["PGHOST"],
        "db_port": server["PGPORT"],
        "db_user": server["PGUSER"],
        "http_interface": "127.0.0.1",
        "with_demo": False,
        "unaccent": False,
        "smtp_server": "127.0.0.1",
        "smtp_port": NOTHING_LISTENS_HERE,
        "screenshots": paths.DEV / "screenshots",
    }
    if server["PGPASSWORD"]:
        options["db_password"] = server["PGPASSWORD"]
    text = "[options]\n" + "".join(f"{key} = {value}\n" for key, value in options.items())
    if not paths.CONFIG.is_file() or paths.CONFIG.read_text() != text:
        temporary = paths.CONFIG.with_suffix(f".{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_text(text)
        temporary.rename(paths.CONFIG)


def call(command, **options):
    """Run a command in the foreground; Ctrl-C and SIGTERM reach it, and we wait for its end."""
    with subprocess.Popen([str(part) for part in command], **options) as process:
        previous = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    continue  # the terminal told the command too: let it end in order
        finally:
            signal.signal(signal.SIGTERM, previous)


def free_port():
    """Return a TCP port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
