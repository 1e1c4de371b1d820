"""When graded anew, a person is asked to look again only where the student's work changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from practicum.course import ScheduledBrief
from practicum.grade import grade
from practicum.gradebook import CourseGradebook
from practicum.marks import Marks
from practicum.records import Records

Desk = Any
PROBE = "probe"
DUE = datetime(2027, 1, 1, 12, tzinfo=UTC)
LATE = DUE + timedelta(days=2)


@pytest.fixture
def desk(make_desk: Callable[..., Desk], probe_source: Any, unrun: None) -> Desk:
    """Ada's late submission, graded, with a mark for its essay; notebooks come back as they are."""
    desk = make_desk(PROBE)
    desk.add_brief(PROBE, probe_source)
    desk.hand_in(PROBE, "ada", desk.answered())
    _receive(desk, LATE, "0")
    grade(desk.course, PROBE)
    with CourseGradebook(desk.course) as store:
        store.set_mark(PROBE, "ada", "essay", 4.0, "Good.")
    return desk


def _receive(desk: Desk, at: datetime, digest: str) -> None:
    with Records(desk.course.records_url) as records:
        records.receive(
            PROBE, "ada", received_at=at, sha256=digest * 64, source="test", files=1, size=1
        )


def _change(desk: Desk, work: dict[str, str] | None, change: Any = None) -> None:
    file = desk.course.station("submitted", student="ada", brief=PROBE) / "brief.ipynb"
    file.write_text(json.dumps(desk.answered(work, change)), encoding="utf-8")


def _marks(desk: Desk) -> Marks:
    with CourseGradebook(desk.course) as store:
        return store.marks(PROBE, "ada")


def _essay(desk: Desk) -> float | None:
    return next(cell.score for cell in _marks(desk).cells if cell.cell == "essay")


def test_an_extension_keeps_the_marks(desk: Desk) -> None:
    """The same work with an earlier receipt time loses its penalty, and no mark of a person."""
    assert _marks(desk).penalty > 0
    _receive(desk, DUE - timedelta(hours=1), "0")

    assert grade(desk.course, PROBE).count("graded") == 1

    assert _essay(desk) == 4
    assert _marks(desk).penalty == 0


def test_other_outputs_keep_the_marks(desk: Desk) -> None:
    """A notebook that was only run again, with the same sources, is not marked twice."""
    _change(desk, None, lambda notebook: notebook["metadata"].update(title="run again"))
    _receive(desk, LATE + timedelta(hours=1), "1")

    assert grade(desk.course, PROBE).count("graded") == 1
    assert _essay(desk) == 4


def test_another_answer_is_looked_at_again(desk: Desk) -> None:
    """A changed answer asks again, and grading once more does not forget that."""
    _change(desk, {"essay": "Another thought."})
    _receive(desk, LATE + timedelta(hours=1), "1")
    grade(desk.course, PROBE)
    assert _essay(desk) is None

    grade(desk.course, PROBE, again=True)
    assert _essay(desk) is None


def test_another_file_is_looked_at_again(desk: Desk) -> None:
    """A file beside the notebook belongs to the work, too."""
    folder = desk.course.station("submitted", student="ada", brief=PROBE)
    (folder / "memo.txt").write_text("A memo.", encoding="utf-8")
    _receive(desk, LATE + timedelta(hours=1), "1")
    grade(desk.course, PROBE)
    assert _essay(desk) is None


def test_a_crash_does_not_forget_to_ask(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped between the notebook and the marks, the next run still asks again."""
    _change(desk, {"essay": "Another thought."})
    _receive(desk, LATE + timedelta(hours=1), "1")

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(CourseGradebook, "record", stop)
        with pytest.raises(KeyboardInterrupt):
            grade(desk.course, PROBE)

    grade(desk.course, PROBE)
    assert _essay(desk) is None


def test_a_moved_due_date_changes_the_penalty_alone(desk: Desk) -> None:
    """A later due date takes the penalty away without running any notebook again."""
    assert _marks(desk).penalty > 0
    scheduled = ScheduledBrief(brief=PROBE, due=LATE + timedelta(hours=1))
    settings = desk.course.settings.model_copy(update={"briefs": (scheduled,)})

    report = grade(replace(desk.course, settings=settings), PROBE)

    assert report.count("unchanged") == 1
    assert _essay(desk) == 4
    assert _marks(desk).penalty == 0


def test_a_fault_of_recording_is_an_error_of_that_submission(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes wrong while marks are recorded ends no run, and is tried again by the next."""
    _change(desk, {"essay": "Another thought."})
    _receive(desk, LATE + timedelta(hours=1), "1")
    with monkeypatch.context() as patched:
        patched.setattr(CourseGradebook, "record", lambda *_, **__: 1 / 0)
        (graded,) = grade(desk.course, PROBE).graded
    assert graded.outcome == "error"
    assert "ZeroDivisionError" in graded.detail
    assert grade(desk.course, PROBE).count("graded") == 1
