"""Limits that hold for all processes of a box together, which ``setrlimit`` does not know."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Self

from practicum.sandbox.box import Box
from practicum.sandbox.cgroups import Group, find_groups
from practicum.sandbox.limits import MEGABYTE
from practicum.sandbox.processes import born, end_tree, memory, tree

__all__ = ["MemoryWatch", "Overuse"]

TICK: Final = 0.05
"""Seconds between two looks."""

RESERVE: Final = 0.03
"""Below this share of available memory the largest box is ended, before the machine thrashes."""


@dataclass(frozen=True)
class Overuse:
    """A limit that a box went over, and by which means that was found.

    ``machine`` is no fault of the one submission: the machine as a whole ran short, and the
    largest box was ended.
    """

    what: Literal["memory", "processes", "disk", "machine"]
    means: str
    used_mb: int = 0

    def __str__(self) -> str:
        amount = f" ({self.used_mb} MB)" if self.used_mb else ""
        return f"more {self.what} than allowed{amount}, found by {self.means}"


@dataclass
class _Watched:
    """A box that is being watched."""

    box: Box
    folder: Path | None
    birth: int
    baseline: int
    group: Group | None
    overuse: Overuse | None = None
    used: int = field(default=0)


class MemoryWatch:
    """Watches boxes, and ends those that use too much; a context manager.

    With control groups the kernel holds memory and processes. Without, a thread looks every
    50 ms and kills: between two looks a box can be over its limit.
    """

    def __init__(self) -> None:
        """Find out what there is; the thread starts with the first box."""
        self._groups = find_groups()
        self._boxes: dict[int, _Watched] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def means(self) -> str:
        """What holds the limits: "cgroup v2", "cgroup v1" or "watchdog"."""
        return self._groups.kind if self._groups else "watchdog"

    def add(self, pid: int, box: Box, *, folder: Path | None = None) -> None:
        """Watch a box from now on; call it before the student's code runs.

        ``pid`` is its first process, ``folder`` what it fills where no tmpfs is sized.
        """
        group = None
        if self._groups:
            group = self._groups.make(box)
            with contextlib.suppress(ProcessLookupError):
                group.add(pid)
        with self._lock:
            self._boxes[pid] = _Watched(box, folder, born(pid), memory(pid), group)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
                self._thread.start()

    def remove(self, pid: int) -> Overuse | None:
        """Watch a box no longer, after its end; say which limit it went over, if any."""
        with self._lock:
            watched = self._boxes.pop(pid, None)
        if watched is None:
            return None
        if watched.group is not None:
            if watched.overuse is None and watched.group.killed():
                watched.overuse = Overuse("memory", watched.group.kind)
            watched.group.remove()
        return watched.overuse

    def look(self) -> None:
        """Look at every box once; the thread does so all the time."""
        with self._lock:
            boxes = [(pid, watched) for pid, watched in self._boxes.items() if not watched.overuse]
        for pid, watched in boxes:
            watched.overuse = self._examine(pid, watched)
            if watched.overuse:
                end_tree(pid)
        alive = [(watched.used, pid, watched) for pid, watched in boxes if not watched.overuse]
        if alive and _available() < RESERVE:
            used, pid, watched = max(alive, key=lambda entry: entry[:2])
            watched.overuse = Overuse("machine", "watchdog", used // MEGABYTE)
            end_tree(pid)

    def close(self) -> None:
        """Stop watching; the boxes are the caller's to end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        for pid in list(self._boxes):
            self.remove(pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._stop.wait(TICK):
            self.look()

    def _examine(self, pid: int, watched: _Watched) -> Overuse | None:
        box = watched.box
        if born(pid) != watched.birth:
            return None  # it has ended, and its number may be somebody else's now
        processes = tree(pid)
        if len(processes) > box.processes:
            return Overuse("processes", "watchdog")
        if watched.folder is not None:
            size = _size(watched.folder)
            if size > box.disk_mb * MEGABYTE:
                return Overuse("disk", "watchdog", size // MEGABYTE)
        if watched.group is None and self._too_large(processes, watched):
            return Overuse("memory", "watchdog", watched.used // MEGABYTE)
        return None

    def _too_large(self, processes: tuple[int, ...], watched: _Watched) -> bool:
        """Measure what the processes use together, quickly, and exactly if it seems too much."""
        most = watched.box.memory_mb * MEGABYTE
        watched.used = sum(map(memory, processes)) - watched.baseline
        if watched.used <= most or len(processes) == 1:
            return watched.used > most
        # Forked processes share pages: count each once.
        exact = sum(memory(process, exact=True) for process in processes)
        if exact:
            watched.used = exact - self._inherited(len(processes), watched.baseline)
        return watched.used > most

    def _inherited(self, processes: int, baseline: int) -> int:
        """Tell how much of what was inherited has been counted as that of so many processes.

        The kernel divides a page among all who have it: here those, the fork server, and the
        other boxes, which inherited the same; what workers of theirs have is left out.
        """
        return baseline * processes // (processes + len(self._boxes))


def _available() -> float:
    """Tell the share of the machine's memory that is available, 0 to 1."""
    sizes: dict[str, int] = {}
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines()[:3]:
        name, _, value = line.partition(":")
        sizes[name] = int(value.split()[0])
    if "MemAvailable" not in sizes:
        return 1.0
    return sizes["MemAvailable"] / sizes["MemTotal"]


def _size(folder: Path) -> int:
    """Tell the bytes on disk of all files below a folder that somebody may be changing."""
    total = 0
    for place, _, names in os.walk(folder, onerror=None):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(f"{place}/{name}").st_blocks * 512
    return total
