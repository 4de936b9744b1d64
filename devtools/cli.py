"""The command line of `./dev`."""

import argparse
import sys

from . import cli_trials, ui
from .cli_trials import add as _add
from .ui import DevError

DESCRIPTION = """\
The developer's door to account_collections. The first command sets up everything it needs:
an Odoo 19, its Python packages, a private PostgreSQL, a wkhtmltopdf that prints headers.
Downloads are kept in a cache outside the checkout, the rest under .dev/ in the checkout;
nothing is installed on the machine.

  ODOO_HOME                     use this Odoo 19 (source checkout or unpacked package)
  ODOO_PYTHON                   use this interpreter, which has Odoo's dependencies
  PGHOST PGPORT PGUSER …        use this PostgreSQL server; or DATABASE_URL
  ACCOUNT_COLLECTIONS_CACHE     where downloads are kept (~/.cache/account_collections)
  ACCOUNT_COLLECTIONS_EMBEDDED_PG=1  use the fetched PostgreSQL, not the machine's
"""


def main(arguments):
    """Run one command and return its exit code."""
    if arguments[:1] == ["odoo"] and arguments[1:] not in (["--help"], ["-h"]):
        # Everything behind `odoo` is Odoo's: our parser must not look at it.
        return _guarded(lambda: _odoo(arguments[1:]))
    options = _parser().parse_args(arguments)
    return _guarded(lambda: options.run(options))


def _guarded(command):
    try:
        return command()
    except DevError as error:
        ui.fail(error)
        return 1
    except KeyboardInterrupt:
        print("\n./dev: interrupted", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog="./dev", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    registers = (_add_demo, _add_test, _add_serve, _add_shell, _add_odoo, _add_psql, _add_db)
    for register in (*registers, *cli_trials.REGISTERS, _add_lint, _add_stop):
        register(commands)
    return parser


def _add_demo(commands):
    command = _add(
        commands,
        "demo",
        _demo,
        "make a demo database, run the main job in it, serve the web client",
        """
The database `demo` is made afresh. Letters are left in .dev/output/demo/letters, mails (which are
never sent) in .dev/mail.
""",
    )
    command.add_argument("--no-serve", action="store_true", help="end when the job is done")
    command.add_argument("--port", type=int, metavar="N", help="serve on this port (8069)")


def _demo(options):
    from . import serving

    return serving.demo(options.port, not options.no_serve)


def _add_test(commands):
    command = _add(
        commands,
        "test",
        _test,
        "run the module's tests in a fresh database",
        """
The module is installed in a fresh database with all its tests; Odoo's log goes to
.dev/log/test.log. A WARNING or ERROR in that log is a failure too, unless
devtools/log_rules.py says why not. The last line is `N passed, N failed`.

Afterwards real processes are killed in the midst of their work and started again (`restart`),
and a small ledger is replayed (`replay`), in clones of the database.

PATTERN is a part of the name of a test file, class or method (`test_run`, `TestNotice`,
`TestNotice.test_once`), or a test tag of Odoo (`/account_collections:TestNotice.test_once`).
""",
    )
    command.add_argument("pattern", nargs="?", metavar="PATTERN", help="only these tests")
    command.add_argument("--tags", metavar="TAGS", help="Odoo's --test-tags, as they are")
    command.add_argument(
        "--core",
        metavar="MODULE[:Class[.method]]",
        help="run another module's post-install tests with this module installed, "
        "e.g. account:TestEarlyPayment",
    )
    command.add_argument("--keep", action="store_true", help="run in the database `test` and keep it")


def _test(options):
    from . import testing

    core = testing.core_tags(options.core) if options.core else None
    return testing.run_tests(options.pattern, options.tags, core, options.keep)


def _add_serve(commands):
    command = _add(
        commands,
        "serve",
        _serve,
        "serve the web client",
        "The module is updated first when its files changed. Mails are kept in .dev/mail.",
    )
    command.add_argument("-d", "--database", metavar="DB", default="dev", help="(dev)")
    command.add_argument("--port", type=int, metavar="N", help="serve on this port (8069)")
    command.add_argument("arguments", nargs="*", metavar="ARG", help="passed to Odoo, after `--`")


def _serve(options):
    from . import serving

    return serving.serve(options.database, options.port, options.arguments)


def _add_odoo(commands):
    _add(
        commands,
        "odoo",
        None,
        "run Odoo's own program with ARGS",
        """
ARGS are passed on as they are, with our addons path, database server and data folder set:

  ./dev odoo -d dev -u account_collections --stop-after-init
  ./dev odoo --addons-path=../other-addons -d dev -i other_module
  ./dev odoo server --help          lists the server's options
  ./dev odoo help                   lists Odoo's commands
""",
    )


def _odoo(arguments):
    from . import environment
    from .odoo_arguments import merge_addons_path

    return environment.prepare().run_odoo(*merge_addons_path(arguments))


def _add_db(commands):
    command = _add(
        commands,
        "db",
        _db,
        "make a fresh database with the module installed, quickly",
        "It is a clone of a template, which is built again when the module's files change.",
    )
    command.add_argument("name", metavar="NAME", help="replaced if it is there")
    command.add_argument("--demo", action="store_true", help="with demonstration data")


def _db(options):
    from . import environment
    from .database import Databases

    databases = Databases(environment.prepare())
    databases.clone(databases.module_template(options.demo), options.name)
    ui.say(f"Database {options.name} is ready (user admin, password admin).")
    return 0


def _add_shell(commands):
    command = _add(commands, "shell", _shell, "open a Python shell of Odoo (`env` is there)")
    command.add_argument("-d", "--database", metavar="DB", default="dev")


def _shell(options):
    from . import environment
    from .database import Databases

    prepared = environment.prepare()
    Databases(prepared).require(options.database)
    return prepared.run_odoo("shell", "-d", options.database, "--no-http")


def _add_psql(commands):
    command = _add(commands, "psql", _psql, "open psql on a database")
    command.add_argument("-d", "--database", metavar="DB", default="dev")
    command.add_argument("arguments", nargs="*", metavar="ARG", help="passed on, after `--`")


def _psql(options):
    from . import environment, postgres_binaries

    variables = environment.prepare().variables
    command = [postgres_binaries.client("psql"), "-d", options.database, *options.arguments]
    return environment.call(command, env=variables)


def _add_lint(commands):
    command = _add(commands, "lint", _lint, "run ruff and pylint-odoo")
    command.add_argument("--fix", action="store_true", help="let ruff repair what it can")


def _lint(options):
    from . import lint

    return lint.lint(options.fix)


def _add_stop(commands):
    _add(commands, "stop", _stop, "stop the private PostgreSQL of this checkout")


def _stop(_options):
    from . import postgres_cluster

    postgres_cluster.stop()
    return 0
