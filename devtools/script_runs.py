"""Run ``main(env, args)`` of a file in devtools/scripts inside Odoo."""

import json
from pathlib import Path

from . import environment, paths
from .environment import NOTHING_LISTENS_HERE
from .ui import warn

SCRIPTS = paths.DEVTOOLS / "scripts"


def run(prepared, script, database, arguments=None, smtp_port=NOTHING_LISTENS_HERE):
    """Run a script and return its exit code; its log goes to `.dev/log`.

    ``args`` has the arguments and: ``database``, ``url`` of the web server that answers while
    it runs, ``mail_dir`` where mails end up, ``checkout``.
    """
    log = paths.LOGS / f"{Path(script).stem}.log"
    log.unlink(missing_ok=True)
    code = environment.call(
        command(prepared, script, database, arguments, smtp_port, log), env=prepared.variables
    )
    if code:
        warn(f"{script} ended with {code}; the log is in {log}")
    return code


def command(prepared, script, database, arguments=None, smtp_port=None, log=None):
    """Return the command line that runs a script; without ``log`` it logs on its stderr."""
    arguments = {
        **(arguments or {}),
        "mail_dir": str(paths.MAIL),
        "checkout": str(paths.CHECKOUT),
    }
    options = ["-d", database, f"--db-filter=^{database}$"]
    options += [f"--logfile={log}"] if log else []
    options += [f"--http-port={environment.free_port()}", "--max-cron-threads=0"]
    options += ["--smtp=127.0.0.1", f"--smtp-port={smtp_port or NOTHING_LISTENS_HERE}"]
    runner = str(paths.DEVTOOLS / "odoo_runner.py")
    return [str(prepared.python), runner, str(SCRIPTS / script), json.dumps(arguments), *options]
