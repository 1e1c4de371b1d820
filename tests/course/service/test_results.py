"""Results on arrival: the tests that a student can see, and nothing that is a mark."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from practicum.marks import CellMark, Marks
from practicum.service.routes import results

from .test_access import RELEASE, SUBMISSION, TINY

AT = datetime(2027, 1, 20, 11, tzinfo=UTC)


def mark(cell: str, kind: Any, score: float | None, most: float = 4) -> CellMark:
    """Return the mark of a cell."""
    return CellMark(cell=cell, kind=kind, max_points=most, score=score)


CELLS = (
    mark("test-total", "autograded", 4),
    mark("test-parts", "autograded", 2),
    mark("advice", "written", None),
    mark("criterion-sound", "employer", 3),
)


@pytest.fixture
def graded(place: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The service of a course in which ada's submission is graded; one test is partly hidden."""
    source = place.course.brief_folder("tiny") / "brief.ipynb"
    content = json.loads(source.read_text())
    for cell in content["cells"]:
        if cell["id"] == "test-total":
            cell["source"] = cell["source"].partition("### BEGIN HIDDEN")[0]
    release = place.course.station("release", brief="tiny")
    release.mkdir(parents=True)
    (release / "brief.ipynb").write_text(json.dumps(content))
    place.records.receive(
        "tiny", "ada", received_at=AT, sha256="0" * 64, source="service", files=1, size=9
    )
    place.records.set_state("tiny", "ada", "graded")
    marks = (Marks(student="ada", brief="tiny", cells=CELLS),)
    monkeypatch.setattr(results, "read_marks", lambda _course, _subjects: {"tiny": marks})
    return place


def test_visible_tests_are_shown_at_once(graded: Any) -> None:
    """A test without a hidden part is shown with how it ended; everything else is counted."""
    answer = graded.get("ada", "/briefs/tiny/results").json()

    assert answer["state"] == "graded"
    assert answer["tests"] == [{"cell": "test-parts", "outcome": "partly"}]
    assert answer["later"] == 3


def test_no_mark_is_told(graded: Any) -> None:
    """Neither points nor a score of any kind are in the answer."""
    answer = graded.get("ada", "/briefs/tiny/results").text

    assert not any(word in answer for word in ("score", "points", "test-total", "advice"))


def test_another_student_is_told_nothing_of_it(graded: Any) -> None:
    """Results are of the one who asks; who has handed in nothing is told so."""
    assert graded.get("bob", "/briefs/tiny/results").json()["state"] == "nothing"


@pytest.mark.parametrize("state", ["received", "running", "error"])
def test_before_it_is_graded(graded: Any, state: Any) -> None:
    """Until it is graded only the state is told, even if older marks are there."""
    graded.records.set_state("tiny", "ada", state)

    answer = graded.get("ada", "/briefs/tiny/results").json()

    assert (answer["state"], answer["tests"]) == (state, [])


def test_results_come_to_an_end(graded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code could tell its author a hidden test bit by bit: there are only so many results."""
    noticed: list[str] = []
    here = graded.app.state.shared
    arrivals = SimpleNamespace(noticed=lambda _course, brief: noticed.append(brief))
    graded.app.state.shared = replace(here, arrivals=arrivals)
    monkeypatch.setattr("practicum.service.shared.QUICK", 2)
    assert graded.ask("ines", "PUT", TINY, json=RELEASE).status_code == 200
    states = []
    for number in range(3):
        sent = SUBMISSION | {"key": f"the-key-{number}"}
        assert graded.ask("ada", "POST", f"{TINY}/submissions", json=sent).status_code == 200
        states.append(graded.get("ada", "/briefs/tiny/results").json())

    assert [one["state"] for one in states] == ["graded", "graded", "received"]
    assert states[-1]["tests"] == []
    assert noticed == ["tiny", "tiny"]


def test_the_same_submission_again_is_not_graded_again(
    graded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends one submission for ever does not keep the course's commands busy."""
    noticed: list[str] = []
    here = graded.app.state.shared
    arrivals = SimpleNamespace(noticed=lambda _course, brief: noticed.append(brief))
    graded.app.state.shared = replace(here, arrivals=arrivals)
    assert graded.ask("ines", "PUT", TINY, json=RELEASE).status_code == 200
    assert graded.ask("ada", "POST", f"{TINY}/submissions", json=SUBMISSION).status_code == 200
    monkeypatch.setattr("practicum.service.shared.FRESH", timedelta(0))
    for _ in range(3):
        assert graded.ask("ada", "POST", f"{TINY}/submissions", json=SUBMISSION).status_code == 200

    assert noticed == ["tiny"]
