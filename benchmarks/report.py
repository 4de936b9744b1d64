"""Tables of what was measured, and whether it is what was promised."""

import math
import os
import platform
import re
from pathlib import Path

MEGABYTES = 512
IDLE_PART = 0.02
PROPOSE_RATIO = 50
ISSUE_RATIO = 10
MAIL_RATIO = 5
# Exponents of time and queries between two sizes: noise of a machine is not growth.
FLAT = 1.05
PEER_COMMUNICATIONS_AT = 10_000
HEAD = """\
| Work | N | items | wall s | CPU Odoo | CPU PostgreSQL | CPU children | queries | peak MiB \
| CPU ms/item | queries/item | growth |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def cpu(cost):
    """Return the CPU seconds of all processes together."""
    return cost["odoo"] + cost["children"] + (cost["postgres"] or 0.0)


def line(cost):
    """Return one line for the terminal."""
    return (
        f"  {cost['size']:>7,}  {cost['work']}: {cost['items']:,} × {cost['unit']},"
        f" {cost['wall']:.1f} s wall, CPU {cost['odoo']:.1f} + {cost['postgres'] or 0:.1f}"
        f" + {cost['children']:.1f} s, {cost['queries']:,} queries, {cost['memory']:.0f} MiB"
    )


def machine(server):
    """Return what the figures were measured on, without any name or path."""
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    return (
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}),"
        f" {int(memory[1]) / 1024**2:.0f} GiB of memory, Linux {platform.release().split('-')[0]},"
        f" Python {platform.python_version()}, PostgreSQL {server.split()[0]} (no fsync),"
        " Odoo 19.0."
    )


def works(costs):
    """Return a table: each work at each size, with its growth from the size before."""
    rows = [HEAD]
    for name in dict.fromkeys(cost["work"] for cost in costs):
        before = None
        for cost in sorted(_of(costs, name), key=lambda cost: cost["size"]):
            rows.append(_row(cost, before))
            before = cost
    return "\n".join(rows)


def _of(costs, name):
    return [cost for cost in costs if cost["work"] == name]


def _row(cost, before):
    items = cost["items"] or 1
    growth = exponent(before, cost) if before else None
    server = "" if cost["postgres"] is None else f"{cost['postgres']:.2f}"
    return (
        f"| {cost['work']} | {cost['size']:,} | {cost['items']:,} {cost['unit']}s"
        f" | {cost['wall']:.1f} | {cost['odoo']:.2f} | {server} | {cost['children']:.2f}"
        f" | {cost['queries']:,} | {cost['memory']:.0f} | {cpu(cost) / items * 1000:.2f}"
        f" | {cost['queries'] / items:.2f} | {'' if growth is None else f'{growth:.2f}'} |"
    )


def exponent(small, large, value=cpu):
    """Return k of "n items cost n^k": 1 is flat per item, above it grows; None: not known."""
    if not small["items"] or small["items"] == large["items"]:
        return None
    costs = max(value(large), 0.001) / max(value(small), 0.001)
    return math.log(costs) / math.log(large["items"] / small["items"])


def verdicts(costs):
    """Return the promises, each with what was measured and whether it holds."""
    rows = ["| Promise | measured | |", "|---|---|---|"]
    for promise, found, good in _verdicts(costs):
        mark = "not measured" if good is None else ("reached" if good else "**missed**")
        rows.append(f"| {promise} | {found} | {mark} |")
    return "\n".join(rows)


def _verdicts(costs):
    largest = max(cost["size"] for cost in costs)
    yield _propose_ratio(costs, largest)
    yield _constant_queries(costs)
    yield from _idle(costs, largest)
    yield _issue_ratio(costs, largest)
    yield from _flatness(costs)
    yield _mail_ratio(costs)
    ours = [cost for cost in costs if not cost["work"].startswith("peer")]
    worst = max(ours, key=lambda cost: cost["memory"])
    found = f"at most {worst['memory']:.0f} MiB ({worst['work']}, N = {worst['size']:,})"
    yield f"Memory under {MEGABYTES} MiB at any size", found, worst["memory"] < MEGABYTES


def _one(costs, name, size):
    found = [cost for cost in _of(costs, name) if cost["size"] == size]
    return found[0] if found and found[0]["items"] else None


def _propose_ratio(costs, size):
    peer = _one(costs, "peer: generate_credit_lines", size)
    ours = _one(costs, "propose, first level", size)
    promise = f"Proposing takes {PROPOSE_RATIO} times less CPU than the peer (N = {size:,})"
    if not peer or not ours:
        return promise, "", None
    ratio = cpu(peer) / cpu(ours)
    found = f"{cpu(peer):.1f} s against {cpu(ours):.2f} s: {ratio:.0f} times"
    return promise, found, ratio >= PROPOSE_RATIO


def _constant_queries(costs):
    ours = sorted(_of(costs, "propose, first level"), key=lambda cost: cost["size"])
    promise = "The number of queries of proposing does not depend on the number of items"
    if len(ours) < 2:
        return promise, "", None
    found = ", ".join(f"{cost['queries']:,} (N = {cost['size']:,})" for cost in ours)
    return promise, found, ours[-1]["queries"] <= ours[0]["queries"]


def _idle(costs, size):
    parts = [_one(costs, f"{work}, first level", size) for work in ("propose", "issue")]
    for name in ("a day before anything is due", "the day after"):
        promise = f"{name[0].upper()}{name[1:]} costs under 2 % of a day on which everything is due"
        idle = _one(costs, name, size)
        if not idle or not all(parts):
            yield promise, "", None
            continue
        part = cpu(idle) / sum(map(cpu, parts))
        found = f"{cpu(idle):.2f} s of {sum(map(cpu, parts)):.1f} s: {part * 100:.2f} %"
        yield promise, found, part < IDLE_PART


def _issue_ratio(costs, size):
    peer = _one(costs, "peer: lines to communications", PEER_COMMUNICATIONS_AT)
    promise = (
        f"Issuing takes {ISSUE_RATIO} times less CPU per notice (N = {size:,}) than the peer's"
        f" communications (N = {PEER_COMMUNICATIONS_AT:,})"
    )
    ours = _one(costs, "issue, first level", size)
    if not peer or not ours:
        return promise, "", None
    theirs, own = (cpu(cost) / cost["items"] * 1000 for cost in (peer, ours))
    found = f"{theirs:.1f} ms against {own:.1f} ms: {theirs / own:.1f} times"
    return promise, found, theirs / own >= ISSUE_RATIO


def _flatness(costs):
    """Time per item is flat or falling from the smallest size to the largest."""
    for name in dict.fromkeys(cost["work"] for cost in costs):
        if name.startswith("peer"):
            continue
        found = sorted(_of(costs, name), key=lambda cost: cost["size"])
        growth = exponent(found[0], found[-1]) if len(found) > 1 else None
        if growth is not None:
            text = f"n^{growth:.2f}"
            yield f"Time per item flat or falling: {name}", text, growth <= FLAT


def _mail_ratio(costs):
    promise = f"E-mails with their PDF take {MAIL_RATIO} times less wall time each"
    peers = [cost for cost in costs if cost["work"] == "peer: e-mails with their PDF"]
    ours = _of(costs, "e-mails with their letter as PDF")
    if not peers or not ours or not peers[0]["items"]:
        return promise, "", None
    ours = [cost for cost in ours if cost["size"] == peers[0]["size"]] or ours
    theirs, own = peers[0]["wall"] / peers[0]["items"], ours[0]["wall"] / ours[0]["items"]
    found = f"{theirs:.2f} s against {own:.3f} s: {theirs / own:.1f} times"
    return promise, found, theirs / own >= MAIL_RATIO


def write(path, machine_text, sections):
    """Put sections into their places in a file; what others wrote there stays.

    A section lies between ``<!-- name -->`` and ``<!-- /name -->``.
    """
    text = path.read_text()
    for name, content in {"machine": machine_text, **sections}.items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not mark.search(text):
            text += f"\n<!-- {name} -->\n<!-- /{name} -->\n"
        text = mark.sub(lambda found, content=content: f"{found[1]}{content}\n{found[2]}", text)
    path.write_text(text)
