"""The commands that try the module out at length: replay, bench, chaos."""

import argparse


def add(commands, name, run, summary, details=""):
    """Add a command of `./dev` and return its parser."""
    command = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.\n{details}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _add_replay(commands):
    command = add(
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
    command = add(
        commands,
        "bench",
        _bench,
        "measure a day's work on ledgers of growing size",
        """
Makes ledgers of N invoices for N/10 customers, of which 65 of 100 are overdue, and proposes,
issues, sends, charges and states on them; prints wall time, CPU, SQL queries, peak memory, per
item too, and how they grow. The whole of it takes an hour: --size 1000 is quick.

  ./dev bench --peer --books --write     everything, into benchmarks/RESULTS.md
  ./dev bench --only books --write       only posting, paying and screens (10 minutes)
  ./dev bench --make 2000 --database x   only a ledger, to look at it
""",
    )
    command.add_argument("--make", type=int, metavar="N", help="only make a ledger of N invoices")
    command.add_argument("--database", metavar="NAME", default="ledger", help="… in NAME (ledger)")
    command.add_argument("--size", type=int, nargs="+", metavar="N", help="(1000 10000 100000)")
    command.add_argument(
        "--only",
        nargs="+",
        metavar="WORK",
        help="up to these works, e.g. propose or mails; or books alone",
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
    command = add(
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


REGISTERS = (_add_replay, _add_bench, _add_chaos)
