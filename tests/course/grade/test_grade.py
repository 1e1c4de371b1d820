"""The verb `grade`: which submissions it takes, in which order, and what it leaves on disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from practicum.errors import BadSubmission, UnknownName
from practicum.execution import Executed
from practicum.grade import grade, pipeline, run
from practicum.grade.solution import SOLUTION
from practicum.policies import Limits
from practicum.progress import Step
from practicum.records import Records

Desk = Any
PROBE = "probe"
EARLY = datetime(2027, 1, 1, 11, tzinfo=UTC)


@pytest.fixture(scope="module")
def published(make_desk: Callable[..., Desk], probe_source: Any) -> Desk:
    """Return a course with the probe, to copy."""
    desk = make_desk(PROBE)
    desk.add_brief(PROBE, probe_source)
    return desk


@pytest.fixture
def desk(published: Desk, tmp_path: Path) -> Desk:
    """Return a course of one's own, with nothing handed in."""
    from practicum.course import Course

    shutil.copytree(published.course.root, tmp_path / "course")
    return type(published)(Course.find(tmp_path / "course"))


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let no kernel start: each notebook comes back as it is; keep the order of the names."""
    names: list[str] = []

    def run_all(_engine: object, jobs: Iterable[Any], workers: int) -> Iterator[Executed]:
        for job in jobs:
            if job.name != SOLUTION:
                names.append(job.name)
            yield Executed(job.name, job.notebook, 0.1, "it broke" if job.name == "bad" else "")

    monkeypatch.setattr(run, "run_all", run_all)
    return names


def _receive(desk: Desk, *students: str) -> None:
    with Records(desk.course.records_url) as records:
        for student in students:
            records.receive(
                PROBE,
                student,
                received_at=EARLY,
                sha256="0" * 64,
                source="folder",
                files=1,
                size=1,
            )


def _link(file: Path) -> None:
    file.symlink_to(file.parent / "timestamp.txt")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_link, "symbolic link"),
        (lambda file: file.mkdir(), "is not a file"),
        (os.mkfifo, "is not a file"),
        (lambda file: file.write_bytes(b" " * 1_100_000), "larger than 1 MB"),
    ],
    ids=["link", "folder", "pipe", "large"],
)
def test_only_plain_files_are_read(tmp_path: Path, make: Callable[[Path], Any], said: str) -> None:
    """A link, a folder, a pipe and a file that is too large are refused, with the reason."""
    (tmp_path / "timestamp.txt").write_text("x", encoding="ascii")
    make(tmp_path / "brief.ipynb")
    with pytest.raises(BadSubmission, match=said):
        pipeline.read(tmp_path, "brief", Limits(notebook_mb=1))


@pytest.mark.parametrize("level", ["student", "brief"])
def test_linked_folders_are_refused(desk: Desk, ran: list[str], level: str) -> None:
    """A submission behind a link to a folder is an error, and its target is not graded."""
    file = desk.hand_in(PROBE, "ada", desk.answered())
    submitted = desk.course.work / "submitted"
    if level == "student":
        (submitted / "eve").symlink_to(submitted / "ada")
    else:
        (submitted / "eve").mkdir()
        (submitted / "eve" / PROBE).symlink_to(file.parent)
    outcomes = {g.student: (g.outcome, g.detail) for g in grade(desk.course, PROBE).graded}
    assert outcomes["ada"] == ("graded", "")
    assert outcomes["eve"][0] == "error"
    assert "symbolic link" in outcomes["eve"][1]
    assert ran == ["ada"]


def test_progress_is_told_after_each_submission(desk: Desk, ran: list[str]) -> None:
    """Each finished submission is told at once, before the next one is begun."""
    for student in ("ada", "bea", "carl"):
        desk.hand_in(PROBE, student, desk.answered())
    told: list[tuple[int, int, str]] = []

    def progress(step: Step) -> None:
        told.append((step.done, len(ran), step.now))

    grade(desk.course, PROBE, progress=progress)
    assert told == [(0, 0, ""), (1, 1, "ada"), (2, 2, "bea"), (3, 3, "carl")]


def test_errors_are_tried_again_and_come_last(desk: Desk, ran: list[str]) -> None:
    """What failed is no mark; the next run takes it after all others, and only it is new."""
    for student in ("ada", "bad"):
        desk.hand_in(PROBE, student, desk.answered())
    _receive(desk, "ada", "bad")
    first = grade(desk.course, PROBE)
    assert (first.count("graded"), first.count("error")) == (1, 1)
    desk.hand_in(PROBE, "carl", desk.answered())
    _receive(desk, "carl")
    ran.clear()
    second = grade(desk.course, PROBE)
    assert ran == ["carl", "bad"]
    assert (second.count("unchanged"), second.count("graded"), second.count("error")) == (1, 1, 1)
    with Records(desk.course.records_url) as records:
        receipt = records.receipt(PROBE, "bad")
    assert receipt is not None
    assert (receipt.state, receipt.detail) == ("error", "it broke")


def test_a_missing_notebook_is_zero_and_stays_graded(desk: Desk, ran: list[str]) -> None:
    """Without the notebook nothing is run, all is 0, a finding says so, and it is done once."""
    desk.hand_in(PROBE, "ada", None)
    _receive(desk, "ada")
    (graded,) = grade(desk.course, PROBE).graded
    assert (graded.outcome, graded.points) == ("graded", 0)
    assert "missing" in graded.findings[0].message
    assert grade(desk.course, PROBE).count("unchanged") == 1
    assert ran == []


def test_left_overs_of_a_crash_are_removed(desk: Desk, ran: list[str]) -> None:
    """A draft folder that a killed run left beside the graded one is gone after the next."""
    desk.hand_in(PROBE, "ada", desk.answered())
    draft = desk.course.work / "autograded" / "ada" / f".grading-{PROBE}"
    draft.mkdir(parents=True)
    grade(desk.course, PROBE)
    assert [folder.name for folder in draft.parent.iterdir()] == [PROBE]


def test_only_plain_files_go_to_the_graded_folder(desk: Desk, ran: list[str]) -> None:
    """Links and pipes beside the notebook are left behind, the secret and files are kept."""
    file = desk.hand_in(PROBE, "ada", desk.answered())
    (file.parent / "link").symlink_to("/etc/hostname")
    os.mkfifo(file.parent / "pipe")
    (file.parent / "notes.txt").write_text("mine", encoding="utf-8")
    (file.parent / "submission_secret.txt").write_text("secret", encoding="ascii")
    grade(desk.course, PROBE)
    folder = desk.course.station("autograded", student="ada", brief=PROBE)
    names = sorted(entry.name for entry in folder.iterdir())
    assert names == ["brief.ipynb", "notes.txt", "submission_secret.txt", "timestamp.txt"]
    assert (folder / "submission_secret.txt").read_text(encoding="ascii") == "secret"


def test_unknown_students_are_named(desk: Desk) -> None:
    """Asking for somebody who has handed in nothing is an error that suggests who has."""
    desk.hand_in(PROBE, "ada", desk.answered())
    with pytest.raises(UnknownName, match="did you mean 'ada'"):
        grade(desk.course, PROBE, students=["adaa"])
