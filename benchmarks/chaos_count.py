"""Counts, with SQL, what customers got and what state was left behind."""

import dataclasses
import re
from collections import Counter, defaultdict
from email import message_from_bytes, policy

from .chaos_queries import INVARIANTS, LOCKS, STATE

# What must be the same to the cent when all that happened was a delay of minutes, and what
# must be when a message had to be repeated on another day.
EXACT = ("lines", "notices", "charges", "books", "contacts", "items")
LATER = ("lines", "items")
# Odoo's message ids say what they are about.
OF_NOTICE = re.compile(r"-(\d+)-collection\.notice@")


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


def judge(scene, reference, later=False, unknown=0, problems=()):
    """Compare a scene that has been finished with one that was never disturbed.

    :param reference: ``read_state`` of that
    :param later: what failed was repeated on another day
    :param unknown: how many messages may have an outcome that a person must find out;
        None: any number
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
    doubtful = _doubtful(state)
    count.unknown = sum(doubtful.values())
    if unknown is not None and count.unknown > unknown:
        count.problems.append(f"{count.unknown} unknown outcomes, at most {unknown} expected")
    _compare(state, reference, doubtful, later, count, scene)
    _count_mails(scene, count)
    _find_leftovers(scene, count)
    return count


def _doubtful(state):
    """``{customer: messages with an unknown outcome}``; they count as sent elsewhere."""
    found = {}
    for customer, rows in state["contacts"].items():
        for row in [row for row in rows if row[2:] == ("failed", "unknown")]:
            found[customer] = found.get(customer, 0) + rows[row]
            rows[(*row[:2], "sent", None)] += rows.pop(row)
    return found


def _compare(state, reference, doubtful, later, count, scene):
    """Note the customers that have something else than in the undisturbed run."""
    explained = {row[0] for row in scene.sql(STATE_EXPLAINED)} if later else set()
    for aspect in LATER if later else EXACT:
        ours, theirs = state[aspect], reference[aspect]
        for customer in sorted({*ours, *theirs}, key=str):
            mine, due = ours.get(customer, Counter()), theirs.get(customer, Counter())
            extra, missing = mine - due, due - mine
            if later and (customer in doubtful or customer in explained):
                # It waits for a person, who sees why; more than due is never explained.
                missing = Counter()
                extra = Counter() if aspect == "items" else extra
            if extra or missing:
                count.unexplained += 1
                count.problems.append(
                    f"customer {customer}, {aspect}: has {dict(extra)}, should have {dict(missing)}"
                )


# Customers of whom a person can read why a message has not reached them.
STATE_EXPLAINED = """
    SELECT DISTINCT partner_id FROM collection_communication
     WHERE state = 'failed' AND failure_reason IS NOT NULL AND resolved IS NOT TRUE
"""


def read_mails(scene):
    """Return ``[(address, notice id)]`` of the mails the server has."""
    mails = []
    for path in sorted(scene.mails.glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        notice = OF_NOTICE.search(str(mail["Message-Id"]))
        if notice:
            mails.append((mail["To"].addresses[0].addr_spec, int(notice[1])))
    return mails


def _count_mails(scene, count):
    """Every mail left at most once: of a notice, and about an item at a level."""
    mails = read_mails(scene)
    count.mails = len(mails)
    notices = Counter(notice for _address, notice in mails)
    count.doubled = sum(number - 1 for number in notices.values())
    query = (
        "SELECT notice_id, move_line_id, level_id, occurrence FROM collection_notice_line"
        " WHERE kind = 'item' AND notice_id = ANY(%s)"
    )
    rows = scene.sql((query, [list(notices)]))
    about = Counter(tuple(row[1:]) for row in rows)
    repeated = {row[0] for row in rows if about[tuple(row[1:])] > 1}
    count.doubled += max(0, len(repeated) - 1)
    query = (
        "SELECT notice_id FROM collection_communication WHERE channel = 'email'"
        " AND direction = 'out' AND state = 'sent' AND notice_id IN"
        " (SELECT id FROM collection_notice WHERE date >= %s)"
    )
    sent = scene.sql((query, [scene.world.day.isoformat()]))
    count.lost = sum(row[0] not in notices for row in sent)


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
