"""The end of a box: nothing of it is left."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from practicum import sandbox
from practicum.sandbox import processes

if TYPE_CHECKING:
    from tests.course.sandbox.conftest import BoxKind


def _daemons() -> None:
    """Start processes that leave their parent, their session and their signals behind."""
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            if os.fork():
                os._exit(0)
            time.sleep(60)
            os._exit(0)


def _descendants(pid: int, count: int) -> tuple[int, ...]:
    """Wait until a box has so many processes; list them."""
    end = time.monotonic() + 10
    while len(found := processes.tree(pid)) < count and time.monotonic() < end:
        time.sleep(0.01)
    return found


def test_end_tree_leaves_no_process_and_no_folder(kind: BoxKind) -> None:
    """Daemons that ignore signals end with their box, and its folder goes."""

    def attack() -> None:
        _daemons()
        time.sleep(60)

    box = kind.start(attack)
    found = _descendants(box.first, 6)
    folder = max(kind.folder.glob("box*"))
    assert len(found) >= 6
    assert sandbox.end_tree(box.first, folder=folder)
    assert box.finish().error == "it was ended"
    assert [pid for pid in found if Path(f"/proc/{pid}").exists()] == []
    assert not folder.exists()


def test_daemons_end_with_the_first_process(kind: BoxKind) -> None:
    """When the box's first process ends by itself, what it has left behind is ended too."""

    def attack() -> list[int]:
        _daemons()
        time.sleep(0.2)
        return []

    box = kind.start(attack)
    found = _descendants(box.first, 6)
    box.finish()
    assert [pid for pid in found if Path(f"/proc/{pid}").exists()] == []


def test_box_ends_with_the_fork_server(kind: BoxKind) -> None:
    """A fork server that is killed takes its boxes with it."""
    box = kind.start(lambda: time.sleep(60))
    time.sleep(0.3)
    os.kill(box.outer, signal.SIGKILL)
    box.finish()
    end = time.monotonic() + 10
    while Path(f"/proc/{box.first}").exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not Path(f"/proc/{box.first}").exists()


def test_exit_code_is_handed_through(kind: BoxKind) -> None:
    """How the code in the box ended is known outside."""
    assert kind.run(lambda: os._exit(7)).status == 7


def test_end_of_a_process_that_is_gone() -> None:
    """Ending what has ended already is no error."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    assert sandbox.end_tree(pid)


def test_descriptor_tells_the_number() -> None:
    """A pidfd tells the process's number as we see it, and -1 after its end."""
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    pidfd = os.pidfd_open(pid)
    assert sandbox.pid_of(pidfd) == pid
    sandbox.end_tree(pid)
    assert sandbox.pid_of(pidfd) == -1
    os.close(pidfd)
