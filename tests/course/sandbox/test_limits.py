"""What code in a box can use up."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from practicum import sandbox
from practicum.sandbox import watch as watching

if TYPE_CHECKING:
    from tests.course.sandbox.conftest import BoxKind

MEGABYTE = 1 << 20
NEIGHBOUR = 61_901


@pytest.fixture
def watch() -> Iterator[sandbox.MemoryWatch]:
    """Watch as on any machine without control groups."""
    with sandbox.MemoryWatch() as found:
        yield found


def _watched(
    kind: BoxKind, watch: sandbox.MemoryWatch, attack: Callable[[], object]
) -> sandbox.Overuse | None:
    """Run an attack in a watched box; return what the watch found."""
    gate, opening = os.pipe()

    def begin() -> None:
        os.read(gate, 1)
        attack()

    box = kind.start(begin, keep=[gate])
    folder = max(kind.folder.glob("box*")) if kind.rung == "landlock" else None
    watch.add(box.first, kind.box(), folder=folder)
    os.write(opening, b"x")
    os.close(gate)
    os.close(opening)
    box.finish()
    return watch.remove(box.first)


def _hold(megabytes: int) -> None:
    """Touch private memory and keep it for a while."""
    kept = bytearray(megabytes * MEGABYTE)
    kept[:: mmap.PAGESIZE] = b"x" * len(kept[:: mmap.PAGESIZE])
    time.sleep(20)


def _fork(count: int, body: Callable[[], object]) -> None:
    """Run something in so many processes at once, and wait for them."""
    children = []
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            body()
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)


def test_one_process_meets_a_memory_error(kind: BoxKind) -> None:
    """Too much memory in one process is an error of the student's code, which goes on."""

    def attack() -> str:
        try:
            bytearray(2 * kind.box().memory_mb * MEGABYTE)
        except MemoryError:
            return "MemoryError"
        return "allocated"

    assert kind.run(attack).value == "MemoryError"


def test_eight_processes_together_are_ended(kind: BoxKind, watch: sandbox.MemoryWatch) -> None:
    """Memory that is spread over eight processes is found, and all of them are ended."""
    overuse = _watched(kind, watch, lambda: _fork(8, lambda: _hold(100)))
    assert overuse is not None
    assert (overuse.what, overuse.means) == ("memory", watch.means)


def test_memory_counts_however_large_the_server(kind: BoxKind, watch: sandbox.MemoryWatch) -> None:
    """A large fork server does not keep the watch from finding a box that uses too much."""
    server = bytearray(600 * MEGABYTE)
    server[:: mmap.PAGESIZE] = b"x" * len(server[:: mmap.PAGESIZE])

    overuse = _watched(kind, watch, lambda: _fork(4, lambda: _hold(160)))

    assert overuse is not None
    assert overuse.what == "memory"
    assert server[0] == ord("x")


def test_shared_memory_counts(namespaces: BoxKind, watch: sandbox.MemoryWatch) -> None:
    """Memory that is mapped shared counts like private memory."""

    def attack() -> None:
        kept = mmap.mmap(-1, 400 * MEGABYTE)
        for place in range(0, len(kept), mmap.PAGESIZE):
            kept[place] = 1
        time.sleep(20)

    overuse = _watched(namespaces, watch, attack)
    assert overuse is not None
    assert overuse.what == "memory"


def test_honest_workers_are_left_alone(kind: BoxKind, watch: sandbox.MemoryWatch) -> None:
    """Pages that forked workers share with their parent count once."""

    def honest() -> None:
        kept = bytearray(100 * MEGABYTE)
        kept[:: mmap.PAGESIZE] = b"x" * len(kept[:: mmap.PAGESIZE])
        _fork(6, lambda: time.sleep(0.4))

    assert _watched(kind, watch, honest) is None


def test_what_the_server_holds_is_not_the_boxs(kind: BoxKind, watch: sandbox.MemoryWatch) -> None:
    """However large the fork server is, its pages do not count in the box and its workers."""
    server = bytearray(600 * MEGABYTE)
    server[:: mmap.PAGESIZE] = b"x" * len(server[:: mmap.PAGESIZE])

    assert _watched(kind, watch, lambda: _fork(6, lambda: time.sleep(0.4))) is None
    assert server[0] == ord("x")


def test_fork_bomb_is_stopped(kind: BoxKind) -> None:
    """More processes than the box has cannot be started."""

    def attack() -> int:
        count = 0
        try:
            while count < 500:
                if os.fork() == 0:
                    time.sleep(20)
                    os._exit(0)
                count += 1
        except OSError:
            return count
        return count

    answer = kind.run(attack)
    assert 5 < answer.value < 60


def test_fork_bomb_does_not_reach_a_neighbour(namespaces: BoxKind) -> None:
    """While one box is full of processes another starts its own."""
    gate, opening = os.pipe()

    def attack() -> None:
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(20)
                    os._exit(0)
        except OSError:
            os.read(gate, 1)

    bomb = namespaces.start(attack, keep=[gate])
    neighbour = namespaces.run(lambda: _fork(10, lambda: None), uid=NEIGHBOUR)
    os.write(opening, b"x")
    os.close(gate)
    os.close(opening)
    bomb.finish()
    assert neighbour.error == ""


def test_disk_is_sized(namespaces: BoxKind) -> None:
    """Everything that can be written has one size; the box goes on when it is full."""

    def attack() -> int:
        written = 0
        try:
            for number in range(100):
                for place in (".", "/tmp", "/dev/shm"):  # noqa: S108 (the box's)
                    Path(f"{place}/{number}").write_bytes(bytes(MEGABYTE))
                    written += 1
        except OSError:
            return written
        return written

    answer = namespaces.run(attack)
    assert 0 < answer.value <= namespaces.box().disk_mb


def test_disk_is_watched(watch: sandbox.MemoryWatch, landlock: BoxKind) -> None:
    """Where the disk has no size of its own, filling it ends the box."""

    def attack() -> None:
        for number in range(100):
            Path(str(number)).write_bytes(bytes(MEGABYTE))
        time.sleep(20)

    overuse = _watched(landlock, watch, attack)
    assert overuse is not None
    assert overuse.what == "disk"


def test_file_has_a_limit(kind: BoxKind) -> None:
    """One file cannot become larger than allowed."""

    def attack() -> int:
        try:
            with Path("large").open("wb", buffering=0) as file:
                file.writelines(bytes(MEGABYTE) for _ in range(100))
        except OSError:
            pass
        return Path("large").stat().st_size

    assert kind.run(attack).value == kind.box().file_mb * MEGABYTE


def test_processor_time_has_a_limit(kind: BoxKind) -> None:
    """A loop that never ends is ended by the kernel."""

    def attack() -> None:
        while True:
            pass

    assert kind.run(attack, box=kind.box(cpu_seconds=1)).error == "it was ended"


def test_shortage_of_the_machine_is_told_apart(
    kind: BoxKind, watch: sandbox.MemoryWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the machine runs short the largest box is ended, and it is said whose fault it was not."""
    monkeypatch.setattr(watching, "_available", lambda: 0.0)
    overuse = _watched(kind, watch, lambda: time.sleep(20))
    assert overuse is not None
    assert overuse.what == "machine"


def test_watch_leaves_a_reused_number_alone(watch: sandbox.MemoryWatch) -> None:
    """A process that only has the number of an ended box is not touched."""
    bystander = os.fork()
    if bystander == 0:
        _hold(64)
        os._exit(0)
    watch.add(bystander, sandbox.Box(memory_mb=1))
    watch._boxes[bystander].birth -= 1
    time.sleep(0.3)
    assert watch.remove(bystander) is None
    assert sandbox.end_tree(bystander)
