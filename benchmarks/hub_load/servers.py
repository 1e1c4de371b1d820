"""Students' own servers, in their boxes: how long one takes to start, and what it needs."""

from __future__ import annotations

import statistics
import time

import psutil
from measuring import kilobytes

from hub_load.laying import hubs, name

__all__ = ["measure_servers"]

WORKING = "import pandas as pd, matplotlib.pyplot as plt; pd.DataFrame({'a': range(100000)}).sum()"
SETTLE = 3.0
"""Seconds until a server has done what it does after its start."""


def measure_servers(hub: hubs.RunningHub, count: int, first: int) -> dict[str, float]:
    """Start some students' servers, one after the other, and let a kernel work in each.

    Returns the medians: seconds until JupyterLab's page is answered, megabytes (proportional
    set size) of a server without a kernel, and of one with a kernel that has loaded pandas and
    matplotlib.
    """
    seconds, idle, working = [], [], []
    for number in range(first, first + count):
        visitor = hub.log_in(name(number))
        begun = time.perf_counter()
        visitor.start_server()
        seconds.append(time.perf_counter() - begun)
        time.sleep(SETTLE)
        idle.append(_megabytes(hub, visitor.name))
        seen: list[float] = []
        path = f"user/{visitor.name}/"
        headers = {"X-XSRFToken": visitor.xsrf(f"/{path}"), "Referer": f"{hub.address}{path}lab"}
        started = visitor.client.post(
            f"{path}api/kernels", headers=headers, json={"name": "python3"}
        ).json()["id"]
        visitor._executed(f"{path}api/kernels/{started}/channels", WORKING)  # noqa: SLF001 (ours)
        seen.append(_megabytes(hub, visitor.name))
        working += seen
        visitor.stop_server()
    return {
        "spawn_seconds": round(statistics.median(seconds), 2),
        "idle_mb": round(statistics.median(idle), 1),
        "working_mb": round(statistics.median(working), 1),
        "measured": count,
    }


def _megabytes(hub: hubs.RunningHub, student: str) -> float:
    """Return the memory of a student's server with its box and kernels."""
    for process in psutil.Process(hub.hub_pid()).children():
        try:
            found = process.environ().get("JUPYTERHUB_USER") == student
        except psutil.Error:
            continue
        if found:
            family = (process, *process.children(recursive=True))
            return sum(kilobytes(one.pid) for one in family) / 1000
    message = f"no server of {student}"
    raise AssertionError(message)
