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
    arguments = {
        **(arguments or {}),
        "mail_dir": str(paths.MAIL),
        "checkout": str(paths.CHECKOUT),
    }
    options = ["-d", database, f"--db-filter=^{database}$", f"--logfile={log}"]
    options += [f"--http-port={environment.free_port()}", "--max-cron-threads=0"]
    options += ["--smtp=127.0.0.1", f"--smtp-port={smtp_port}"]
    code = prepared.run_python("odoo_runner.py", SCRIPTS / script, json.dumps(arguments), *options)
    if code:
        warn(f"{script} ended with {code}; the log is in {log}")
    return code
