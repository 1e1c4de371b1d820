"""What came of a hand-in: asked for a few times, told in words, without marks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.widgets.conftest import Lay
from tests.widgets.service.conftest import Be, Stub

from practicum.internship.signed import read_kept
from practicum_widgets import Desk, HandIn
from practicum_widgets.course_service import Connection
from practicum_widgets.hand_in.outcome import LATER, Outcome

AT, EARLIER = "2027-01-20T12:00:00+00:00", "2027-01-19T12:00:00+00:00"
NUMBER = "ab" * 16
FILE = {"path": "brief.ipynb", "sha256": "0" * 64, "size": 3}


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time that was set."""
        return self.now


@pytest.fixture
def received(stub: Stub) -> Stub:
    """A service that has received one hand-in, and not graded it."""
    stub.says(
        results={"state": "received", "received_at": AT, "tests": [], "later": 0},
        receipts={"items": [{"id": NUMBER, "received_at": AT}], "next": ""},
        **{NUMBER: {"receipt": "a.b.c", "files": [FILE | {"more": 1}], "course": "c"}},
    )
    return stub


@pytest.fixture
def clocked(received: Stub, lay: Lay) -> tuple[Outcome, Clock, Stub]:
    """What asks that service, by a clock of ours."""
    clock = Clock()
    return Outcome(lay(), Connection(received.address, {}), clock), clock, received


def _graded(at: str = AT) -> dict[str, Any]:
    tests = [{"cell": f"test-{n}", "outcome": "passed"} for n in range(5)]
    tests.append({"cell": "test-last", "outcome": "failed"})
    return {"state": "graded", "received_at": at, "tests": tests, "later": 3}


def test_without_a_service_nothing_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no hub names a service the widget is as it always was."""
    monkeypatch.delenv("PRACTICUM_SERVICE_URL", raising=False)
    widget = HandIn(desk)
    widget.do("results", {})

    assert widget.view["outcome"] is None
    assert widget.words["outcome"] not in str(widget.still())


def test_it_asks_a_few_times_and_then_no_more(clocked: tuple[Outcome, Clock, Stub]) -> None:
    """After a hand-in the service is asked at growing distances, and never without end."""
    outcome, clock, stub = clocked
    outcome.expect()
    for second in range(2_000):
        clock.now = float(second)
        if outcome.is_due:
            outcome.look()

    assert stub.asked.count("GET /services/practicum/briefs/first-steps/results") == len(LATER)
    assert not outcome.seen()["asks"]


def test_it_stops_once_it_is_graded(clocked: tuple[Outcome, Clock, Stub]) -> None:
    """What is graded is not asked for again, until something else is handed in."""
    outcome, clock, stub = clocked
    outcome.expect()
    outcome.look()
    assert outcome.seen()["asks"]
    stub.says(results=_graded())
    clock.now = 10.0
    outcome.look()

    assert not outcome.seen()["asks"]
    outcome.expect()
    assert outcome.is_due


def test_it_tells_passed_tests_by_name_and_what_is_to_come(
    received: Stub, be: Callable[[str, str], None], desk: Desk
) -> None:
    """The widget says how many tests passed, which, and how many parts come with the feedback."""
    be(received.address, "ada")
    received.says(results=_graded() | {"score": 7})
    widget = HandIn(desk)
    widget.look()

    text = str(widget.still())
    assert "5 of 6 tests that you can see passed." in text
    assert "<code>test-last</code>: failed" in text
    assert "Parts that come with the feedback: 3." in text
    assert NUMBER in text
    assert "score" not in json.dumps(widget.view["outcome"])


def test_results_of_the_hand_in_before_are_told_as_such(
    received: Stub, be: Callable[[str, str], None], desk: Desk
) -> None:
    """While the newest hand-in waits, what the one before earned is not taken for it."""
    be(received.address, "ada")
    received.says(results=_graded(EARLIER))
    widget = HandIn(desk)
    widget.do("results", {})

    assert widget.view["outcome"]["old"]
    assert widget.words["outcome_old"] in str(widget.still())
    assert widget.words["outcome_graded"] not in str(widget.still())


def test_the_receipt_is_kept_beside_the_folder(
    received: Stub, be: Callable[[str, str], None], desk: Desk
) -> None:
    """The signed receipt lies outside of what is handed in, once, and the command is named."""
    be(received.address, "ada")
    widget = HandIn(desk)
    for _ in range(2):
        widget.do("results", {})

    (file,) = (desk.folder.parent / "receipts").iterdir()
    assert file.name == "first-steps-20270120-120000-ababab.json"
    kept = read_kept(file)
    assert (kept.receipt, [one.path for one in kept.files]) == ("a.b.c", ["brief.ipynb"])
    assert received.asked.count(f"GET /services/practicum/exchange/c/submissions/{NUMBER}") == 1
    assert f"practicum receipt receipts/{file.name}" in str(widget.still())


def test_a_disk_that_is_full_is_said(
    received: Stub, be: Callable[[str, str], None], desk: Desk
) -> None:
    """A receipt that cannot be kept is told, and the results are shown all the same."""
    be(received.address, "ada")
    (desk.folder.parent / "receipts").write_text("in the way")
    widget = HandIn(desk)
    widget.do("results", {})

    assert "could not be kept" in widget.view["outcome"]["trouble"]
    assert widget.view["outcome"]["state"] == "received"


def test_an_instructor_gets_no_receipts_of_students(on_the_hub: Be, tmp_path: Path) -> None:
    """Results are refused to whoever is no student, and then nobody's receipt is asked for."""
    on_the_hub("ines")
    place = tmp_path / "tiny-desk"
    place.mkdir()
    brief = Path(__file__).parents[3] / "assignments" / "first-steps" / "brief.yml"
    text = brief.read_text(encoding="utf-8").replace("id: first-steps", "id: tiny", 1)
    (place / "brief.yml").write_text(text, encoding="utf-8")
    widget = HandIn(Desk.here(place))
    widget.do("results", {})

    assert "403" in widget.view["outcome"]["trouble"]
    assert widget.view["outcome"]["number"] == ""
    assert not (tmp_path / "receipts").exists()
