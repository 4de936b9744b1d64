"""What a piece of work costs: wall time, CPU of Odoo, of its children and of PostgreSQL, SQL
queries, peak memory. Read from ``/proc``: on Linux, with the database server on the machine.
"""

import contextlib
import gc
import json
import os
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from odoo import sql_db

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
BACKENDS = """
    SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend'
"""


@dataclass
class Cost:
    """One row of a table; times are in seconds, memory is in MiB."""

    work: str
    size: int = 0
    items: int = 0
    unit: str = ""
    wall: float = 0.0
    odoo: float = 0.0
    children: float = 0.0
    postgres: float | None = None  # None: the server is on another machine
    queries: int = 0
    memory: float = 0.0


class Ruler:
    """Measures pieces of work and writes them to ``args.result``, a line each."""

    def __init__(self, env, args):
        self.env = env
        self.size = getattr(args, "size", 0)
        self.result = Path(args.result)

    @contextlib.contextmanager
    def measure(self, work, unit):
        """Measure the body, its commit included; it sets ``items`` of what it is given, or
        how to count them, which is not measured."""
        cost = Cost(work, self.size, unit=unit)
        self.env.flush_all()
        self.env.cr.commit()
        gc.collect()
        _reset_peak()
        backends = self._backends()
        before = _children(), time.process_time(), sql_db.sql_counter
        started = time.perf_counter()
        yield cost
        self.env.flush_all()
        self.env.cr.commit()
        cost.wall = time.perf_counter() - started
        cost.queries = sql_db.sql_counter - before[2]
        cost.odoo = time.process_time() - before[1]
        cost.children = _children() - before[0]
        cost.memory = _peak()
        cost.postgres = _difference(backends, self._backends())
        if callable(cost.items):
            cost.items = cost.items()
        with self.result.open("a") as handle:
            handle.write(json.dumps(asdict(cost)) + "\n")

    def _backends(self):
        """``{pid: CPU seconds}`` of the database's backends, {} when they are elsewhere."""
        self.env.cr.execute(BACKENDS)
        return {pid: used for (pid,) in self.env.cr.fetchall() if (used := _cpu(pid)) is not None}


def backend(env):
    """Return a function that tells the CPU seconds of this connection's server process; None
    where the server is on another machine."""
    env.cr.execute("SELECT pg_backend_pid()")
    [pid] = env.cr.fetchone()
    return None if _cpu(pid) is None else lambda: _cpu(pid)


def _difference(before, after):
    if not after:
        return None
    return sum(used - before.get(pid, 0.0) for pid, used in after.items())


def _cpu(pid):
    """User and system seconds of a PostgreSQL process on this machine, else None."""
    folder = PROC / str(pid)
    try:
        name, _, rest = (folder / "stat").read_text().rpartition(")")
    except OSError:
        return None
    if "postgres" not in name:
        return None
    # To the nanosecond, where the kernel counts so; in ticks of 10 ms it always does.
    with contextlib.suppress(OSError):
        return int((folder / "schedstat").read_text().split()[0]) / 1e9
    fields = rest.split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reset_peak():
    (PROC / "self" / "clear_refs").write_text("5")


def _peak():
    """MiB that were resident at most since :func:`_reset_peak`."""
    for line in (PROC / "self" / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
