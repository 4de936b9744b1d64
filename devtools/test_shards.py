"""Split all tests into parts that run side by side, each in a database of its own.

The parts are complementary by construction: the last one is "everything but what the others
take", so that no test is forgotten, wherever its class is written.
"""

import os

from . import paths
from .pins import MODULE
from .test_selection import known

MOST = 4
# What a class costs beside its tests: its set-up, a browser.
CLASS_WEIGHT = 6
TOUR_WEIGHT = 30


def count():
    """Return how many parts this machine runs at once."""
    return max(1, min(MOST, len(os.sched_getaffinity(0))))


def split(parts):
    """Return the --test-tags of each part."""
    everything = f"/{MODULE}"
    shares = [[] for _part in range(parts)]
    loads = [0] * parts
    weights = sorted(_weights().items(), key=lambda pair: (-pair[1], pair[0]))
    for name, weight in weights:
        lightest = loads.index(min(loads))
        shares[lightest].append(f"/{MODULE}:{name}")
        loads[lightest] += weight
    named = [sorted(share) for share in shares[:-1] if share]
    rest = [f"-{tag}" for share in named for tag in share]
    return [",".join(share) for share in named] + [",".join([everything, *rest])]


def _weights():
    weights = {}
    for tag, _names in known(paths.CHECKOUT):
        name, _dot, method = tag.partition(".")
        base = CLASS_WEIGHT + (TOUR_WEIGHT if "Tour" in name else 0)
        weights[name] = weights.get(name, base) + bool(method)
    return weights
