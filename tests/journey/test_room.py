"""From the review room to nbgrader's own export: what was moderated there is the mark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.course.review.visiting import Browser, served

from practicum.marks import level_points
from practicum.records import Records

Road = Any

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

BRIEF = "first-steps"
STUDENTS = ("ada", "bea", "carl", "dora", "emil")
CRITERIA = ("analysis", "advice", "chart", "habits")
APART = ("dora", "advice")


def test_a_moderated_level_is_exported(collected: Callable[[], Road], tmp_path: Path) -> None:
    """Reviewers judge in the room, an instructor decides, and nbgrader exports and shows it."""
    road = collected()
    assert road.practicum("grade", BRIEF).code == 0
    table = tmp_path / "marks.csv"
    rows = [f"{name},recommendation,10,\n{name},reflection,4.5," for name in STUDENTS]
    table.write_text("\n".join(["student,cell,score,comment", *rows]), encoding="utf-8")
    assert road.practicum("mark", BRIEF, "--from", str(table)).code == 0
    assert road.practicum("room", "assign", BRIEF, "--each", "2").code == 0

    _review(road)

    applied = road.practicum("room", "apply", BRIEF)
    assert [(case["student"], case["criterion"]) for case in applied.json["pending"]] == [APART]
    assert road.practicum("release", BRIEF).code == 1
    decided = ("--level", "2", "--reason", "It names a date, not a cost.")
    assert road.practicum("moderate", BRIEF, *APART, *decided).code == 0
    assert road.practicum("release", BRIEF).code == 0

    exported = road.exported()
    for student in STUDENTS:
        marks = road.marks(student)
        assert float(exported[student]["raw_score"]) == pytest.approx(marks.points())
        assert float(exported[student]["score"]) == pytest.approx(marks.total)
        for cell in marks.cells:
            criterion = cell.cell.removeprefix("criterion-")
            if criterion in CRITERIA:
                level = 2 if (student, criterion) == APART else 3
                assert cell.score == pytest.approx(level_points(level, cell.max_points))
    feedback = road.course.station("feedback", student="dora", brief=BRIEF) / "brief.html"
    page = feedback.read_text(encoding="utf-8")
    assert "It names a date, not a cost." in page
    assert "Say it sooner." in page
    assert "Reviewer" not in page


def _review(road: Road) -> None:
    """Let each reviewer judge the own share; about one criterion two of them are far apart."""
    course = road.course
    with Records(course.records_url) as records, served(course, brief=BRIEF) as address:
        codes = {records.blind_code(BRIEF, student): student for student in STUDENTS}
        severe = next(
            one.reviewer
            for one in records.allocations(BRIEF)
            if one.student == APART[0] and one.state == "assigned"
        )
        for reviewer in course.roster.reviewers_of(BRIEF):
            browser = Browser(address, BRIEF)
            browser.enter(records.invite(BRIEF, reviewer.id, timedelta(days=1)))
            for line in browser.room()["submissions"]:
                levels = dict.fromkeys(CRITERIA, 3)
                if codes[line["code"]] == APART[0] and reviewer.id == severe:
                    levels[APART[1]] = 1
                sheet = {"levels": levels, "words": {"advice": "Say it sooner."}}
                assert browser.submit(line["code"], sheet).status == 200
