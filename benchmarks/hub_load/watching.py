"""What the hub's parts use while they work: memory and seconds of CPU of each."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

import psutil
from measuring import kilobytes

from hub_load.laying import hubs

__all__ = ["Watch", "part_of"]

EVERY = 2.0
"""Seconds between two looks: each costs some milliseconds a process."""
PARTS = {
    "practicum.service": "service",
    "room serve": "room",
    "idle_culler": "culler",
    "configproxy": "proxy",
    "configurable-http-proxy": "proxy",
    "configurable_http_proxy": "proxy",
    "-m jupyterhub --config": "hub",
    "hub start": "starter",
    "jupyterhub.singleuser": "course lab",
    "jupyterhub-singleuser": "students' servers",
}
"""What a command line tells of who a process is."""


def part_of(process: psutil.Process) -> str:
    """Return which part of the hub a process is; what the service starts is its grader."""
    line = " ".join(process.cmdline())
    if "practicum collect" in line or "practicum grade" in line:
        return "grader"
    return next((part for words, part in PARTS.items() if words in line), "")


class Watch(threading.Thread):
    """Looks at all processes of a hub, now and then, until it is told to stop."""

    def __init__(
        self, hub: hubs.RunningHub, tell: Callable[[dict[str, float]], None] = lambda _: None
    ) -> None:
        super().__init__(daemon=True)
        self._hub, self._tell, self._ended = hub, tell, threading.Event()
        self._known: dict[tuple[int, float], str] = {}
        self._cpu: dict[tuple[int, float], tuple[float, float]] = {}
        self.peak: dict[str, float] = defaultdict(float)
        """The most megabytes (proportional set size) of each part, and of all at one time."""
        self.seen: list[tuple[float, dict[str, float]]] = []

    def run(self) -> None:
        """Look until told to stop."""
        begun = time.monotonic()
        while not self._ended.is_set():
            now = self._look()
            for part, megabytes in now.items():
                self.peak[part] = max(self.peak[part], megabytes)
            self.peak["all"] = max(self.peak["all"], sum(now.values()))
            self.seen.append((time.monotonic() - begun, now))
            self._tell(now)
            self._ended.wait(EVERY)

    def stop(self) -> dict[str, float]:
        """Stop; return the seconds of CPU of each part since the start."""
        self._ended.set()
        self.join()
        self._look()
        spent: dict[str, float] = defaultdict(float)
        for key, (first, last) in self._cpu.items():
            spent[self._known[key]] += last - first
        return {part: round(seconds, 1) for part, seconds in sorted(spent.items())}

    def _look(self) -> dict[str, float]:
        now: dict[str, float] = defaultdict(float)
        first = not self._cpu
        root = psutil.Process(self._hub.process.pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.Error):
                key = (process.pid, process.create_time())
                if key not in self._known:
                    self._known[key] = self._part(process)
                used = sum(process.cpu_times()[:2])
                begun, _ = self._cpu.get(key, (used if first else 0.0, used))
                self._cpu[key] = (begun, used)
                now[self._known[key]] += kilobytes(process.pid) / 1000
        return now

    def _part(self, process: psutil.Process) -> str:
        """Tell the part from the process, or else from the one that started it."""
        part = part_of(process)
        if part:
            return part
        parent = process.parent()
        key = (parent.pid, parent.create_time()) if parent else None
        part = self._known.get(key, "") if key else ""
        return {"service": "grader", "hub": "students' servers"}.get(part, part or "other")
