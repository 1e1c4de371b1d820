"""Work that is spread over forks of this process, with the results in order.

A fork has all that was read and warmed before, so that it begins at once. It answers through
a pipe that holds less than one page: however many there are, few are in memory. A fork that
ends early costs time and no result, because this process does what is missing.
"""

from __future__ import annotations

import os
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

__all__ = ["processes_for", "spread"]

LEAST_EACH = 12
"""For fewer pieces of work a fork is not worth its while."""

MOST = 8

_LENGTH = struct.Struct(">Q")

Work = Callable[[int], bytes]


def processes_for(count: int) -> int:
    """Return how many processes should share so many pieces of work; 1 is this process."""
    return max(1, min(len(os.sched_getaffinity(0)), MOST, count // LEAST_EACH))


def spread(work: Work, count: int, *, processes: int) -> Iterator[bytes]:
    """Yield ``work(0)`` to ``work(count - 1)``, made by several processes.

    ``work`` must neither write nor use a connection: it runs in forks. What it raises is
    raised here, when its turn comes.
    """
    if processes < 2:  # noqa: PLR2004 (one process is this one)
        yield from map(work, range(count))
        return
    with ExitStack() as stack:
        answers: list[BinaryIO] = []
        for first in range(processes):
            process, answer = _fork(work, range(first, count, processes), answers)
            stack.callback(os.waitpid, process, 0)
            stack.enter_context(answer)  # closed first: that ends a fork which still writes
            answers.append(answer)
        for place in range(count):
            made = _read(answers[place % processes])
            yield work(place) if made is None else made


def _fork(work: Work, places: range, others: list[BinaryIO]) -> tuple[int, BinaryIO]:
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # A progress bar has a thread; a fork only computes, and takes no lock that it may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        os.close(writing)
        return process, os.fdopen(reading, "rb")
    try:
        # The last reader of a pipe must be the parent: when it is gone, its forks end too.
        os.close(reading)
        for other in others:
            os.close(other.fileno())
        with os.fdopen(writing, "wb") as stream:
            for place in places:
                made = work(place)
                stream.write(_LENGTH.pack(len(made)) + made)
                stream.flush()
    finally:
        os._exit(0)  # nothing of the parent's is closed, flushed or unlocked here


def _read(stream: BinaryIO) -> bytes | None:
    """Return the next answer of a fork, or None where it has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    made = stream.read(length)
    return made if len(made) == length else None
