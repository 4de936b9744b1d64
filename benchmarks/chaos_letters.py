"""Faults of files: the attachment store is full, wkhtmltopdf is missing, hangs, is killed."""

import contextlib
import shutil
import subprocess
from datetime import timedelta

from .chaos_count import EXACT, LATER, Count, judge
from .chaos_mailbox import OF_CUSTOMER, read_mails
from .chaos_world import FOLDER, LEDGER, announce

DAYS = (0, 1)
HANGING_SECONDS = 150
# So often an engine that hangs may be waited for before the others are spared it.
HANGING_CALLS = 4
# Statements are contacts too.
BUT_CONTACTS = tuple(aspect for aspect in EXACT if aspect != "contacts")
PAGE = 4096
ROOM = 64 * 1024  # bytes left in the store that is full soon
REAL = 'exec "$(PATH="${PATH#*:}" command -v wkhtmltopdf)" "$@"\n'
VERSION = f'case "$*" in *--version*) {REAL.strip()};; esac\n'
# Every third call, counted in a file beside the wrapper.
COUNTED = 'n=$(cat "$0.count" 2>/dev/null || echo 0); n=$((n+1)); echo $n > "$0.count"\n'
WRAPPERS = {
    # Its arguments stay on the command line, as those of the real one.
    "hangs": f"#!/bin/sh\n{VERSION}{COUNTED}exec sh -c 'while :; do sleep 1; done' sh \"$@\"\n",
    "killed": f"#!/bin/sh\n{VERSION}{COUNTED}[ $((n%3)) = 1 ] && kill -9 $$\n{REAL}",
    "missing": None,
}


def wkhtmltopdf(chaos, kind, aspects=EXACT):
    """The day's work with another wkhtmltopdf in the PATH, then with the real one.

    :param aspects: LATER, where a letter can fail while others do not: it is repeated on
        another day
    """
    with chaos.world.scene(LEDGER) as scene:
        scene.path = _path(chaos, kind)
        told = scene.step("day", seconds=HANGING_SECONDS)
        problems = [] if told.code == 0 else [f"the day ended with {told.code} after its time"]
        problems += _others_waited(scene)
        problems += scene.finish(DAYS)
        yield judge(scene, chaos.next_reference, aspects, problems=problems)


def statements(chaos):
    """wkhtmltopdf hangs when the monthly statements are due; then it works again."""
    with chaos.world.scene(LEDGER) as scene:
        scene.done("statements")
        due = _customers(scene, "sent")
    if not due:
        yield Count(problems=["no statement is due today"])
        return
    with chaos.world.scene(LEDGER) as scene:
        scene.path = _path(chaos, "hangs")
        told = scene.step("statements", seconds=HANGING_SECONDS)
        problems = [] if told.code == 0 else [f"the statements ended with {told.code}"]
        calls = int((FOLDER / "bin-hangs" / "wkhtmltopdf.count").read_text())
        if calls > HANGING_CALLS:
            problems.append(f"an engine that hangs was waited for {calls} times")
        problems += scene.finish()
        # What the engine had failed with is repeated by the next day's call.
        for number in DAYS:
            scene.done("statements", day=scene.world.day + timedelta(days=number))
        if _customers(scene, "sent") != due:
            failed = len(_customers(scene, "failed"))
            problems.append(f"{len(due)} statements are due, {failed} have failed for good")
        left = sorted(customer for _address, customer in read_mails(scene, OF_CUSTOMER))
        if left != due:
            problems.append(f"{len(due)} statements are due, {len(left)} have left")
        yield judge(scene, chaos.reference, BUT_CONTACTS, problems=problems)


def _customers(scene, state):
    """Ids of the customers with a statement in this state."""
    query = (
        "SELECT partner_id FROM collection_communication WHERE channel = 'email'"
        " AND statement_date_to IS NOT NULL AND state = %s ORDER BY partner_id"
    )
    return [customer for (customer,) in scene.sql((query, [state]))]


def _path(chaos, kind):
    """Return a PATH in which wkhtmltopdf is what ``kind`` says."""
    folder = FOLDER / f"bin-{kind}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = chaos.world.prepared.variables["PATH"]
    if WRAPPERS[kind] is None:
        return str(folder)
    program = folder / "wkhtmltopdf"
    program.write_text(WRAPPERS[kind])
    program.chmod(0o755)
    return f"{folder}:{path}"


def _others_waited(scene):
    """Customers without a letter do not wait for those with one."""
    query = (
        "SELECT count(*) FROM collection_communication c JOIN collection_notice n"
        " ON n.id = c.notice_id JOIN collection_level v ON v.id = n.level_id"
        " WHERE n.date = %s AND c.channel = 'email' AND c.state = 'queued'"
        " AND NOT v.attach_letter AND v.fee_rule_id IS NULL"
    )
    count = scene.sql((query, [scene.world.day.isoformat()]))[0][0]
    return [f"{count} e-mails without a letter waited for those with one"] if count else []


def full_store(chaos):
    """The store of attachments has room for a few letters, then it is enlarged."""
    with chaos.world.scene(LEDGER) as scene, _small_store(scene.files()) as enlarge:
        told = scene.step("day")
        problems = [] if told.code == 0 else [f"the day ended with {told.code}: {told.data}"]
        problems += _others_waited(scene)
        enlarge()
        problems += scene.finish(DAYS)
        yield judge(scene, chaos.next_reference, problems=problems)


@contextlib.contextmanager
def _small_store(folder):
    """Put the files on a file system of their own that is nearly full.

    :return: a function that makes room
    """
    aside = folder.with_name(f"{folder.name}_aside")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(folder, aside)
    # A file takes whole pages there, and each folder one.
    used = sum(-(-path.stat().st_size // PAGE) * PAGE for path in aside.rglob("*"))
    if _mount(f"size={used + ROOM}", folder, "-t", "tmpfs", "tmpfs"):
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        enlarge, restore = _remount, _unmount
    else:
        announce("no right to mount: folders that cannot be made stand for the full disk")
        enlarge = restore = _block(folder)
    try:
        yield lambda: enlarge(folder)
    finally:
        restore(folder)
        shutil.rmtree(aside, ignore_errors=True)


def _mount(options, folder, *arguments):
    command = ["mount", "-o", options, *arguments, str(folder)]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _remount(folder):
    _mount("remount,size=512m", folder)


def _unmount(folder):
    subprocess.run(["umount", "-l", str(folder)], check=False)


def _block(folder):
    """Put files where the store would make folders; return how to remove them."""
    blocked = [folder / f"{number:02x}" for number in range(256)]
    blocked = [path for path in blocked if not path.exists()]
    for path in blocked:
        path.touch()

    def unblock(_folder):
        for path in blocked:
            if path.is_file():
                path.unlink()

    return unblock


FAULTS = {
    "disk-full": ("disk full on the attachment store (tmpfs)", full_store),
    "pdf-missing": ("wkhtmltopdf missing", lambda chaos: wkhtmltopdf(chaos, "missing")),
    "pdf-hangs": ("wkhtmltopdf hangs", lambda chaos: wkhtmltopdf(chaos, "hangs")),
    "pdf-statements": ("wkhtmltopdf hangs with monthly statements", statements),
    "pdf-killed": (
        "wkhtmltopdf killed now and then",
        lambda chaos: wkhtmltopdf(chaos, "killed", LATER),
    ),
}
