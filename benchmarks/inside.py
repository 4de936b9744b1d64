"""What runs inside Odoo: one step of a benchmark, in a process of its own."""

from . import ledger

STEPS = {"ledger": ledger.make}


def main(env, args):
    """Run the step that ``args.step`` names."""
    return STEPS[args.step](env, args)
