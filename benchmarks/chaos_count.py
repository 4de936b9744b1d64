"""Counts, with SQL, what customers got and what state was left behind."""

import dataclasses
from collections import Counter, defaultdict

from .chaos_mailbox import read_mails, refused, taken
from .chaos_queries import CHANNELS, FAILED, INVARIANTS, LOCKS, SEEN, SENT, STATE

# What must be the same to the cent when all that happened was a delay of minutes, ...
EXACT = ("lines", "notices", "charges", "books", "contacts", "items")
# ... and what must be when a message had to be repeated on another day.
LATER = ("lines", "items")


@dataclasses.dataclass
class Count:
    """What a scene has come to."""

    items: int = 0
    notices: int = 0
    mails: int = 0
    doubled: int = 0
    lost: int = 0
    unknown: int = 0
    unexplained: int = 0
    problems: list = dataclasses.field(default_factory=list)

    def add(self, other):
        """Add another scene of the same fault."""
        for field in dataclasses.fields(self):
            total = getattr(self, field.name) + getattr(other, field.name)
            setattr(self, field.name, total)


def read_state(scene):
    """Return ``{aspect: {customer: Counter of rows}}``."""
    state = {}
    for aspect, found in scene.queries(STATE).items():
        rows = defaultdict(Counter)
        for customer, *values in found:
            rows[customer][tuple(values)] += 1
        state[aspect] = dict(rows)
    return state


def judge(scene, reference, aspects=EXACT, unknown=0, stopped=(), problems=()):
    """Compare a scene that has been finished with one that was never disturbed.

    Nothing that is missing is forgiven, but what a person was told of: a customer whose
    address the server refused for good, and what a person has stopped himself.

    :param reference: ``read_state`` of that
    :param aspects: what must be the same
    :param unknown: the messages whose outcome a person must find out: how many there may
        be, or the ids of the notices they may be about
    :param stopped: ids of the notices whose e-mail a person has stopped
    """
    count = Count(problems=list(problems))
    state = read_state(scene)
    count.items = sum(rows.total() for rows in state["items"].values())
    count.notices = sum(
        number
        for rows in state["notices"].values()
        for row, number in rows.items()
        if row[0] == "issued"
    )
    failed = scene.sql(FAILED)
    _count_unknown(state, failed, unknown, count)
    told = _told_of(scene, failed, stopped)
    _compare(state, reference, aspects, _items(scene, told), count)
    _count_channels(scene, told, count)
    _count_mails(scene, count)
    _find_leftovers(scene, count)
    return count


def _count_unknown(state, failed, unknown, count):
    """Unknown outcomes are as few as the fault explains; they count as sent elsewhere."""
    for rows in state["contacts"].values():
        for row in [row for row in rows if row[2:] == ("failed", "unknown")]:
            rows[(*row[:2], "sent", None)] += rows.pop(row)
    doubtful = [notice for notice, kind, *_rest in failed if kind == "unknown"]
    count.unknown = len(doubtful)
    if isinstance(unknown, int):
        if count.unknown > unknown:
            count.problems.append(f"{count.unknown} unknown outcomes, at most {unknown} expected")
    elif set(doubtful) - unknown or count.unknown > len(unknown):
        count.problems.append(
            f"unknown outcomes of notices {sorted(doubtful)}; the server leaves room for"
            f" {sorted(unknown)}"
        )


def _told_of(scene, failed, stopped):
    """Ids of the notices of which a person can read why their e-mail went nowhere."""
    closed = refused(scene)
    return {
        notice
        for notice, kind, address, resolved in failed
        if notice in stopped
        or (kind == "address" and not resolved and closed & set((address or "").split(", ")))
    }


def _items(scene, notices):
    """Ids of the items that notices are about."""
    query = "SELECT move_line_id FROM collection_notice_line WHERE notice_id = ANY(%s)"
    return {item for (item,) in scene.sql((query, [list(notices)]))} if notices else set()


def _compare(state, reference, aspects, excused, count):
    """Note the customers that have something else than in the undisturbed run.

    :param excused: ids of the items that may lack what is due
    """
    for aspect in aspects:
        ours, theirs = state[aspect], reference[aspect]
        for customer in sorted({*ours, *theirs}, key=str):
            mine, due = ours.get(customer, Counter()), theirs.get(customer, Counter())
            extra, missing = mine - due, due - mine
            if excused and aspect in LATER:
                lacking = {row[0] for row in missing if row[0] in excused}
                missing = _without(lacking, missing)
                # An item that has no higher level has the one before.
                extra = _without(lacking, extra) if aspect == "items" else extra
            if extra or missing:
                count.unexplained += 1
                count.problems.append(
                    f"customer {customer}, {aspect}: has {dict(extra)}, should have {dict(missing)}"
                )


def _without(items, rows):
    """Rows of ``LATER`` begin with the item they are about."""
    return Counter({row: number for row, number in rows.items() if row[0] not in items})


def _count_channels(scene, excused, count):
    """An issued notice has reached its customer once by each channel of its level.

    :param excused: ids of the notices whose e-mail may be missing
    """
    for notice, channel, number in scene.sql((CHANNELS, [scene.world.day.isoformat()])):
        if channel == "email" and not number and notice in excused:
            continue
        count.unexplained += 1
        count.problems.append(f"notice {notice} is issued, and has {number} live {channel}s")


def _count_mails(scene, count):
    """Every mail left at most once: of a notice, and about an item at a level; and a person
    sees of each that it left, or may have."""
    mails = read_mails(scene)
    count.mails = len(mails)
    notices = Counter(notice for _address, notice in mails)
    count.doubled = sum(number - 1 for number in notices.values())
    query = (
        "SELECT notice_id, move_line_id, level_id, occurrence FROM collection_notice_line"
        " WHERE kind = 'item' AND notice_id = ANY(%s)"
    )
    rows = scene.sql((query, [list(notices)])) if notices else []
    about = Counter(tuple(row[1:]) for row in rows)
    repeated = {row[0] for row in rows if about[tuple(row[1:])] > 1}
    count.doubled += max(0, len(repeated) - 1)
    day = scene.world.day.isoformat()
    count.lost = sum(notice not in notices for (notice,) in scene.sql((SENT, [day])))
    hidden = taken(scene) - {notice for (notice,) in scene.sql(SEEN)}
    if hidden:
        count.problems.append(f"e-mails left and nobody can see it, of notices {sorted(hidden)}")


def _find_leftovers(scene, count):
    """Note locks and half-states, failures without a reason, charges that do not net."""
    for label, found in scene.queries({**INVARIANTS, **LOCKS}).items():
        if found:
            count.problems.append(f"{label}: {len(found)}, e.g. {found[0]}")
    store = scene.files()
    missing = [
        name
        for name, size in scene.sql(
            "SELECT store_fname, file_size FROM ir_attachment"
            " WHERE res_model = 'collection.notice' AND store_fname IS NOT NULL"
        )
        if not (store / name).is_file() or (store / name).stat().st_size != size
    ]
    if missing:
        count.problems.append(f"letters whose file is missing or short: {len(missing)}")
