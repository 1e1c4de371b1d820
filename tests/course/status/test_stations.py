"""Stations and next steps, on hand-made facts: no database, no clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from practicum.marks import CellMark, Marks
from practicum.records import Case, Receipt
from practicum.status import BriefStatus, StudentStatus
from practicum.status.stations import Known, stand
from practicum.status.steps import next_steps

NOW = datetime(2027, 1, 30, tzinfo=UTC)
DUE = NOW + timedelta(days=2, hours=1)


def receipt(state: Any = "graded", detail: str = "") -> Receipt:
    """Return a receipt in a state."""
    return Receipt(
        brief="b",
        student="alice",
        received_at=NOW,
        sha256="0" * 64,
        source="exchange",
        files=1,
        size=1,
        state=state,
        detail=detail,
        since=NOW,
    )


def marks(test: float | None = 1, text: float | None = 1, advice: float | None = 1) -> Marks:
    """Return marks of a test, a written answer and a criterion; None is unmarked."""
    cells = (
        CellMark(cell="t", kind="autograded", max_points=1, score=test),
        CellMark(cell="w", kind="written", max_points=1, score=text),
        CellMark(cell="criterion-advice", kind="employer", max_points=1, score=advice),
    )
    return Marks(student="alice", brief="b", cells=cells)


def case(state: Any) -> Case:
    """Return a case of the one criterion."""
    return Case(
        brief="b",
        student="alice",
        criterion="advice",
        title="Advice",
        levels=(4, 1),
        words=("", ""),
        level=None if state == "open" else 3.0,
        state=state,
    )


@pytest.mark.parametrize(
    ("known", "station", "waits_for"),
    [
        ({}, "expected", "a submission"),
        ({"receipt": receipt("received")}, "received", "grading"),
        ({"receipt": receipt("running"), "marks": marks()}, "received", "grading"),
        (
            {"receipt": receipt("error", "no"), "marks": marks()},
            "received",
            "grading (the last try failed)",
        ),
        ({"receipt": receipt()}, "received", "grading"),
        ({"marks": marks(text=None)}, "graded", "1 written mark"),
        (
            {"receipt": receipt(), "marks": marks(text=None, advice=None)},
            "graded",
            "1 written mark, 1 assessment",
        ),
        ({"receipt": receipt(), "marks": marks(advice=None)}, "marked", "1 assessment"),
        (
            {"receipt": receipt(), "marks": marks(advice=None), "cases": [case("open")]},
            "marked",
            "1 moderation",
        ),
        (
            {"receipt": receipt(), "marks": marks(), "cases": [case("changed since")]},
            "marked",
            "1 moderation",
        ),
        (
            {"receipt": receipt(), "marks": marks(advice=None), "cases": [case("agreed")]},
            "marked",
            "1 assessment to take in",
        ),
        (
            {"receipt": receipt(), "marks": marks(), "cases": [case("decided")]},
            "assessed",
            "release",
        ),
        ({"receipt": receipt(), "marks": marks(), "released": True}, "released", ""),
        (
            {"receipt": receipt(), "marks": marks(), "released": True, "news": True},
            "assessed",
            "release again: something changed",
        ),
        (
            {"receipt": receipt("received"), "marks": marks(), "released": True, "news": True},
            "received",
            "grading",
        ),
    ],
)
def test_stations(known: dict[str, Any], station: str, waits_for: str) -> None:
    """A submission stands at the last station that it and all before it have passed."""
    found = stand(Known(student="alice", expected=True, **known))

    assert (found.station, found.waits_for) == (station, waits_for)


def test_unplaced() -> None:
    """Somebody who hands in without being expected is told, and not counted as expected."""
    found = stand(Known(student="alice", expected=False, receipt=receipt("received")))

    assert found.unplaced
    assert BriefStatus(brief="b", students=(found,)).expected == 0


def brief(*students: StudentStatus, published: bool = True, **more: Any) -> BriefStatus:
    """Return the status of a brief that is due in two days."""
    return BriefStatus(brief="b", due=DUE, published=published, students=students, **more)


def commands(*briefs: BriefStatus, report_due: bool = True) -> list[str]:
    """Return the commands of the next steps."""
    return [step.command for step in next_steps(briefs, now=NOW, report_due=report_due)]


def who(station: Any, **more: Any) -> StudentStatus:
    """Return a student at a station."""
    return StudentStatus(student="alice", station=station, **more)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (brief(published=False), ["practicum publish b"]),
        (brief(problem="brief.yml:3: wrong"), ["practicum check assignments/b"]),
        (brief(who("expected"), waiting=1), ["practicum collect b"]),
        (brief(who("expected")), ["practicum collect b"]),
        (brief(who("received")), ["practicum grade b"]),
        (brief(who("graded", unmarked=1)), ["practicum mark b --from marks.csv"]),
        (brief(who("marked", unassessed=1)), ["practicum review b --pages b-review"]),
        (brief(who("marked", unapplied=1)), ["practicum review b b.csv"]),
        (brief(who("marked", unmoderated=1)), ["practicum moderate b"]),
        (brief(who("assessed")), ["practicum release b"]),
        (brief(who("released")), ["practicum report"]),
        (brief(), []),
    ],
)
def test_one_step(status: BriefStatus, expected: list[str]) -> None:
    """Each thing that is missing has the one command that brings it."""
    assert commands(status) == expected


def test_order_of_steps() -> None:
    """Steps stand in the order of the road, and what others must do first comes last."""
    busy = brief(
        who("expected"),
        who("received"),
        who("graded", unmarked=2, unassessed=1),
        who("assessed"),
    )

    assert commands(busy, brief(published=False)) == [
        "practicum grade b",
        "practicum mark b --from marks.csv",
        "practicum review b --pages b-review",
        "practicum release b --partial",
        "practicum publish b",
        "practicum collect b",
    ]


def test_reasons() -> None:
    """A reason tells how many and, where it matters, how far off the due date is."""
    busy = brief(who("expected"), who("received"), who("received", error="it broke"))
    reasons = [step.reason for step in next_steps([busy], now=NOW, report_due=True)]

    assert reasons[0] == "1 new submission, 1 error to try again"
    assert reasons[1].endswith("1 of 3 have handed in nothing; due in 2 days")
    late = next_steps([brief(published=False)], now=DUE + timedelta(days=1), report_due=True)
    assert late[0].reason == "not published yet; was due 1 day ago"


def test_no_report_twice() -> None:
    """When the report is newer than the last release, nothing is left to do."""
    assert commands(brief(who("released")), report_due=False) == []


def test_collect_is_listed_once() -> None:
    """What lies in the exchange and what is still missing are one step, not two."""
    waiting = brief(who("expected"), who("expected"), who("received"), waiting=1)
    steps = next_steps([waiting], now=NOW, report_due=True)

    assert [step.command for step in steps].count("practicum collect b") == 1
    assert steps[0].reason == (
        "1 submission in the exchange; 1 of 3 have handed in nothing; due in 2 days"
    )


def test_missing_reviewers_are_a_hint() -> None:
    """Who has not reviewed is named with the release, which does not wait for them."""
    found = brief(who("assessed"), silent=("ines", "henrik"))
    (step,) = next_steps([found], now=NOW, report_due=False)

    assert step.command == "practicum release b"
    assert step.reason.endswith("; not reviewed yet by ines, henrik, if you want to wait")


def test_on_a_hub_nothing_is_collected_by_hand() -> None:
    """Where what comes in is taken in by itself, nobody is asked to collect what is missing."""
    waiting = brief(who("expected"))

    assert next_steps([waiting], now=NOW, report_due=False, on_arrival=True) == ()
    assert next_steps([waiting], now=NOW, report_due=False) != ()
