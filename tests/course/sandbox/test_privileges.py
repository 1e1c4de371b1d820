"""What code in a box may ask of the kernel."""

from __future__ import annotations

import ctypes
import mmap
import multiprocessing.synchronize  # in the box of an ordinary user root's own Python is not there
import os
import platform
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from practicum.sandbox import seccomp

if TYPE_CHECKING:
    from tests.course.sandbox.conftest import BoxKind

WHICH = ("x86_64", "aarch64").index(platform.machine())


def _call(number: int, *arguments: int) -> int:
    """Make a system call; return its error number."""
    libc = ctypes.CDLL(None, use_errno=True)
    return 0 if libc.syscall(number, *arguments) >= 0 else ctypes.get_errno()


def test_every_denied_call_is_refused(kind: BoxKind) -> None:
    """Each call of the list fails by the filter; an allowed one does not."""
    denied = {name: n[WHICH] for name, n in seccomp._DENIED.items() if n[WHICH] < seccomp._NONE}
    absent = {name: n[WHICH] for name, n in seccomp._ABSENT.items()}
    answer = kind.run(lambda: [_call(number, -1, -1, -1) for number in denied.values()])
    assert dict(zip(denied, answer.value, strict=True)) == dict.fromkeys(denied, 1)
    answer = kind.run(lambda: [_call(number, -1, -1, -1) for number in absent.values()])
    assert dict(zip(absent, answer.value, strict=True)) == dict.fromkeys(absent, 38)
    assert kind.run(lambda: _call(seccomp._PRCTL[WHICH], 3, 0, 0)).value == 0


@pytest.mark.parametrize("flag", [0x20000, 0x10000000, 0x20000000, 0x40000000])
def test_no_namespace_by_clone(kind: BoxKind, flag: int) -> None:
    """A new process cannot be given namespaces of its own."""
    assert kind.run(lambda: _call(seccomp._CLONE[WHICH], flag | 17, 0, 0, 0, 0)).value == 1


def test_death_signal_cannot_be_taken_away(kind: BoxKind) -> None:
    """The box ends with the fork server, whatever its code asks for."""
    assert kind.run(lambda: _call(seccomp._PRCTL[WHICH], 1, 0, 0)).value == 1


def test_privileges_are_gone(kind: BoxKind) -> None:
    """No capability, none to regain, no new privileges, a filter, and not root."""

    def look() -> list[str]:
        wanted = ("CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp:", "Groups")
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return [line.split(":")[1].strip() for line in lines if line.startswith(wanted)]

    groups, *capabilities, unprivileged, filtered = kind.run(look).value
    assert groups in {"", "65534"}
    assert {int(number, 16) for number in capabilities} == {0}
    assert (unprivileged, filtered) == ("1", "2")
    assert kind.run(os.getresuid).value[0] != 0


def test_files_of_root_stay_closed(kind: BoxKind) -> None:
    """Root's throw-away user cannot become root again."""
    for attack in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0])):
        assert "Error" in kind.run(attack).error


def test_what_notebooks_do_works(namespaces: BoxKind) -> None:
    """Programs, locks between processes, threads and temporary files are there."""

    def honest() -> list[str]:
        lines = [subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout]
        with multiprocessing.get_context("fork").Lock():
            lines.append("locked")
        threading.Thread(target=lines.append, args=["thread"]).start()
        with tempfile.TemporaryFile() as file:
            lines.append(str(file.write(b"xyz")))
        with mmap.mmap(-1, 4096) as shared:
            lines.append(str(len(shared)))
        return lines

    answer = namespaces.run(honest)
    assert answer.error == ""
    assert answer.value == ["student\n", "locked", "thread", "3", "4096"]
