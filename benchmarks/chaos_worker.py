"""Odoo, loaded once and forked for every step: a process that can be killed costs no start.

Started by ``chaos_world.py`` with Odoo's interpreter; reads a request a line and answers each
with a line::

    {"spawn": STEP, …}                 -> {"pid": 123}
    {"wait": 123, "seconds": 60}       -> {"code": 0}, or {"code": null} when it still runs

A child has the registry of the parent and connections of its own, so for the database and for
``kill -9`` it is a process like any other.
"""

import importlib
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import odoo.http
from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config

FAILED = 3


def main():
    config.parse_config(sys.argv[1:], setup_logging=True)
    server.load_server_wide_modules()
    database = config["db_name"][0]
    Registry(database)
    steps = importlib.import_module("chaos_steps")  # needs Odoo's modules to be loaded
    sql_db.close_all()  # a child must not share a connection
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _answer(answers, "ready")
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            _answer(answers, {"code": _wait(request["wait"], request["seconds"])})
            continue
        pid = os.fork()
        if not pid:
            _child(database, steps, request)
        _answer(answers, {"pid": pid})


def _answer(stream, value):
    stream.write(json.dumps(value) + "\n")
    stream.flush()


def _wait(pid, seconds):
    """Return how a child ended (the number of a signal as a negative one), or None."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    return None


def _child(database, steps, request):
    """Run the step of a request and leave without a word to the parent's objects."""
    code = FAILED
    try:
        os.setsid()  # what it starts is killed with it
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if request["spawn"] == "web":
            _serve(request["port"])
        code = _run(database, steps, request)
    except Exception:  # noqa: BLE001 - the trace is the answer
        Path(request["answer"]).write_text(json.dumps({"error": traceback.format_exc()}))
    finally:
        os._exit(code)


def _run(database, steps, request):
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        answer = steps.run(env, request)
    Path(request["answer"]).write_text(json.dumps(answer))
    return 0


def _serve(port):
    """Answer on HTTP until killed: letters find their style sheets there."""
    config["http_port"] = port
    web = server.ThreadedServer(odoo.http.root)
    server.server = web
    web.http_spawn()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
