"""The world of the faults program: a PostgreSQL of its own, a ledger, processes, a mail server.

Standard library only; what runs inside Odoo is started from here as processes.
"""

import contextlib
import dataclasses
import itertools
import json
import os
import shutil
import signal
import subprocess
from collections import namedtuple
from datetime import date, timedelta
from pathlib import Path

from devtools import bench, environment, paths, postgres_binaries, postgres_cluster
from devtools.database import FILESTORE, Databases
from devtools.ui import DevError, run, say

HERE = Path(__file__).resolve().parent
FOLDER = paths.DEV / "chaos"
LEDGER, ISSUED, FINISHED, SCENE = "chaos_ledger", "chaos_issued", "chaos_finished", "chaos_scene"
# A server that may crash must not lose what it has confirmed, and works as others do.
SETTINGS = {"synchronous_commit": "on", "autovacuum": "on"}
STEP_SECONDS = 300
BEFORE = 10  # days before: the first levels

Told = namedtuple("Told", "code data")


class World:
    """Makes the ledger and the scenes in which faults happen."""

    def __init__(self, size, source=None):
        shared = environment.prepare()
        self.shared = Databases(shared)
        self.cluster = postgres_cluster.Cluster("chaos", SETTINGS)
        self.cluster.start()
        variables = {**shared.variables, "PGHOST": str(self.cluster.socket), "PGUSER": "odoo"}
        variables.update(PGPORT=postgres_cluster.PORT, PGPASSWORD="")
        self.prepared = dataclasses.replace(shared, variables=variables)
        self.databases = Databases(self.prepared)
        self.size, self.source = size, source
        self.day = date.today()
        self.port = environment.free_port()
        self.log = paths.LOGS / "chaos.log"
        self.log.unlink(missing_ok=True)
        self.worker = None
        self.kept_mails = {}
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)

    def make(self):
        """Make the databases from which scenes are cloned; the worker is loaded on one."""
        name = self.source or "ac_chaos_ledger"
        if not self.source:
            bench.make_ledger(self.shared, self.shared.module_template(), self.size, name)
        self._copy(name, LEDGER)
        if not self.source:
            self.shared.drop(name)
        self.databases.clone(LEDGER, SCENE)
        self.worker = Worker(self)
        before = self.day - timedelta(days=BEFORE)
        with self.scene(LEDGER) as scene:
            scene.done("prepare", url=f"http://127.0.0.1:{self.port}")
            scene.done("day", day=before)
            scene.done("pay")
            self.databases.vacuum(SCENE)
            self.keep(scene, LEDGER)
        self.worker.close()
        self.databases.clone(LEDGER, SCENE)
        self.worker = Worker(self)  # knows nothing of what was before

    def _copy(self, name, target):
        """Copy a database of the usual server, with its files, to the one that may crash."""
        self.databases.drop(target)
        self.databases.create_empty(target)
        dump = [postgres_binaries.client("pg_dump"), "--no-owner", "-d", name]
        load = [postgres_binaries.client("psql"), "-X", "-q", "-d", target]
        with subprocess.Popen(
            dump, env=self.shared.environment.variables, stdout=subprocess.PIPE
        ) as source:
            done = subprocess.run(
                load,
                env=self.prepared.variables,
                stdin=source.stdout,
                stdout=subprocess.DEVNULL,
                check=False,
            )
        if done.returncode or source.returncode:
            raise DevError(f"{name} could not be copied to the server that may crash")
        if (FILESTORE / name).is_dir():
            run(["cp", "-al", FILESTORE / name, FILESTORE / target])
        self.databases.vacuum(target)

    def keep(self, scene, name):
        """Keep what a scene has come to, for others to be cloned from."""
        scene.stop_web()
        self.databases.clone(SCENE, name)
        self.kept_mails[name] = scene.mails

    @contextlib.contextmanager
    def scene(self, template=LEDGER, mode="ok"):
        """Yield a scene of its own, with a web server and a mail server."""
        self.databases.clone(template, SCENE)
        scene = Scene(self, template, mode)
        try:
            yield scene
        finally:
            scene.close()

    def close(self):
        """Stop what was started; the ledger stays for a look at it."""
        if self.worker:
            self.worker.close()
        for name in (SCENE, ISSUED, FINISHED):
            with contextlib.suppress(DevError):
                self.databases.drop(name)
        postgres_cluster.stop_one(self.cluster)


class Worker:
    """The Odoo that is forked for every step (``chaos_worker.py``)."""

    def __init__(self, world):
        variables = {**world.prepared.variables, "PYTHONDONTWRITEBYTECODE": "1"}
        host = variables["PGHOST"]
        command = [str(world.prepared.python), str(HERE / "chaos_worker.py"), "-d", SCENE]
        command += [f"--db_host={host}", f"--db_port={postgres_cluster.PORT}", "--db_user=odoo"]
        command += [f"--db-filter=^{SCENE}$", "--max-cron-threads=0", f"--logfile={world.log}"]
        with open(FOLDER / "worker.err", "a") as errors:
            self.process = subprocess.Popen(
                command,
                env=variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        if self.process.stdout.readline().strip() != '"ready"':
            raise DevError(f"Odoo did not start, see {errors.name} and {world.log}")

    def ask(self, **request):
        """Send a request and return the answer."""
        self.process.stdin.write(json.dumps(request, default=str) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        """End it; its children have ended before."""
        self.process.stdin.close()
        self.process.wait(30)


class Scene:
    """One database in which something goes wrong."""

    numbers = itertools.count(1)

    def __init__(self, world, template, mode):
        self.world = world
        self.mails = FOLDER / f"mails-{next(self.numbers)}"
        self.mails.mkdir()
        if template in world.kept_mails and template != LEDGER:
            shutil.copytree(world.kept_mails[template], self.mails, dirs_exist_ok=True)
        self.smtp = None
        self.smtp_port = None
        self.web = None
        self.path = None
        self.set_smtp(mode)
        self.start_web()

    def set_smtp(self, mode):
        """Put a mail server that behaves as ``mode`` says in the place of the last one."""
        self._stop_smtp()
        if mode == "refuses":
            self.smtp_port = environment.NOTHING_LISTENS_HERE
            return
        command = [str(self.world.prepared.python), str(HERE / "chaos_smtp.py")]
        self.smtp = subprocess.Popen(
            [*command, str(self.mails), mode],
            env=self.world.prepared.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.smtp_port = int(self.smtp.stdout.readline())

    def _stop_smtp(self):
        if self.smtp:
            self.smtp.kill()
            self.smtp.wait()
            self.smtp.stdout.close()
            self.smtp = None

    def start_web(self):
        """Answer on HTTP: letters find their style sheets there."""
        answer = self.world.worker.ask(spawn="web", port=self.world.port, answer=os.devnull)
        self.web = answer["pid"]

    def stop_web(self):
        """Stop answering."""
        if self.web:
            os.kill(self.web, signal.SIGKILL)
            self.world.worker.ask(wait=self.web, seconds=10)
            self.web = None

    def start(self, step, **arguments):
        """Start a step in a process of its own; return ``(process number, answer file)``."""
        answer = FOLDER / f"answer-{next(self.numbers)}.json"
        request = {"day": self.world.day, "path": self.path, **arguments}
        pid = self.world.worker.ask(
            spawn=step, smtp_port=self.smtp_port, answer=str(answer), **request
        )["pid"]
        return pid, answer

    def wait(self, started, seconds=STEP_SECONDS):
        """Wait for a step; one that takes too long is killed, as a server does."""
        pid, answer = started
        code = self.world.worker.ask(wait=pid, seconds=seconds)["code"]
        if code is None:
            os.killpg(pid, signal.SIGKILL)
            self.world.worker.ask(wait=pid, seconds=10)
        data = json.loads(answer.read_text()) if answer.is_file() else {}
        return Told(code, data)

    def step(self, step, seconds=STEP_SECONDS, **arguments):
        """Run a step to its end, whatever that is."""
        return self.wait(self.start(step, **arguments), seconds)

    def done(self, step, **arguments):
        """Run a step that must work."""
        told = self.step(step, **arguments)
        if told.code or told.data.get("errors"):
            raise DevError(f"{step} ended with {told.code}: {told.data}")
        return told

    def finish(self, days=(0,)):
        """Everything works again: do what the scheduler does, on these days from ours."""
        self.path = None
        self.set_smtp("ok")
        if not self.web:
            self.start_web()
        problems = []
        for number in days:
            # Hours have passed: what waited for a letter, or for the night to end, is due.
            self.sql("UPDATE mail_mail SET scheduled_date = NULL WHERE state = 'outgoing'")
            told = self.step("day", day=self.world.day + timedelta(days=number))
            if told.code or told.data.get("errors"):
                problems.append(f"the scheduler ended with {told.code}: {_last(told.data)}")
        return problems

    def sql(self, *statements):
        """Run statements in the scene's database and return the rows of the last that has some.

        :param statements: SQL, or ``(SQL, parameters)``
        """
        pairs = [(each, None) if isinstance(each, str) else each for each in statements]
        return self.world.databases.sql(*pairs, database=SCENE)

    def queries(self, named):
        """Run ``{label: query}`` at once; return ``{label: lists of values}``.

        One call for all: starting a process for each takes longer than the queries.
        """
        parts = [
            f"SELECT '{label}', (SELECT json_agg(row_to_json(one)) FROM ({query}) one)"
            for label, query in named.items()
        ]
        return {
            label: [list(row.values()) for row in rows or ()]
            for label, rows in self.sql(" UNION ALL ".join(parts))
        }

    @staticmethod
    def files():
        """Return the folder of the scene's attachments."""
        return FILESTORE / SCENE

    def close(self):
        """Stop what belongs to the scene alone."""
        self.stop_web()
        self._stop_smtp()


def _last(data):
    """Return the last line of what a step says went wrong."""
    text = "\n".join(data.get("errors") or [data.get("error", "")])
    return text.strip().splitlines()[-1:] or data


def announce(text):
    """Print a line of progress."""
    say(f"  {text}")
