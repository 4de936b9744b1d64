"""`./dev demo`, `./dev serve`, `./dev replay`: Odoo with a mail sink, scripts inside Odoo."""

import socket
from datetime import date
from pathlib import Path

from . import environment, paths, script_runs, smtp_sink
from .database import Databases, fingerprint
from .pins import MODULE
from .ui import DevError, say, step

DEFAULT_PORT = 8069
DEMO_DATABASE = "demo"
REPLAY_DATABASE = "replay"
OUTPUT = paths.DEV / "output"


def demo(port=None, serve_after=True):
    """Make the demo database, run the demo script in it, serve the web client."""
    prepared = environment.prepare()
    databases = Databases(prepared)
    template = databases.module_template(demo=True)
    with step(f"Making the database {DEMO_DATABASE}"):
        databases.clone(template, DEMO_DATABASE)
    _remember(DEMO_DATABASE)
    output = OUTPUT / "demo"
    _empty(output)
    _empty(paths.MAIL)
    port = _port(port)
    _set_urls(databases, DEMO_DATABASE, port)  # links in mails lead to what is served later
    with smtp_sink.running() as sink:
        code = script_runs.run(
            prepared, "demo.py", DEMO_DATABASE, {"output_dir": str(output)}, sink.port
        )
        say(f"{sink.stored} mails delivered to {paths.MAIL}; files are in {output}")
        if code or not serve_after:
            return code
        _set_urls(databases, DEMO_DATABASE, port)
        return _serve(prepared, DEMO_DATABASE, port, sink, [])


def serve(database, port=None, arguments=()):
    """Serve the web client of a database, made if it is not there."""
    prepared = environment.prepare()
    databases = Databases(prepared)
    databases.require(database)
    arguments = list(arguments)
    if _outdated(database) and not {"-u", "--update"} & set(arguments):
        say(f"- The module's files changed since the last time: updating {MODULE} in {database}")
        arguments += ["-u", MODULE]
    port = _port(port)
    _set_urls(databases, database, port)
    with smtp_sink.running() as sink:
        return _serve(prepared, database, port, sink, arguments)


def replay(file, policy=None, until=None, pdf=False, **charging):
    """Replay a ledger in a fresh database.

    :param charging: ``fee_rule`` (XML id or None) and ``booking`` of its charges;
        ``customers``: only so many
    """
    ledger = Path(file).expanduser().absolute()
    if not ledger.is_file():
        raise DevError(f"there is no file {ledger}", "./dev replay --help")
    if until:
        try:
            date.fromisoformat(until)
        except ValueError as error:
            raise DevError(f"--until {until} is no date", "Write it like 2026-12-31.") from error
    prepared = environment.prepare()
    databases = Databases(prepared)
    databases.clone(databases.module_template(), REPLAY_DATABASE)
    _remember(REPLAY_DATABASE)
    output = OUTPUT / "replay"
    _empty(output)
    options = {"file": str(ledger), "policy": policy, "until": until, "pdf": pdf}
    options.update(charging)
    options["output_dir"] = str(output)
    with smtp_sink.running() as sink:
        return script_runs.run(prepared, "replay.py", REPLAY_DATABASE, options, sink.port)


def _serve(prepared, database, port, sink, arguments):
    say(f"\nServing {database} at {_url(port)}/odoo — user admin, password admin; Ctrl-C ends it.")
    say(f"Mails are not sent but kept in {paths.MAIL}\n")
    options = ["-d", database, f"--db-filter=^{database}$", f"--http-port={port}"]
    options += [f"--gevent-port={environment.free_port()}", "--workers=0"]
    options += ["--smtp=127.0.0.1", f"--smtp-port={sink.port}"]
    # As they are now: what changes while it serves is not in the database.
    installed = fingerprint()
    code = prepared.run_odoo(*options, *arguments)
    if not code:
        _remember(database, installed)
    return code


def _url(port):
    return f"http://127.0.0.1:{port}"


def _set_urls(databases, database, port):
    """Tell a database where it is served, and that mail goes to the sink alone.

    Letters printed by the scheduled actions need `report.url` for their style sheets before
    anybody has logged in; a mail server of the database would be used in place of the sink.
    """
    keys = ("report.url", "web.base.url")
    databases.sql(
        ("UPDATE ir_mail_server SET active = false", None),
        ("DELETE FROM ir_config_parameter WHERE key IN (%s, %s)", keys),
        *(
            ("INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)", (key, _url(port)))
            for key in keys
        ),
        database=database,
    )


def _port(wanted):
    """Return the port to serve on: the one asked for must be free, the default may move."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or DEFAULT_PORT))
            return wanted or DEFAULT_PORT
        except OSError as error:
            if wanted:
                raise DevError(f"port {wanted} is taken", "Choose another with --port.") from error
    return environment.free_port()


def _state(database):
    return paths.STATE / f"{database}.fingerprint"


def _remember(database, installed=None):
    """Note which files of the module a database was made or updated from."""
    _state(database).write_text(installed or fingerprint())


def _outdated(database):
    state = _state(database)
    return state.is_file() and state.read_text() != fingerprint()


def _empty(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
