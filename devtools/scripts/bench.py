"""What `./dev bench` does inside Odoo: see `benchmarks/inside.py`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))

from benchmarks import inside  # noqa: E402


def main(env, args):
    """Run one step of a benchmark."""
    return inside.main(env, args)
