"""With the OCA module `queue_job` the same batches are jobs: the same checks, the same result.

Two processes perform the jobs with queue_job's own code, as two workers on two machines do
whom its runner asks over HTTP; one of them is killed in the midst of a job.
"""

import subprocess
import time

from . import queue_job
from .ui import DevError

NAME = "queue_job"
JOBS = "SELECT method_name, state, channel, count(*) FROM queue_job GROUP BY 1, 2, 3 ORDER BY 1, 2"
DEAD = "SELECT count(*) FROM queue_job WHERE state = 'started'"
# What queue_job's runner waits for before it calls a job dead, and a job that failed.
AGE = "UPDATE queue_job SET date_enqueued = date_enqueued - interval '1 minute'"
FAIL = """
    UPDATE queue_job SET state = 'failed', exc_message = 'out of memory' WHERE id = (
        SELECT min(id) FROM queue_job WHERE state = 'pending')
"""
RUN = "SELECT state, issue_requested_on IS NULL FROM collection_run"
CHANNEL = "root.account_collections"


def run(world):
    """Yield (name, what is wrong or "", seconds, why it was skipped or "").

    :param world: the ``World`` of the restart checks, its template prepared
    """
    try:
        queue_job.folder()
    except DevError as error:
        yield f"{NAME}: jobs on two workers", "", 0.0, f"queue_job cannot be fetched: {error}"
        return
    template = f"{world.template}_queue"
    try:
        for name, check in CHECKS.items():
            started = time.monotonic()
            try:
                problem = check(world, template) or world.logged()
            except (DevError, subprocess.TimeoutExpired) as error:
                problem = str(error)
            yield f"{NAME}: {name}", problem, time.monotonic() - started, ""
            if problem and name == "installed":
                return
    finally:
        world.drop(template)


def _install(world, template):
    """Install queue_job beside the module."""
    world.databases.clone(world.template, template)
    arguments = ["-d", template, "-i", queue_job.MODULE, "--stop-after-init", "--no-http"]
    arguments += ["--max-cron-threads=0", f"--logfile={world.log}", *queue_job.options()]
    done = subprocess.run(
        world.prepared.odoo_command(*arguments),
        env=queue_job.variables(world.prepared),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return f"installing it ended with {done.returncode}" if done.returncode else ""


def _two_workers(world, template):
    """Two calls of the scheduled action make the jobs once, and two workers perform them. One
    worker dies in a job, another job has failed: nobody is forgotten, nobody gets it twice."""
    with world.scene(letters=True, template=template, queue=True) as scene:
        scene.step("delay")
        made = scene.sql(JOBS)
        if made != [["_perform_batch", "pending", CHANNEL, world.customers]]:
            return f"jobs made: {made}"
        scene.sql(FAIL)
        _killed, share = scene.together("work", "work", kill={"at": "customer", "count": 2})
        dead = scene.sql(DEAD)[0][0]
        if dead != 1 or not 0 < share < world.customers - 1:
            return f"{dead} jobs died, {share} were done by the other worker"
        scene.sql(AGE)
        # The runner takes up what died; the hourly action makes what failed again.
        scene.step("recover")
        return _finished(scene) or scene.judge()


def _finished(scene):
    """Return what is wrong with the jobs and the run, or ""."""
    customers = scene.world.customers
    jobs, runs = scene.sql(JOBS), scene.sql(RUN)
    if jobs != [
        ["_finish_batch", "done", CHANNEL, customers],
        ["_perform_batch", "done", CHANNEL, customers],
        ["_perform_batch", "failed", CHANNEL, 1],
    ]:
        return f"jobs: {jobs}"
    return "" if runs == [["issued", True]] else f"runs: {runs}"


CHECKS = {"installed": _install, "two workers, one killed, a job failed": _two_workers}
