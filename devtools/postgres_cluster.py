"""A private PostgreSQL cluster under `.dev/pg`, on a Unix socket.

As root the server runs as an unprivileged user, who may not be able to enter the checkout:
then the cluster lies in a folder of ours below /var/tmp.
"""

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from . import paths, postgres_binaries
from .ui import DevError, run, say, step

PORT = "5432"
# sockaddr_un holds 107 characters; PostgreSQL appends "/.s.PGSQL.5432" and a lock's name.
LONGEST_SOCKET_FOLDER = 85
START_ATTEMPTS = 5
STOP_SECONDS = 30
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
    # Disks without heads: reading here and there costs hardly more than in a row.
    "random_page_cost": "1.1",
    "max_connections": "100",
    "jit": "off",
    # Tests roll everything back: a vacuum in between finds tables that look empty, and
    # the planner then reads them whole for every row. The replay analyzes by itself.
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


class Cluster:
    """A private cluster of this checkout, one for each major version of the server.

    :param purpose: name of a cluster beside the usual one, which may be restarted at will
    :param settings: what differs there from SETTINGS
    """

    def __init__(self, purpose="", settings=None):
        self.settings = {**SETTINGS, **(settings or {})}
        self.owner = _unprivileged_user()
        self.binaries = self._reachable_binaries()
        version = run([self.binaries / "postgres", "--version"], **_as(self.owner))
        major = re.search(r"\) (\d+)", version)[1]
        self.root = _reachable_folder(self.owner) / "-".join(filter(None, (major, purpose)))
        self.data = self.root / "data"
        self.log = self.root / "server.log"
        self.socket = self.root / "run"
        if len(str(self.socket)) > LONGEST_SOCKET_FOLDER:
            self.socket = _own_folder(Path(tempfile.gettempdir())) / f"run-{self.root.name}"
        self._keep_owner()

    def _keep_owner(self):
        """Go on as the user who made the cluster, even if a better one has come since."""
        if not self.data.exists():
            return
        made_by = self.data.stat()
        if os.getuid() and made_by.st_uid != os.getuid():
            raise DevError(
                f"the database cluster in {self.data} belongs to another user",
                "Work in a clone of your own, or as that user.",
            )
        self.owner = (made_by.st_uid, made_by.st_gid)

    def _reachable_binaries(self):
        """Return the folder of server programs that the server's user can run."""
        binaries = postgres_binaries.of_machine()
        if binaries:
            return binaries
        root = postgres_binaries.embedded()
        if not _can_reach(root, self.owner):
            reachable = _own_folder(Path("/var/tmp")) / root.name
            if not reachable.is_dir():
                copying = reachable.with_suffix(f".{os.getpid()}")
                shutil.copytree(root, copying, symlinks=True)
                copying.rename(reachable)
            root = reachable
        return next(root.glob("*/pginstall/bin"))

    def _run(self, program, *arguments):
        return run(
            [self.binaries / program, *arguments],
            what=f"{program} of the private PostgreSQL ({self.log})",
            hint=SERVER_HINT,
            **_as(self.owner),
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
            if not self._psql("SELECT FROM pg_roles WHERE rolname = 'odoo'").stdout.count("1 row"):
                self._psql("CREATE ROLE odoo LOGIN CREATEDB")

    def _create(self):
        if self.data.exists():
            shutil.rmtree(self.data)  # an initdb that was interrupted
        for folder in (self.root, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            os.chown(folder, *self.owner)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8"]
        options += ["--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C", "--no-sync"]
        self._run("initdb", "-D", self.data, *options)

    def _launch(self):
        """Start the server; a stale pid file of one that was killed is no obstacle."""
        self.socket.mkdir(parents=True, exist_ok=True)
        os.chown(self.socket, *self.owner)
        settings = dict(self.settings, unix_socket_directories=f"'{self.socket}'")
        lines = [f"{key} = {value}\n" for key, value in settings.items()]
        (self.data / "postgresql.auto.conf").write_text("".join(lines))
        pid = _recorded_pid(self.data)
        if _is_server(pid, self.data):
            # It runs but does not answer: its socket was cleaned away, say.
            _stop_server(pid, signal.SIGQUIT)
        elif pid and Path(f"/proc/{pid}").exists():
            # The number of a server that was killed now belongs to something else, which
            # would keep PostgreSQL from starting.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        for _attempt in range(START_ATTEMPTS):
            if self._pg_ctl("start"):
                return
            time.sleep(1)  # the children of a killed server may take a moment to leave
        tail = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""
        raise DevError(f"the private PostgreSQL does not start:\n{tail}", SERVER_HINT)

    def crash(self):
        """Restart the server as after a crash: its processes die, it recovers from its log."""
        if not self._pg_ctl("restart", "-m", "immediate"):
            raise DevError(f"PostgreSQL did not come back, see {self.log}")

    def checkpoint(self):
        """Have everything written to the files, as it is now and then."""
        self._psql("CHECKPOINT")

    def _pg_ctl(self, *action):
        """Start the server in a session of its own, so that Ctrl-C does not reach it."""
        command = [self.binaries / "pg_ctl", "-D", self.data, "-l", self.log]
        done = subprocess.run(
            [str(part) for part in [*command, "-w", "-t", "60", *action]],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
            **_as(self.owner),
        )
        return done.returncode == 0

    def _answers(self):
        return self._psql("SELECT 1").returncode == 0

    def _psql(self, statement):
        # psql of the same folder: the developer's own may not reach the socket's folder.
        command = [self.binaries / "psql", "-X", "-q", "-h", self.socket, "-p", PORT]
        command += ["-U", "postgres", "-d", "postgres", "-c", statement]
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            **_as(self.owner),
        )


def stop():
    """Stop the private cluster of this checkout; tell whether one was running."""
    stopped = False
    for data in sorted(_reachable_folder(_unprivileged_user()).glob("*/data")):
        pid = _recorded_pid(data)
        if _is_server(pid, data):
            _stop_server(pid, signal.SIGINT)
            say(f"PostgreSQL {data.parent.name} stopped.")
            stopped = True
    if not stopped:
        say("No private PostgreSQL is running here.")
    return stopped


def stop_one(cluster):
    """Stop one private cluster, if it runs."""
    pid = _recorded_pid(cluster.data)
    if _is_server(pid, cluster.data):
        _stop_server(pid, signal.SIGINT)


def _unprivileged_user():
    """Return the (uid, gid) the server runs as: PostgreSQL refuses to run as root."""
    if os.getuid():
        return os.getuid(), os.getgid()
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    return 65534, 65534


def _as(owner):
    """Return the options that make subprocess run something as the server's user."""
    clean = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    options = {"cwd": "/", "env": clean, "stdin": subprocess.DEVNULL}
    if not os.getuid():
        options.update(user=owner[0], group=owner[1], extra_groups=[])
    return options


def _can_reach(folder, owner):
    command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]
    return subprocess.run(command, **_as(owner), check=False).returncode == 0


def _reachable_folder(owner):
    """Return where clusters go: `.dev/pg`, if the server's user can get there."""
    if _can_reach(paths.DEV, owner):
        return paths.DEV / "pg"
    return _own_folder(Path("/var/tmp")) / "pg"


def _own_folder(base):
    """Return a folder of ours below a folder that everybody may write to."""
    folder = base / f"account_collections-{os.getuid()}-{paths.checkout_id()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o755)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise DevError(f"{folder} belongs to somebody else", f"Remove it: rm -r {folder}")
    return folder


def _recorded_pid(data):
    """Return the process number in the server's pid file, or None."""
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _is_server(pid, data):
    """Tell whether that process is the server of this cluster, and not one with its number."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return "postgres" in command and str(data) in command


def _stop_server(pid, how):
    os.kill(pid, how)
    deadline = time.monotonic() + STOP_SECONDS
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            raise DevError(f"PostgreSQL (process {pid}) does not stop", f"kill -9 {pid}")
        time.sleep(0.1)
