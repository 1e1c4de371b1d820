"""Control groups, where some have been given to us: memory and processes of a whole tree.

A group may only be made where its owner has said so: below one of our own (an ordinary user's
under systemd), or below the one that ``PRACTICUM_CGROUP`` names (a path below the mount point of
cgroup v2, or below each controller of v1). A writable folder alone is no permission: for root
all are writable, and their owner relies on what is in them.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from practicum.sandbox.box import Box
from practicum.sandbox.limits import MEGABYTE

__all__ = ["VARIABLE", "Group", "Groups", "find_groups"]

VARIABLE: Final = "PRACTICUM_CGROUP"
MOUNT: Final = Path("/sys/fs/cgroup")

_CONTROLLERS: Final = ("memory", "pids")
_number = itertools.count()


@dataclass(frozen=True)
class Group:
    """One control group with limits; of v1 one folder for each controller."""

    kind: Literal["cgroup v2", "cgroup v1"]
    folders: tuple[Path, ...]

    def add(self, pid: int) -> None:
        """Put a process into the group; what it starts from now on is in it too."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def killed(self) -> bool:
        """Say whether the kernel has killed a process of the group for its memory."""
        name = "memory.events" if self.kind == "cgroup v2" else "memory.oom_control"
        with contextlib.suppress(OSError):
            for line in (self.folders[0] / name).read_text(encoding="ascii").splitlines():
                key, _, value = line.partition(" ")
                if key == "oom_kill":
                    return int(value) > 0
        return False

    def remove(self, seconds: float = 1.0) -> bool:
        """Remove the group, whose processes have been ended; say whether it is gone."""
        end = time.monotonic() + seconds
        for folder in self.folders:
            while folder.exists():
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                if time.monotonic() > end:
                    return False
                time.sleep(0.005)
        return True


@dataclass(frozen=True)
class Groups:
    """A place where groups may be made."""

    kind: Literal["cgroup v2", "cgroup v1"]
    folders: tuple[Path, ...]

    def make(self, box: Box) -> Group:
        """Make a group with the box's limits."""
        name = f"practicum-{os.getpid()}-{next(_number)}"
        group = Group(self.kind, tuple(folder / name for folder in self.folders))
        for folder in group.folders:
            folder.mkdir()
        memory, pids = group.folders[0], group.folders[-1]
        size = str(box.memory_mb * MEGABYTE)
        if self.kind == "cgroup v2":
            _write(memory / "memory.max", size)
            _write(memory / "memory.swap.max", "0", needed=False)
            _write(memory / "memory.oom.group", "1", needed=False)
        else:
            _write(memory / "memory.limit_in_bytes", size)
            _write(memory / "memory.memsw.limit_in_bytes", size, needed=False)
        _write(pids / "pids.max", str(box.processes))
        return group


def find_groups(mount: Path = MOUNT) -> Groups | None:
    """Find a place where groups may be made; None where nobody has given us one."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return _named(mount, named.strip("/"))
    if os.geteuid() == 0:
        return None
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        if line.startswith("0::/"):
            own = mount / line.removeprefix("0::/")
            for folder in (own, *own.parents):
                if folder != mount and _given(folder):
                    return Groups("cgroup v2", (folder,))
    return None


def _named(mount: Path, name: str) -> Groups | None:
    folder = mount / name
    if _serves(folder):
        return Groups("cgroup v2", (folder,))
    folders = tuple(mount / controller / name for controller in _CONTROLLERS)
    if all((folder / "cgroup.procs").exists() for folder in folders):
        return Groups("cgroup v1", folders)
    return None


def _serves(folder: Path) -> bool:
    """Say whether groups below this one can have limits of memory and of processes."""
    try:
        enabled = (folder / "cgroup.subtree_control").read_text(encoding="ascii").split()
    except OSError:
        return False
    return set(_CONTROLLERS) <= set(enabled)


def _given(folder: Path) -> bool:
    try:
        return _serves(folder) and folder.stat().st_uid == os.geteuid()
    except OSError:
        return False


def _write(place: Path, value: str, *, needed: bool = True) -> None:
    try:
        place.write_text(value, encoding="ascii")
    except OSError:
        if needed:
            raise
