"""The report of a run: what it counts, and a page that anybody can open and read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from practicum.grade import Graded, GradeReport
from practicum.grade.report import report_page
from practicum.grade.report_tables import RunTables, run_tables
from practicum.grade.topics import TOPICS, groups, topic_of
from practicum.marks import CellMark, Marks
from practicum.records import Finding

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EVIL = "<script>document.title='evil'</script>"
STEPS = {"read": 0.01, "fork": 0.02, "box": 0.03, "cells": 0.4, "end": 0.01, "write": 0.01}
CONTRADICTED = Finding(cell="test-a", kind="contradicted", message="the judge says 0")
STDERR = Finding(cell="test-b", kind="scored", message=f"text on stderr made this test 0: {EVIL}")
LOCKED = Finding(cell="test-a", kind="restored", message="a locked cell had been changed: x")


def _marks(student: str, *scores: float | None) -> Marks:
    cells = [
        CellMark(cell=f"test-{name}", kind="autograded", max_points=4, score=score)
        for name, score in zip("ab", scores, strict=True)
    ]
    return Marks(student=student, brief="probe", cells=tuple(cells))


def _graded(student: str, points: float, *findings: Finding) -> Graded:
    return Graded(
        student=student,
        outcome="graded",
        points=points,
        max_points=8,
        seconds=0.5,
        findings=findings,
        standing={"test-a": "contradicted" if CONTRADICTED in findings else "proved"},
        steps=STEPS,
    )


@pytest.fixture
def run() -> RunTables:
    """A run with one of everything."""
    report = GradeReport(
        brief="probe",
        graded=(
            _graded("ada", 8),
            _graded("bob", 2, STDERR, LOCKED),
            _graded("eve", 4, STDERR, CONTRADICTED),
            Graded(student="mal", outcome="error", detail=f"it broke {EVIL}"),
            Graded(student="old", outcome="unchanged", points=8, max_points=8),
        ),
        seconds=6,
    )
    marks = [
        _marks("ada", 4, 4),
        _marks("bob", 2, 0),
        _marks("eve", 4, 0),
        _marks("old", 4, None),
        _marks("zoe", 0, 0),
    ]
    return run_tables(report, marks, {g.student: g.findings for g in report.graded})


@pytest.fixture
def page(run: RunTables) -> str:
    """The page about that run."""
    return report_page("Hours & <rides>", run).decode("utf-8")


def test_failures_by_cell(run: RunTables) -> None:
    """Each test tells how many earned all, some, none; those not in the run do not count."""
    counts = run.tests[["all", "some", "none"]].to_dict("index")
    assert counts == {
        "test-b": {"all": 1, "some": 0, "none": 2},
        "test-a": {"all": 3, "some": 1, "none": 0},
    }
    assert [*counts] == ["test-b", "test-a"], "the test that fails most often comes first"


def test_standing_by_test(run: RunTables) -> None:
    """Each test tells how many of its marks are proved, unproved and contradicted."""
    sure = run.tests.loc["test-a", ["proved", "unproved", "contradicted"]]
    assert [*sure] == [2, 0, 1]


def test_errors_have_no_points(run: RunTables) -> None:
    """A submission that could not be graded is no zero in any figure."""
    assert [*run.points.index] == ["ada", "bob", "eve", "old"]
    assert run.submissions["points"].isna().to_dict()["mal"]
    assert run.rate == 30


def test_findings_by_topic(run: RunTables) -> None:
    """Contradicted marks come first, then the others by how grave they are."""
    titles = [topic.title for topic, _ in run.findings]
    assert titles == ["contradicted", "zero through stderr", "changed locked cell"]
    assert run.findings[1][1]["students"].to_dict() == {"test-b": 2}


@pytest.mark.parametrize(
    ("kind", "message", "title"),
    [
        ("contradicted", "anything", "contradicted"),
        ("scored", "the kernel died before this test had run", "kernel death"),
        ("scored", "this test ran out of time", "out of time"),
        ("scored", "text on stderr made this test 0: x", "zero through stderr"),
        ("scored", "no score: the last expression shows no text", "strange value"),
        ("restored", "this cell was missing", "missing or repeated cell"),
        ("restored", "the cell had become markdown: changed back", "changed locked cell"),
        ("unproved", "a figure", "unproved"),
        ("new", "never heard of", "something else"),
    ],
)
def test_topics(kind: str, message: str, title: str) -> None:
    """Every finding that grading makes has a topic, and every topic says what to do."""
    topic = topic_of(Finding(cell="a", kind=kind, message=message))
    assert topic.title == title
    assert topic.advice.endswith((".", "!"))
    assert len({topic.title for topic in TOPICS}) == len(TOPICS)


def test_groups_name_a_few() -> None:
    """Of many students with the same finding, three are named and the rest counted."""
    found: list[tuple[str, Sequence[Finding]]] = [(f"s{n}", (STDERR, STDERR)) for n in range(9)]
    (group,) = groups(found)
    assert (len(group.students), group.who()) == (9, "s0, s1, s2 and 6 more")


def test_nothing_on_the_page_can_run(page: str) -> None:
    """What a student printed is text on the page; the policy allows no script and no request."""
    assert "<script" not in page
    assert "&lt;rides&gt;" in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "script" not in policy[1]
    sources = re.findall(r'(?:src|srcset|href)="([^"]{0,11})', page)
    assert set(sources) == {"data:image/"}


def test_everyone_can_read_it(page: str) -> None:
    """Headings go down step by step, tables have captions and headers, pictures have words."""
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert all(later - one <= 1 for one, later in pairwise(levels))
    assert page.count("<table>") == page.count("<caption>") == page.count('role="region"')
    assert not re.findall(r"<th(?![^>]*scope=)[ >]", page)
    alts = re.findall(r'<img[^>]* alt="([^"]*)"', page)
    assert len(alts) == 5
    assert all(len(alt) > 30 for alt in alts)


def test_an_empty_run_has_a_page() -> None:
    """Where nothing was handed in, the page says so, without pictures."""
    tables = run_tables(GradeReport(brief="probe", graded=(), seconds=0.1), (), {})
    page = report_page("Probe", tables).decode()
    assert "<img" not in page
    assert "Nothing was noticed." in page


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000])
def test_in_a_browser(
    chromium: Browser, page: str, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    """Chromium shows all pictures, complains of nothing, and never scrolls the page sideways."""
    file = tmp_path / "run.html"
    file.write_text(page, encoding="utf-8")
    tab = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri())
    try:
        assert tab.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.title() == "Grading of Hours & <rides>"
        assert said == []
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    finally:
        tab.close()
