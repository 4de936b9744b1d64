"""Faults of many hands: serialization failures, several processes at the same second."""

import contextlib
import time

from .chaos_count import judge
from .chaos_mailbox import taken
from .chaos_world import LEDGER

# The chance of a statement to fail, by table: the day's work has some thousands.
CHANCE = 0.02
TABLES = (
    "account_move",
    "account_move_line",
    "collection_charge",
    "collection_communication",
    "collection_notice",
    "collection_notice_line",
    "mail_mail",
)
# Sequences count: what a transaction that fails has counted there stays counted. One write
# is sure to meet a conflict, on a small ledger too.
CONFLICT = """
    CREATE FUNCTION chaos_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('chaos_writes') = 5 OR random() < %s THEN
            PERFORM nextval('chaos_conflicts');
            RAISE EXCEPTION 'could not serialize access due to concurrent update'
                  USING ERRCODE = '40001';
        END IF;
        RETURN NULL;
    END $$
"""
MET = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM chaos_conflicts"


def random_conflicts(chaos, number):
    """A trigger raises 40001 at random, wherever the day's work writes."""
    for _each in range(number):
        with chaos.world.scene(LEDGER) as scene:
            met = {}
            for step in ("before_mail", "send", "charge"):
                with _conflicts(scene):
                    scene.step(step)
                    met[step] = scene.sql(MET)[0][0]
                scene.step(step)
            problems = scene.finish()
            if not sum(met.values()):
                problems.append("there was no conflict")
            # A conflict when a mail has been claimed: nobody knows any more whether it left.
            yield judge(scene, chaos.reference, unknown=met["send"], problems=problems)


@contextlib.contextmanager
def _conflicts(scene):
    """Everything that writes may fail."""
    scene.sql("CREATE SEQUENCE chaos_conflicts", "CREATE SEQUENCE chaos_writes")
    scene.sql(CONFLICT.replace("%s", str(CHANCE)))
    scene.sql(
        *(
            f"CREATE TRIGGER chaos AFTER INSERT OR UPDATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION chaos_conflict()"
            for table in TABLES
        )
    )
    try:
        yield
    finally:
        scene.sql(
            "DROP FUNCTION chaos_conflict CASCADE", "DROP SEQUENCE chaos_conflicts, chaos_writes"
        )


def same_rows(chaos, number):
    """Another process writes customers, items and notices all the time."""
    for _each in range(number):
        with chaos.world.scene(LEDGER) as scene:
            other = scene.start("rewrite", seconds=chaos.seconds["day"])
            scene.step("morning")
            told = scene.wait(other)
            problems = scene.finish()
            if not told.data.get("writes"):
                problems.append(f"the other process wrote nothing: {told}")
            # A conflict after the server took a mail: nobody knows any more whether it did.
            yield judge(scene, chaos.reference, unknown=taken(scene), problems=problems)


def at_once(chaos, number):
    """Two workers run the scheduled action and a person does the same by hand, then three
    send the mails: each time at the same second."""
    for _each in range(number):
        with chaos.world.scene(LEDGER) as scene:
            _together(scene, "advance_directly", "advance_directly", "issue_by_hand")
            _together(scene, "send_directly", "send_directly", "send_directly")
            yield judge(scene, chaos.reference, problems=scene.finish())


def _together(scene, *steps):
    """Run steps in processes that begin at the same moment."""
    moment = time.time() + 0.5
    started = [scene.start("sign", what=step, at=moment) for step in steps]
    for process in started:
        scene.wait(process)


FAULTS = {
    "conflict-random": (
        "serialization failures at random (40001)",
        lambda chaos: random_conflicts(chaos, 3),
    ),
    "conflict-rows": (
        "another process writes the same rows",
        lambda chaos: same_rows(chaos, 2),
    ),
    "at-once": (
        "two workers and a person at the same second",
        lambda chaos: at_once(chaos, 3),
    ),
}
