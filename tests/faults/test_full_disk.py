import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.faults.course import BRIEF, HALF, Cohort, dump_of

from practicum.errors import PracticumError
from practicum.grade import grade
from practicum.gradebook import autograded

MOUNT_MB = 24


def _state(cohort: Cohort) -> tuple[Any, ...]:
    return dump_of(cohort), cohort.folders(), cohort.log(), cohort.states()


def _regraded(cohort: Cohort, engine: Any) -> None:
    """Grade all, then have one student hand in other work."""
    grade(cohort.course, BRIEF, engine=engine, workers=2)
    cohort.hand_in("s00", HALF)


def _installed(cohort: Cohort) -> dict[str, str]:
    """Return the autograded folders that are in their places; hidden ones nobody reads."""
    return {name: digest for name, digest in cohort.folders().items() if "/.grading-" not in name}


class _Fault:
    """The nth call of a function of the operating system fails."""

    def __init__(self, real: Callable[..., Any], number: int, at: str) -> None:
        self.real, self.number, self.at, self.calls = real, number, at, 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.calls += 1
        if self.calls == self.number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.real(*arguments, **options)


def test_every_sync_can_fail(
    small: Cohort,
    engine: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    figure: Callable[..., None],
) -> None:
    """A disk that is full at the nth fsync, for each n: the old folder or the new one."""
    _regraded(small, engine)
    old = small.folders()
    undisturbed = small.copy(tmp_path / "undisturbed")
    grade(undisturbed.course, BRIEF, engine=engine, workers=1)
    failures, number = 0, 0
    while True:
        number += 1
        cohort = small.copy(tmp_path / f"course-{number}")
        fault = _Fault(os.fsync, number, "fsync")
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", fault)
            report = grade(cohort.course, BRIEF, engine=engine, workers=1)
        if fault.calls < number:
            break
        failures += report.count("error")
        assert all("autograded/s00" in g.detail for g in report.graded if g.outcome == "error")
        assert _installed(cohort) in (old, undisturbed.folders())
        assert cohort.marks()["s00"] in (5.0, 2.0)
        grade(cohort.course, BRIEF, engine=engine, workers=1)
        assert dump_of(cohort) == dump_of(undisturbed)
        assert cohort.folders() == undisturbed.folders()
        assert cohort.drafts() == []
    assert failures > 3
    figure(full_disk_syncs=failures, full_disk_half_written=0)


@pytest.mark.parametrize("size", [0, 1_000, 4_096, 12_000, 60_000, 120_000, 200_000])
def test_files_that_cannot_grow(
    small: Cohort, engine: Any, tmp_path: Path, size: int, figure: Callable[..., None]
) -> None:
    """No file may grow beyond some bytes (RLIMIT_FSIZE): refused by name, and nothing half."""
    _regraded(small, engine)
    old = _state(small)
    undisturbed = small.copy(tmp_path / "undisturbed")
    grade(undisturbed.course, BRIEF, engine=engine, workers=1)
    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "import practicum.grade.verb\n"
        "from practicum.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, resource.RLIM_INFINITY))\n"
        f"main(['grade', {BRIEF!r}, '--course', {str(small.root)!r}, '--workers', '1'])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    new = _state(small)
    assert small.folders() in (old[1], undisturbed.folders())
    assert small.marks()["s00"] in (5.0, 2.0)
    assert small.drafts() == []
    if ended.returncode:
        assert "Traceback" not in ended.stderr
        # Its own course, or the temporary folder, where not a byte can be written.
        assert "/" in ended.stderr or new[3]["s00"] == "error"
    grade(small.course, BRIEF, engine=engine, workers=1)
    assert dump_of(small) == dump_of(undisturbed)
    assert small.marks()["s00"] == 2.0


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MOUNT_MB}m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_full(
    small: Cohort, engine: Any, mounted: Path, figure: Callable[..., None]
) -> None:
    """A real full disk, with more and more room: old or new, and an error with a file's name."""
    _regraded(small, engine)
    undisturbed = small.copy(mounted.parent / "undisturbed")
    grade(undisturbed.course, BRIEF, engine=engine, workers=1)
    kept = small.folders()
    refused, finished = 0, 0
    for step, room in enumerate(range(0, 160_000, 12_288)):
        cohort = small.copy(mounted / f"course-{step}")
        ballast = mounted / "ballast"
        _fill(ballast, room)
        ended = (
            subprocess.run(
                [sys.executable, "-m", "practicum", "grade", BRIEF, "--course", str(cohort.root)],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                capture_output=True,
                text=True,
                check=False,
            )
            if step % 4 == 0
            else None
        )
        if ended is None:
            try:
                report = grade(cohort.course, BRIEF, engine=engine, workers=1)
                refused += report.count("error")
                finished += not report.count("error")
                details = [g.detail for g in report.graded if g.outcome == "error"]
            except (OSError, PracticumError) as error:
                refused += 1
                details = [f"{error} {getattr(error, 'filename', '')}"]
            assert all(str(mounted) in detail for detail in details), details
        elif ended.returncode:
            refused += 1
            assert "Traceback" not in ended.stderr, ended.stderr
            said = "".join((ended.stdout + ended.stderr).split())
            assert "space" in said, said
        else:
            finished += 1
        ballast.unlink()
        assert cohort.folders() in (kept, undisturbed.folders())
        assert cohort.marks()["s00"] in (5.0, 2.0)
        assert cohort.rows("gradebook.db", "PRAGMA integrity_check") == [("ok",)]
        grade(cohort.course, BRIEF, engine=engine, workers=1)
        assert dump_of(cohort) == dump_of(undisturbed)
        assert cohort.folders() == undisturbed.folders()
        subprocess.run(["rm", "-rf", str(cohort.root)], check=True)
    assert refused
    assert finished
    figure(full_disk_refused=refused, full_disk_finished=finished)


def _fill(ballast: Path, room: int) -> None:
    """Leave about so many bytes free on a disk."""
    free = os.statvfs(ballast.parent)
    left = free.f_bavail * free.f_frsize - room
    with ballast.open("wb") as stream:
        stream.write(b"\0" * max(0, left))


def test_the_message_names_the_file(
    small: Cohort, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails without a name of its own is told with the file's."""
    real = os.fsync

    def full(descriptor: int) -> None:
        if "autograded" in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    report = grade(small.course, BRIEF, engine=engine, workers=1)
    for graded in report.graded:
        assert graded.outcome == "error"
        assert "No space left" in graded.detail
        assert str(small.work / "autograded" / graded.student / autograded.DRAFT) in graded.detail
    assert set(small.states().values()) == {"error"}
    assert small.marks() == {}
