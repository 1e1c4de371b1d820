"""Watching: what starts a round of grading, what is told, and what is locked meanwhile."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course
from practicum.errors import Busy, NoSandbox
from practicum.grade import Graded, GradeReport
from practicum.grade import watch as watching
from practicum.grade.watch import Event, Seen, Watched, arrivals
from practicum.gradebook import sole_writer
from practicum.records import Finding

Desk = Any
PROBE = "probe"


@pytest.fixture(scope="module")
def published(make_desk: Callable[..., Desk], probe_source: Any) -> Desk:
    """Return a course with the probe, to copy."""
    desk = make_desk(PROBE)
    desk.add_brief(PROBE, probe_source)
    return desk


@pytest.fixture
def desk(published: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a course of one's own, with nothing handed in; nobody waits long."""
    monkeypatch.setattr(watching, "SETTLED_SECONDS", 0.01)
    shutil.copytree(published.course.root, tmp_path / "course")
    return type(published)(Course.find(tmp_path / "course"))


def _watch(
    desk: Desk, looks: list[Callable[[], object]], grade: Callable[[Seen], GradeReport]
) -> tuple[Watched, list[Event]]:
    """Watch for as many looks as there are; each is preceded by something that happens."""
    events: list[Event] = []
    left = iter(looks)

    def before() -> Iterator[Event]:
        happen = next(left, None)
        if happen is None:
            raise KeyboardInterrupt
        happen()
        yield from ()

    watched = watching.watch(
        desk.course, PROBE, grade, told=events.append, before=before, every=0.01
    )
    return watched, events


def _nothing() -> None:
    """Let nothing happen."""


def _report(*graded: Graded) -> GradeReport:
    return GradeReport(brief=PROBE, graded=graded, seconds=1.0)


def test_what_arrives_is_graded(desk: Desk) -> None:
    """There is a round at the beginning and one for each arrival, and none in between."""
    rounds: list[int] = []

    def grade(_seen: Seen) -> GradeReport:
        rounds.append(len(arrivals(desk.course, PROBE)))
        return _report()

    looks = [_nothing, _nothing, lambda: desk.hand_in(PROBE, "ada", "{}"), _nothing, _nothing]
    watched, _ = _watch(desk, looks, grade)

    assert len(rounds) == watched.rounds == 2
    assert rounds[0] < rounds[1]


def test_a_changed_submission_is_graded_again(desk: Desk) -> None:
    """A notebook that is handed in once more starts a round, and so does a new release."""
    file = desk.hand_in(PROBE, "ada", "{}")
    released = desk.course.station("release", brief=PROBE) / "brief.ipynb"
    looks = [
        _nothing,
        lambda: file.write_text("{ }", encoding="utf-8"),
        _nothing,
        lambda: released.write_text("{ }", encoding="utf-8"),
        _nothing,
    ]
    watched, _ = _watch(desk, looks, lambda _seen: _report())
    assert watched.rounds == 3


def test_a_half_copied_submission_is_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission that is still growing is not graded before it has stopped to grow."""
    file = desk.hand_in(PROBE, "ada", "")
    sizes: list[int] = []

    def sleep(_seconds: float) -> None:
        if file.stat().st_size < 5:
            file.write_text("x" * (file.stat().st_size + 1), encoding="utf-8")

    monkeypatch.setattr(time, "sleep", sleep)

    def grade(_seen: Seen) -> GradeReport:
        sizes.append(file.stat().st_size)
        return _report()

    _watch(desk, [_nothing, _nothing], grade)
    assert sizes == [5]


def test_the_course_is_free_in_between(desk: Desk) -> None:
    """Another command can take the course's lock while nothing is being graded."""

    def take() -> None:
        with sole_writer(desk.course, wait_seconds=0):
            pass

    def grade(_seen: Seen) -> GradeReport:
        with sole_writer(desk.course, wait_seconds=0):
            return _report()

    watched, _ = _watch(desk, [_nothing, take, take], grade)
    assert watched.rounds == 1


def test_a_busy_course_is_tried_again(desk: Desk) -> None:
    """When another command is at work, the round is told to wait and comes later."""
    answers = iter([Busy("another command is at work"), None])

    def grade(_seen: Seen) -> GradeReport:
        if (answer := next(answers)) is not None:
            raise answer
        return _report()

    watched, events = _watch(desk, [_nothing, _nothing, _nothing], grade)
    assert [event.kind for event in events] == ["watching", "waiting", "ended"]
    assert "another command is at work" in events[1].said
    assert watched.rounds == 1


def test_what_is_told(desk: Desk) -> None:
    """A line for each graded or failed submission; what has not changed is no news."""
    finding = Finding(cell="a", kind="scored", message="look")
    report = _report(
        Graded(student="ada", outcome="graded", points=3, max_points=4, findings=(finding,)),
        Graded(student="bob", outcome="error", detail="it broke"),
        Graded(student="cy", outcome="unchanged"),
    )

    def grade(seen: Seen) -> GradeReport:
        for graded in report.graded:
            seen(graded)
        return report

    watched, events = _watch(desk, [_nothing], grade)
    told = [(event.kind, event.student, event.said) for event in events[1:-1]]
    assert told == [("graded", "ada", "3 of 4, 1 to look at"), ("error", "bob", "it broke")]
    assert (watched.graded, watched.errors) == (1, 1)


def test_an_error_that_is_mended_is_none(desk: Desk) -> None:
    """A student whose last grading went well is not counted among the errors."""
    outcomes = iter(
        [Graded(student="ada", outcome="error"), Graded(student="ada", outcome="graded")]
    )

    def grade(seen: Seen) -> GradeReport:
        seen(next(outcomes))
        return _report()

    looks = [_nothing, lambda: desk.hand_in(PROBE, "ada", "{}")]
    watched, _ = _watch(desk, looks, grade)
    assert (watched.graded, watched.errors) == (1, 0)


def test_without_a_box_watching_ends(desk: Desk) -> None:
    """An error that no later look can mend is not swallowed."""

    def grade(_seen: Seen) -> GradeReport:
        raise NoSandbox("there is none")

    with pytest.raises(NoSandbox):
        _watch(desk, [_nothing], grade)


def test_ctrl_c_in_a_round(desk: Desk) -> None:
    """Ctrl-C while notebooks run ends the watching with a summary of what was done."""

    def grade(seen: Seen) -> GradeReport:
        seen(Graded(student="ada", outcome="graded", points=1, max_points=1))
        raise KeyboardInterrupt

    watched, events = _watch(desk, [_nothing], grade)
    assert (watched.graded, watched.rounds) == (1, 0)
    assert events[-1].kind == "ended"
