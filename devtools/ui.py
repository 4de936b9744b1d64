"""What the developer sees: progress of long steps, and errors that say what to type."""

import contextlib
import subprocess
import sys
import threading
import time

HEARTBEAT_SECONDS = 30


class DevError(Exception):
    """Something is missing or failed: the message says what, ``hint`` what to type."""

    def __init__(self, message, hint=""):
        super().__init__(message)
        self.hint = hint


def say(text=""):
    """Print a line at once, on the same stream as everything else."""
    print(text, flush=True)


def warn(text):
    """Print a line that deserves attention."""
    say(f"! {text}")


def fail(error):
    """Print a :class:`DevError`."""
    sys.stdout.flush()
    print(f"\n./dev: {error}", file=sys.stderr)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)
    sys.stderr.flush()


@contextlib.contextmanager
def step(title):
    """Show ``title`` and the seconds it takes, live on a terminal, now and then elsewhere."""
    started = time.monotonic()
    done = threading.Event()
    live = sys.stdout.isatty()

    def elapsed():
        return f"{time.monotonic() - started:.0f} s"

    def tick():
        while not done.wait(1 if live else HEARTBEAT_SECONDS):
            if live:
                print(f"\r- {title} … {elapsed()}", end="", flush=True)
            else:
                say(f"  still: {title} … {elapsed()}")

    print(f"- {title} …", end="" if live else "\n", flush=True)
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    outcome = "failed"
    try:
        yield
        outcome = "done"
    finally:
        done.set()
        ticker.join()
        say(f"{chr(13) if live else '  '}{'- ' if live else ''}{title}: {outcome}, {elapsed()}")


def run(command, *, hint="", what="", **options):
    """Run a command quietly; when it fails, raise with the end of what it printed."""
    options.setdefault("stdin", subprocess.DEVNULL)
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **options,
        )
    except FileNotFoundError as error:
        raise DevError(f"{command[0]} is not on this machine", hint) from error
    if done.returncode:
        tail = "\n".join(done.stdout.strip().splitlines()[-25:])
        title = what or " ".join(str(part) for part in command[:4])
        raise DevError(f"{title} failed (exit {done.returncode}):\n{tail}", hint)
    return done.stdout
