import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.faults.course import BRIEF, Cohort

from practicum.errors import NoKernel, NoSandbox
from practicum.execution import Engine, Executed, Job, fork_server
from practicum.grade import grade
from practicum.sandbox import levels

SLOW = "import time\ntime.sleep(2)\ndef total(numbers):\n    return sum(numbers)"


def _kernels(engine: Engine) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        found += psutil.Process(engine.server.pid).children()
    return found


def _no_zero(cohort: Cohort, before: dict[str, float]) -> None:
    """A mark that is there was there before."""
    assert all(before.get(student) == points for student, points in cohort.marks().items())


def test_a_server_that_cannot_start(small: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a fork server nobody has a mark; the next run grades everybody."""
    with monkeypatch.context() as patched:
        patched.setattr(fork_server, "START_SECONDS", 5.0)
        patched.setattr(fork_server, "_environment", lambda _home: {"PYTHONHOME": "/nowhere"})
        with pytest.raises(NoKernel, match="did not start"):
            grade(small.course, BRIEF, workers=1)
    _no_zero(small, {})
    assert "graded" not in small.states().values()
    assert grade(small.course, BRIEF, workers=1).count("graded") == 3
    assert small.marks() == small.expected()


def test_no_box(small: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a box nobody has a mark; with one, everybody."""
    with monkeypatch.context() as patched:
        patched.setattr(levels, "works", lambda _rung: False)
        with pytest.raises(NoSandbox, match="apt install bubblewrap"):
            grade(small.course, BRIEF, workers=1)
    _no_zero(small, {})
    assert "graded" not in small.states().values()


def _killing(engine: Engine, times: int) -> threading.Thread:
    """Kill the kernels of a student again and again, as the OOM killer does."""

    def kill() -> None:
        killed = 0
        end = time.monotonic() + 60
        while killed < times and time.monotonic() < end:
            time.sleep(0.7)
            for kernel in _kernels(engine):
                with contextlib.suppress(psutil.Error):
                    kernel.kill()
            killed += 1

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def test_a_kernel_killed_once_from_outside(small: Cohort) -> None:
    """A kernel that is killed from outside is run again, with the same marks."""
    small.hand_in("s00", SLOW)
    with Engine((), 1) as engine:
        assert engine.server.language_info
        thread = _killing(engine, 1)
        report = grade(small.course, BRIEF, engine=engine, workers=1, students=["s00"])
        thread.join()
    assert report.count("graded") == 1
    assert small.marks()["s00"] == 5.0


@pytest.mark.xfail(
    strict=True,
    reason="a kernel that is killed at both attempts counts as one that its notebook has ended",
)
def test_kernels_killed_from_outside_each_time(small: Cohort) -> None:
    """A kernel that is killed at each attempt is an error of ours, never a zero."""
    small.hand_in("s00", SLOW)
    with Engine((), 1) as engine:
        assert engine.server.language_info
        thread = _killing(engine, 12)
        report = grade(small.course, BRIEF, engine=engine, workers=1, students=["s00"])
        thread.join()
        outcome = {graded.student: graded.outcome for graded in report.graded}
        assert outcome == {"s00": "error"}
        assert small.states()["s00"] == "error"
        _no_zero(small, {})
        again = grade(small.course, BRIEF, engine=engine, workers=1, students=["s00"])
    assert again.count("graded") == 1
    assert small.marks()["s00"] == 5.0


@pytest.mark.parametrize(
    "fault",
    ["the process that should run it ended before it began", "the machine ran short of memory"],
)
def test_a_fault_is_an_error(
    small: Cohort, engine: Any, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """What the engine calls a fault is the state ``error``, with the old mark kept."""
    grade(small.course, BRIEF, engine=engine, workers=2)
    marks = small.marks()
    with monkeypatch.context() as patched:
        patched.setattr(engine, "run", lambda job: Executed(job.name, "", 0.0, fault))
        report = grade(small.course, BRIEF, engine=engine, workers=2, again=True)
    assert report.count("error") == 3
    assert set(small.states().values()) == {"error"}
    _no_zero(small, marks)
    assert grade(small.course, BRIEF, engine=engine, workers=2).count("graded") == 3
    assert small.marks() == marks


def test_a_bug_of_ours_is_an_error(
    small: Cohort, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception nobody foresaw in one job is that submission's error alone."""
    real = Engine.run

    def broken(job: Job) -> Executed:
        if job.name == "s01":
            raise RuntimeError("nobody foresaw this")
        return real(engine, job)

    with monkeypatch.context() as patched:
        patched.setattr(engine, "run", broken)
        report = grade(small.course, BRIEF, engine=engine, workers=2)
    assert {g.student: g.outcome for g in report.graded if g.outcome == "error"} == {"s01": "error"}
    assert "s01" not in small.marks() or small.states()["s01"] == "error"
    assert grade(small.course, BRIEF, engine=engine, workers=2).count("graded") == 1
    assert small.marks() == small.expected()


def test_a_full_temporary_folder(small: Cohort, tmp_path: Path) -> None:
    """Without room or rights in the temporary folder the command says so; no mark is made."""
    place = tmp_path / "full"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=2", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        (place / "last").touch()
        ended = _practicum(small, {"TMPDIR": str(place)})
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
    if ended.returncode:
        assert "Traceback" not in ended.stderr
        assert "/" in ended.stderr
        _no_zero(small, {})
    else:
        # Python goes on to the next temporary folder that works.
        assert small.marks() == small.expected()


def _practicum(
    cohort: Cohort, environment: dict[str, str], before: str = ""
) -> subprocess.CompletedProcess[str]:
    script = (
        f"{before}\nfrom practicum.cli import main\n"
        f"main(['grade', {BRIEF!r}, '--course', {str(cohort.root)!r}])"
    )
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


REFUSING = """
import ctypes, struct
# A filter of the kernel's own: unshare, clone with namespaces, clone3 and Landlock are refused.
libc = ctypes.CDLL(None, use_errno=True)
def code(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
EPERM, ENOSYS = 0x00050001, 0x00050026
lines = [code(0x20, 0, 0, 0)]
for number, answer in ((272, EPERM), (444, ENOSYS), (445, ENOSYS), (446, ENOSYS), (435, ENOSYS)):
    lines += [code(0x15, 0, 1, number), code(0x06, 0, 0, answer)]
# clone: look at its flags for any new namespace.
lines += [code(0x15, 0, 3, 56), code(0x20, 0, 0, 16), code(0x45, 0, 1, 0x7E020000),
          code(0x06, 0, 0, EPERM), code(0x06, 0, 0, 0x7FFF0000)]
program = b"".join(lines)
buffer = ctypes.create_string_buffer(program, len(program))
class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_void_p)]
given = Filter(len(lines), ctypes.cast(buffer, ctypes.c_void_p))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(given), 0, 0) == 0
"""


def test_no_sandbox_at_all(small: Cohort, tmp_path: Path, figure: Callable[..., None]) -> None:
    """No bwrap, no namespaces, no Landlock: refused with the command that helps, untouched."""
    if os.uname().machine != "x86_64":
        pytest.skip("the filter knows the numbers of x86_64")
    before = small.whole()
    ended = _practicum(small, {"PATH": str(tmp_path)}, REFUSING)
    assert ended.returncode not in (0, -signal.SIGSYS)
    said = " ".join(ended.stderr.split())
    assert "no sandbox for submissions" in said
    assert "apt install bubblewrap" in said
    assert "Traceback" not in ended.stderr
    assert small.whole() == before
    figure(no_sandbox_refused=True, no_sandbox_files_changed=0)


def test_a_lower_rung_grades_the_same(small: Cohort) -> None:
    """With Landlock alone (PRACTICUM_SANDBOX=landlock), where there is one, marks are equal."""
    if not levels.works("landlock"):
        pytest.skip("this machine has no Landlock")
    ended = _practicum(small, {"PRACTICUM_SANDBOX": "landlock"})
    assert ended.returncode == 0, ended.stderr
    assert small.marks() == small.expected()


def test_a_name_that_is_no_rung(small: Cohort) -> None:
    """PRACTICUM_SANDBOX can lower the box, never take it away."""
    before = small.whole()
    ended = _practicum(small, {"PRACTICUM_SANDBOX": "none"})
    assert ended.returncode
    assert "names no kind of box" in " ".join(ended.stderr.split())
    assert small.whole() == before
