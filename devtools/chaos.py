"""`./dev chaos`: see ``benchmarks/chaos.py``."""

from benchmarks import chaos as program


def run(options):
    """Run the faults program with the options of the command line."""
    return program.run(
        options.size, options.seed, options.only, options.write, options.ledger, options.tries
    )
