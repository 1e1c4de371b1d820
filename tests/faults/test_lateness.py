import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.faults.course import BRIEF, DUE, SOLUTION, Cohort

from practicum.grade import grade

GRACE = timedelta(minutes=15)
EDGES = {
    "a second early": (DUE - timedelta(seconds=1), 0.0),
    "on time": (DUE, 0.0),
    "a second late, within the grace time": (DUE + timedelta(seconds=1), 0.0),
    "a second before the grace time ends": (DUE + GRACE - timedelta(seconds=1), 0.0),
    "at the end of the grace time": (DUE + GRACE, 0.0),
    "a second after the grace time": (DUE + GRACE + timedelta(seconds=1), 0.5),
    "a day late to the second": (DUE + timedelta(days=1), 0.5),
    "a day and a second late": (DUE + timedelta(days=1, seconds=1), 1.0),
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_second_around_the_deadline(small: Cohort, engine: Any, edge: str) -> None:
    """The penalty changes at the second at which the policy says so."""
    at, penalty = EDGES[edge]
    small.hand_in("s00", SOLUTION, at=at)
    grade(small.course, BRIEF, engine=engine, students=["s00"])
    assert small.penalty("s00") == penalty


@pytest.mark.parametrize("claimed", ["2026-12-31 00:00:00.000000 UTC", "nonsense", ""])
def test_the_students_own_time_is_not_believed(small: Cohort, engine: Any, claimed: str) -> None:
    """A forged timestamp.txt changes nothing: what counts is the receipt."""
    folder = small.hand_in("s00", SOLUTION, at=DUE + timedelta(hours=2))
    (folder / "timestamp.txt").write_text(claimed, encoding="ascii")
    grade(small.course, BRIEF, engine=engine, students=["s00"])
    assert small.penalty("s00") == 0.5
    stamp = small.work / "autograded" / "s00" / BRIEF / "timestamp.txt"
    assert stamp.read_text(encoding="ascii") == "2027-01-01 14:00:00.000000 UTC"


# Berlin: clocks go forward on 28 March 2027 at 01:00 UTC, back on 31 October at 01:00 UTC.
SWITCHES = {
    "before spring": ("2027-03-28T01:30:00", datetime(2027, 3, 28, 0, 30, tzinfo=UTC)),
    "after spring": ("2027-03-28T03:30:00", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    "before autumn": ("2027-10-31T01:59:59", datetime(2027, 10, 30, 23, 59, 59, tzinfo=UTC)),
    "after autumn": ("2027-10-31T03:00:00", datetime(2027, 10, 31, 2, tzinfo=UTC)),
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_clocks_that_are_put_forward_and_back(tmp_path: Path, engine: Any, switch: str) -> None:
    """Due at a local time near the switch: the same instant in UTC decides, to the second."""
    local, instant = SWITCHES[switch]
    cohort = Cohort.make(tmp_path / "berlin", 2, zone="Europe/Berlin", due=local)
    cohort.hand_in("s00", SOLUTION, at=instant + GRACE)
    cohort.hand_in("s01", SOLUTION, at=instant + GRACE + timedelta(seconds=1))
    grade(cohort.course, BRIEF, engine=engine)
    assert (cohort.penalty("s00"), cohort.penalty("s01")) == (0.0, 0.5)


@pytest.mark.parametrize("step", [-86_400.0, 86_400.0], ids=["back", "forward"])
def test_a_clock_step_while_grading(
    small: Cohort, engine: Any, monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    """The wall clock jumps by a day in the middle: no cell times out, no wait hangs."""
    real, calls = time.time, 0

    def jumping() -> float:
        nonlocal calls
        calls += 1
        return real() + (step if calls > 2 else 0.0)

    monkeypatch.setattr(time, "time", jumping)
    report = grade(small.course, BRIEF, engine=engine, workers=2)
    assert report.count("graded") == 3
    assert all(0.0 <= graded.seconds < 60.0 for graded in report.graded)
    assert small.marks() == small.expected()
    assert {small.penalty(student) for student in small.expected()} == {0.0}
