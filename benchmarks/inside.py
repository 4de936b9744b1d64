"""What runs inside Odoo: one step of a benchmark, in a process of its own."""

import importlib

# Loaded when they are asked for: some need the module, or the peer, installed.
STEPS = {
    "ledger": ("ledger", "make"),
    "work": ("works", "run"),
    "peer": ("peer", "run"),
    "books": ("books", "run"),
    "screens": ("screens", "run"),
}


def main(env, args):
    """Run the step that ``args.step`` names."""
    name, function = STEPS[args.step]
    return getattr(importlib.import_module(f"benchmarks.{name}"), function)(env, args)
