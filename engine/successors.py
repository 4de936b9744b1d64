"""Which items of a corrected invoice go on with which of the old ones.

The invoice may have other instalments now. The debt is the same: what was said of the first
half of it is true of whichever items are its first half now.
"""

from dataclasses import dataclass
from datetime import date

# Instalments meet at a rounded cent: so little of one is no part of its neighbour.
NEGLIGIBLE = 0.01


@dataclass(frozen=True, slots=True)
class Part:
    id: int
    due: date
    amount: float


def successors(before, after):
    """By shares of the total in order of due dates, as the total may be another one too.

    :param before: :class:`Part` of each item as it was, in any order
    :param after: as they are now
    :return: ``{id of an item now: [ids of the items before]}``, the oldest first
    """
    old = _shares(before)
    return {
        part.id: [
            other.id
            for other, other_start, other_end in old
            if min(end, other_end) - max(start, other_start)
            > NEGLIGIBLE * min(end - start, other_end - other_start)
        ]
        for part, start, end in _shares(after)
    }


def _shares(parts):
    """``(part, where it begins, where it ends)``, the whole debt being 1."""
    total = sum(part.amount for part in parts)
    shares, start = [], 0.0
    for part in sorted(parts, key=lambda part: (part.due, part.id)):
        end = start + part.amount / total
        shares.append((part, start, end))
        start = end
    return shares
