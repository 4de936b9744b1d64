"""The peer of `./dev bench --peer`: fetched by pip, installed beside the module in a clone."""

import zipfile

from benchmarks import report

from . import paths, python_env
from .pins import PEER_MODULE, PEER_REQUIREMENT
from .ui import DevError, say, step

# Its proposal is slow but linear; its communications are quadratic, its mails take seconds.
LINES_UP_TO = 100_000
COMMUNICATIONS_UP_TO = 10_000
MAILS_UP_TO = 1_000


def addons():
    """Return the folder that has the peer as an addon."""

    def build(folder):
        with step("Fetching the peer"):
            python_env.pip_download(PEER_REQUIREMENT, folder)
            wheel = next(folder.glob("*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
            wheel.unlink()

    folder = paths.cached(
        "peer", PEER_REQUIREMENT, build, lambda: say("- Another ./dev fetches it; waiting …")
    )
    return folder / "odoo" / "addons"


def measure(bench, ledger, size):
    """Install the peer in a clone of the ledger and measure its works."""
    name = f"{ledger}_peer"
    folder = addons()
    with bench.database(name):
        bench.databases.clone(ledger, name)
        _install(bench, name, folder)
        bench.step(name, size, "peer", [folder], peer_works=["prepare"])
        works = ["lines"] if size <= LINES_UP_TO else []
        works += ["communications"] if size <= COMMUNICATIONS_UP_TO else []
        works += ["mails"] if size <= MAILS_UP_TO else []
        costs = []
        for work in works:
            costs += bench.step(name, size, "peer", [folder], peer_works=[work])
        for cost in costs:
            say(report.line(cost))
        return costs


def _install(bench, name, folder):
    log = paths.LOGS / "install-peer.log"
    arguments = ["-d", name, "-i", PEER_MODULE, "--stop-after-init", "--no-http"]
    arguments += ["--max-cron-threads=0", f"--addons-path={paths.ADDONS},{folder}"]
    with step(f"Installing {PEER_MODULE} beside the module"), open(log, "w") as output:
        code = bench.databases.environment.run_odoo(*arguments, stdout=output, stderr=output)
    if code:
        raise DevError(f"Odoo could not install {PEER_MODULE}", f"All of it: {log}")
    bench.databases.vacuum(name)
    # Settings of a database are not cloned with it.
    setting = f'ALTER DATABASE "{name}" SET max_parallel_workers_per_gather = 0'
    bench.databases.sql((setting, None))
