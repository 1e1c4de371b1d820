"""The small course of the tests of reviewing, with a case, and the desk that shows it."""

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.course.review.conftest import course, gradebook, graded, records, table

from practicum.course import Course
from practicum.instructor_desk import Desk
from practicum.records import Assessment, Records
from practicum.review import review

__all__ = ["course", "gradebook", "graded", "records", "table"]

NOW = datetime(2027, 2, 3, tzinfo=UTC)


class _Read(HTMLParser):
    """What a reader sees of HTML, and which elements and attributes make it up."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.words.append(data)


def seen(html: str) -> str:
    """Return the words that a reader sees, on one line."""
    return " ".join(" ".join(_Read(html).words).split())


def made_of(html: str) -> tuple[set[str], set[str]]:
    """Return the elements and the attributes of HTML."""
    read = _Read(html)
    return read.elements, read.attributes


@pytest.fixture
def disputed(course: Course, gradebook: Any, table: Callable[..., Path]) -> Course:
    """Return the course after two reviewers differed on Ada's advice and on Grace's analysis."""
    rows = (
        "rita,ada,advice,4,Just right.",
        "hugo,ada,advice,1,Too vague.",
        "rita,grace,analysis,0,No source.",
        "hugo,grace,analysis,3,",
    )
    review(course, "demo", table(*rows), gradebook=gradebook)
    return course


@pytest.fixture
def desk(disputed: Course, gradebook: Any) -> Desk:
    """Return the desk of the course with two cases."""
    return Desk(disputed.root, gradebook=gradebook, clock=lambda: NOW)


@pytest.fixture
def rated(course: Course, records: Records) -> Callable[[int], None]:
    """Return what lets two reviewers rate so many submissions: Rita a level more than Hugo."""

    def rate(count: int) -> None:
        records.assess_all(
            Assessment(
                brief="demo",
                student=f"s{place:02}",
                criterion="advice",
                reviewer=reviewer,
                level=place % 3 + more,
                at=NOW,
            )
            for place in range(count)
            for reviewer, more in (("hugo", 0), ("rita", 1))
        )

    return rate
