"""The command line of `./dev`."""

import argparse
import sys

from . import ui
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
    for register in (*registers, _add_replay, _add_bench, _add_chaos, _add_lint, _add_stop):
        register(commands)
    return parser


def _add(commands, name, run, summary, details=""):
    command = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.\n{details}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


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


def _add_replay(commands):
    command = _add(
        commands,
        "replay",
        _replay,
        "replay a ledger day by day through real invoices, payments and dunning runs",
        """
FILE.csv has the columns customer,invoice,invoice_date,due_date,amount,currency,paid_date.
It is replayed in the database `replay`, made afresh and kept for a look at it: invoices are
posted, payments booked and allocated (every tenth of them two days late), the scheduled action
runs, a manager approves. Each day is checked against DESIGN.md's promises; a broken one makes
the exit code 1. No mail leaves, and letters are not rendered unless --pdf is given.

With --outages it is replayed in `replay` without outages and in `replay_outages` with them.
While the server is down nobody books anything either: on the morning after, accountants enter
what came in meanwhile, with the dates on the papers, before the scheduled action runs. Payments
are allocated at once then.
""",
    )
    command.add_argument("file", metavar="FILE.csv")
    command.add_argument("--policy", metavar="XMLID", help="the dunning policy to apply")
    command.add_argument("--until", metavar="DATE", help="the last day (2026-12-31)")
    command.add_argument("--pdf", action="store_true", help="render the letters too (slow)")
    command.add_argument(
        "--fee-rule",
        metavar="XMLID",
        help="charge late payments by this rule, e.g. fee_rule_fr_b2b; every charge is then "
        "compared with what the file and the published rates give",
    )
    command.add_argument(
        "--booking",
        choices=("invoice", "collective", "claim"),
        default="invoice",
        help="how charges are booked (invoice)",
    )
    command.add_argument(
        "--outages",
        metavar="SEED",
        nargs="?",
        type=int,
        const=1,
        help="replay it twice, once with the server down for random spans of one to nine days "
        "(drawn by SEED), and compare both item by item",
    )
    command.add_argument(
        "--customers", metavar="N", type=int, help="only so many customers, drawn by SEED"
    )
    command.add_argument(
        "--write", action="store_true", help="put the comparison into benchmarks/RESULTS.md"
    )


def _replay(options):
    if options.outages is not None:
        from . import replay_outages

        return replay_outages.run(options)
    from . import serving

    return serving.replay(
        options.file,
        options.policy,
        options.until,
        options.pdf,
        fee_rule=options.fee_rule,
        booking=options.booking,
        customers=options.customers,
    )


def _add_bench(commands):
    command = _add(
        commands,
        "bench",
        _bench,
        "measure a day's work on ledgers of growing size",
        """
Makes ledgers of N invoices for N/10 customers, of which 65 of 100 are overdue, and proposes,
issues, sends, charges and states on them; prints wall time, CPU, SQL queries, peak memory, per
item too, and how they grow. The whole of it takes an hour: --size 1000 is quick.

  ./dev bench --peer --books --write     everything, into benchmarks/RESULTS.md
  ./dev bench --make 2000 --database x   only a ledger, to look at it
""",
    )
    command.add_argument("--make", type=int, metavar="N", help="only make a ledger of N invoices")
    command.add_argument("--database", metavar="NAME", default="ledger", help="… in NAME (ledger)")
    command.add_argument("--size", type=int, nargs="+", metavar="N", help="(1000 10000 100000)")
    command.add_argument(
        "--only", nargs="+", metavar="WORK", help="up to these works, e.g. propose or mails"
    )
    command.add_argument("--peer", action="store_true", help="and the peer, with the ratios")
    command.add_argument(
        "--books", action="store_true", help="and posting, paying and screens without the module"
    )
    command.add_argument("--keep", action="store_true", help="keep the databases bench_N")
    command.add_argument("--write", action="store_true", help="into benchmarks/RESULTS.md")


def _bench(options):
    from . import bench

    if options.make:
        return bench.make(options.make, options.database)
    return bench.run(options)


def _add_chaos(commands):
    command = _add(
        commands,
        "chaos",
        _chaos,
        "let everything fail that can, and count what customers got",
        """
Processes are killed at random instants, PostgreSQL is restarted underneath, the mail server and
wkhtmltopdf misbehave, the disk is full, others write the same rows. Each fault has a clone of one
ledger, on a PostgreSQL of its own. The exit code is 1 when a promise was broken.
""",
    )
    command.add_argument("--size", type=int, default=2000, metavar="N", help="invoices (2000)")
    command.add_argument("--seed", type=int, default=1, metavar="S", help="of the dice (1)")
    command.add_argument(
        "--only", nargs="+", default=(), metavar="FAULT", help="beginnings of names, e.g. kill smtp"
    )
    command.add_argument("--tries", type=int, metavar="T", help="at most so many of each fault")
    command.add_argument("--ledger", metavar="DB", help="a database made by ./dev bench --make")
    command.add_argument(
        "--write", action="store_true", help="put the table into benchmarks/RESULTS.md"
    )


def _chaos(options):
    from . import chaos

    return chaos.run(options)


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
