"""Limits that the kernel holds for each process: ``setrlimit(2)``."""

from __future__ import annotations

import resource
from typing import Final

from practicum.sandbox.box import Box

__all__ = ["MEGABYTE", "limit", "rlimits"]

MEGABYTE: Final = 1 << 20
_PAGE: Final = resource.getpagesize()


def rlimits(box: Box, *, data: int = 0, address_space: int = 0) -> dict[int, tuple[int, int]]:
    """List the limits of one process: resource, (soft, hard), in the kernel's own units.

    ``data`` and ``address_space`` are bytes that the process has already (shared with the fork
    server). Private memory ends in a MemoryError, which is the student's own; address space is
    held more loosely, for libraries reserve far more of it than they use.
    """
    memory = box.memory_mb * MEGABYTE
    size = box.file_mb * MEGABYTE
    return {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_CPU: (box.cpu_seconds, box.cpu_seconds + 1),
        resource.RLIMIT_FSIZE: (size, size),
        resource.RLIMIT_NOFILE: (box.open_files, box.open_files),
        resource.RLIMIT_NPROC: (box.processes, box.processes),
        resource.RLIMIT_DATA: (data + memory, data + memory),
        resource.RLIMIT_AS: (address_space + 4 * memory, address_space + 4 * memory),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
        resource.RLIMIT_NICE: (0, 0),
        resource.RLIMIT_RTPRIO: (0, 0),
        resource.RLIMIT_SIGPENDING: (1024, 1024),
    }


def limit(box: Box, *, others: int = 0) -> None:
    """Hold this process, and each of its children, to the box's limits.

    ``others`` is how many processes of the same user count too, where the user is not the box's.
    """
    with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123 (the quickest way)
        pages = file.read().split()
    table = rlimits(box, data=int(pages[5]) * _PAGE, address_space=int(pages[0]) * _PAGE)
    table[resource.RLIMIT_NPROC] = (box.processes + others,) * 2
    for name, (soft, hard) in table.items():
        most = resource.getrlimit(name)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)  # noqa: PLW2901 (ours may be lower)
        resource.setrlimit(name, (soft, hard))
