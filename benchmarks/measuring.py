"""A stop-watch for commands: wall-clock seconds, and the memory of all their processes."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Took", "about_this_machine", "kilobytes", "run"]

EVERY = 0.5
"""Seconds between two looks at the memory: each costs some milliseconds."""
LIBRARIES = ("nbgrader", "nbclient", "jupyter_client", "ipykernel", "pandas", "sqlalchemy")


@dataclass(frozen=True)
class Took:
    """What a command took with all its processes.

    Wall-clock seconds; the peak of memory (MB; what is shared is divided by who shares it);
    seconds of CPU (of the processes that somebody has waited for).
    """

    seconds: float
    peak_mb: float
    cpu_seconds: float


def run(root: Path, *command: str, python: str = sys.executable, **environment: str) -> Took:
    """Run a Python module in the folder ``root``, and measure it with all its descendants.

    Args:
        root: The folder; ``said.txt`` in it keeps what the command printed.
        command: The module and its arguments.
        python: The interpreter.
        environment: Variables that are added to the environment.

    Raises:
        SystemExit: The command's exit code is not 0.

    """
    spent = _cpu_of_children()
    start = time.perf_counter()
    with (root / "said.txt").open("w") as said:
        process = subprocess.Popen(  # noqa: S603 (our own commands)
            [python, "-m", *command],
            cwd=root,
            stdout=said,
            stderr=said,
            env=os.environ | environment,
        )
        peak = [0.0]
        watch = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
        watch.start()
        code = process.wait()
    seconds = time.perf_counter() - start
    watch.join()
    if code:
        end = (root / "said.txt").read_text(encoding="utf-8", errors="replace")[-2000:]
        sys.exit(f"{' '.join(command)}: exit code {code}\n{end}")
    return Took(seconds, peak[0], _cpu_of_children() - spent)


def about_this_machine() -> dict[str, object]:
    """Return what every figure depends on: processors, load, versions."""
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return {
        "processors": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "versions": {"python": platform.python_version()} | versions,
    }


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(pid: int, peak: list[float]) -> None:
    """Keep the largest sum of memory of a process and its descendants."""
    try:
        parent = psutil.Process(pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            family = (parent, *parent.children(recursive=True))
            peak[0] = max(peak[0], sum(kilobytes(one.pid) for one in family) / 1e3)
            time.sleep(EVERY)
    except psutil.NoSuchProcess:
        pass


def kilobytes(pid: int) -> int:
    """Return a process's part of memory: what it shares is divided by who shares it."""
    try:
        with Path(f"/proc/{pid}/smaps_rollup").open(encoding="ascii") as figures:
            return next(int(line.split()[1]) for line in figures if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return _resident(pid)


def _resident(pid: int) -> int:
    """Return what a process has in memory, shared or not: where nothing better can be read."""
    try:
        return int(psutil.Process(pid).memory_info().rss / 1024)
    except psutil.Error:
        return 0
