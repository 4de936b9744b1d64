"""Where things are: the checkout, what is made for it, and the cache shared by checkouts."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from .pins import MODULE

CHECKOUT = Path(__file__).resolve().parent.parent
DEVTOOLS = CHECKOUT / "devtools"
MANIFEST = CHECKOUT / "__manifest__.py"
DEV = CHECKOUT / ".dev"
ADDONS = DEV / "addons"
DATA = DEV / "data"
LOGS = DEV / "log"
MAIL = DEV / "mail"
STATE = DEV / "state"
CONFIG = DEV / "odoo.conf"


def cache_dir():
    """Return the folder of downloads, shared by all checkouts of this user."""
    chosen = os.environ.get("ACCOUNT_COLLECTIONS_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().absolute() / MODULE


def checkout_id():
    """Return eight characters that tell this checkout from another on the same machine."""
    return hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]


def prepare():
    """Make the folders of this checkout, and the addons path that gives the module its name."""
    for folder in (ADDONS, DATA, LOGS, MAIL, STATE):
        folder.mkdir(parents=True, exist_ok=True)
    link = ADDONS / MODULE
    if link.is_symlink() and link.resolve() != CHECKOUT:
        link.unlink()
    if not link.is_symlink():
        # Another ./dev may be a moment ahead of us.
        with contextlib.suppress(FileExistsError):
            link.symlink_to(CHECKOUT, target_is_directory=True)


@contextlib.contextmanager
def lock(path, on_wait=None):
    """Hold an exclusive lock on a file; call ``on_wait`` once if another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait:
                on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def cached(name, stamp, build, on_wait=None):
    """Return the cache folder ``name``, made by ``build(folder)`` unless its stamp is ``stamp``.

    It is built beside its place and then renamed, so what is there is always complete; a
    lock keeps two processes from building the same thing.
    """
    root = cache_dir()
    target = root / f"{name}-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    marker = target / ".stamp"
    if marker.is_file():
        return target
    with lock(root / "locks" / f"{name}.lock", on_wait):
        if marker.is_file():
            return target
        if target.exists():
            shutil.rmtree(target)
        for abandoned in root.glob(f".{name}-*"):
            shutil.rmtree(abandoned, ignore_errors=True)  # of a process that was killed
        building = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=root))
        try:
            building.chmod(0o755)
            build(building)
            (building / ".stamp").write_text(stamp + "\n")
            building.rename(target)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
    return target
