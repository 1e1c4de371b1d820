"""The processes of a box as they are seen from outside: what they use, and how they end."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import time
from pathlib import Path
from typing import Final

__all__ = ["born", "children", "end_tree", "memory", "pid_of", "processes_of", "tree"]

_AGAIN: Final = 0.005


def tree(pid: int) -> tuple[int, ...]:
    """List a process and its descendants, as far as they are still there.

    In a box an orphan becomes the child of the box's first process, so none is missed.
    """
    found = [pid]
    for parent in found:
        found += children(parent)
    return tuple(found)


def children(pid: int) -> list[int]:
    """List the children of a process, those that only wait to be reaped included."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 (called all the time)
    except OSError:
        return found
    for thread in threads:
        with contextlib.suppress(OSError):
            found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    return found


def memory(pid: int, *, exact: bool = False) -> int:
    """Tell the bytes of private and shared memory (not of files) that a process has touched.

    Quick, it counts a page in each process that has it; ``exact`` shares it out among them, and
    takes milliseconds. A process that has ended, or that we may not look into, has none.
    """
    try:
        if exact:
            return sum(_fields(f"/proc/{pid}/smaps_rollup", b"Pss_Anon:", b"Pss_Shmem:"))
        return sum(_fields(f"/proc/{pid}/status", b"RssAnon:", b"RssShmem:"))
    except OSError:
        return 0


def born(pid: int) -> int:
    """Tell when a process was started, in clock ticks; 0 if there is none of that number."""
    try:
        return int(_read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[19])
    except OSError:
        return 0


def pid_of(pidfd: int) -> int:
    """Tell the number by which *we* see the process of a pidfd (-1: it has ended).

    Numbers differ between pid namespaces; a descriptor means the same process everywhere.
    """
    for line in _read(f"/proc/self/fdinfo/{pidfd}").splitlines():
        if line.startswith(b"Pid:"):
            return int(line.split()[1])
    return -1


def processes_of(uid: int) -> int:
    """Count the threads of a user on this machine, as RLIMIT_NPROC does."""
    count = 0
    for name in os.listdir("/proc"):  # noqa: PTH208 (names are enough)
        if name.isdigit():
            with contextlib.suppress(OSError):
                if os.stat(f"/proc/{name}").st_uid == uid:  # noqa: PTH116 (see above)
                    count += len(os.listdir(f"/proc/{name}/task"))  # noqa: PTH208 (see above)
    return count


def end_tree(pid: int, *, folder: Path | None = None, seconds: float = 5.0) -> bool:
    """Kill all processes of a box, wait for their end, remove its folder if it has one.

    The first process of a pid namespace takes all others with it. Without one the descendants
    are killed first, again and again while there are any. Says whether all are gone in time.
    """
    end = time.monotonic() + seconds
    while (below := tree(pid)[1:]) and time.monotonic() < end:
        if _first_of_namespace(pid):
            break
        _kill(pid, signal.SIGSTOP)
        for process in below:
            _kill(process, signal.SIGKILL)
        _reap(below)
        if all(_ended(process) for process in below):
            break
        time.sleep(_AGAIN)
    gone = _end(pid, end)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
        return gone and not folder.exists()
    return gone


def _end(pid: int, end: float) -> bool:
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        _kill(pid, signal.SIGKILL)
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        gone = bool(poll.poll(max(0.0, end - time.monotonic()) * 1000))
    finally:
        os.close(pidfd)
    if gone:
        _reap((pid,))
    return gone


def _first_of_namespace(pid: int) -> bool:
    """Say whether a process has the number 1 in its own pid namespace."""
    try:
        lines = _read(f"/proc/{pid}/status").splitlines()
    except OSError:
        return False
    numbers = next((line.split()[1:] for line in lines if line.startswith(b"NSpid:")), [])
    return len(numbers) > 1 and numbers[-1] == b"1"


def _ended(pid: int) -> bool:
    """Say whether a process is gone, or only waits for its parent to take note."""
    try:
        return _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[0] in {b"Z", b"X"}
    except OSError:
        return True


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _reap(pids: tuple[int, ...]) -> None:
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _read(place: str) -> bytes:
    descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 1 << 16)
    finally:
        os.close(descriptor)


def _fields(place: str, *names: bytes) -> list[int]:
    """Read the named lines of a file of /proc, which are in kibibytes, as bytes."""
    lines = _read(place).splitlines()
    return [int(line.split()[1]) * 1024 for line in lines if line.startswith(names)]
