"""Anchors are set from a table: whole, with reasons, by an instructor; bad ones change nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course
from practicum.errors import InvalidDocument, UnknownName
from practicum.records import Records
from practicum.review import set_anchors

GOOD = ("ines,ada,analysis,4,All there.", "ines,ada,advice,2,No date.")
Table = Callable[..., Path]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (GOOD[:1], "ada lacks advice"),
        ((GOOD[0], "ines,ada,advice,2,"), "advice of ada has no words"),
        ((GOOD[0], "ines,ada,advice,5,x"), "write 0, 1, 2, 3 or 4"),
        ((*GOOD, "ines,nobody,advice,2,x"), "unknown submission 'nobody'"),
        ((*GOOD, "ines,late,advice,2,x"), "has handed in nothing"),
        ((*GOOD, GOOD[1]), "twice"),
        ((*GOOD, "ines,ada,habits,2,x"), "habits is rated by the instructor"),
        ((GOOD[0], "rita,ada,advice,2,x"), "--reviewer says 'ines'"),
        ((), ""),
    ],
    ids=str,
)
def test_a_bad_table(
    course: Course,
    gradebook: Any,
    records: Records,
    table: Table,
    rows: tuple[str, ...],
    words: str,
) -> None:
    """Each fault of a table is named, and no anchor, decision or mark comes of any of it."""
    with pytest.raises(InvalidDocument, match=words):
        set_anchors(course, "demo", table(*rows), "ines", gradebook=gradebook)

    assert records.anchors("demo") == ()
    assert records.decisions("demo") == ()
    assert gradebook.writes == 0


def test_only_instructors_set_anchors(course: Course, gradebook: Any, table: Table) -> None:
    """Who is no instructor is refused by name."""
    with pytest.raises(UnknownName, match="rita"):
        set_anchors(course, "demo", table(*GOOD), "rita", gradebook=gradebook)


def test_the_same_table_again(
    course: Course, gradebook: Any, records: Records, table: Table
) -> None:
    """Set again, nothing changes; another level is a new decision and a new mark."""
    first = set_anchors(course, "demo", table(*GOOD), "ines", gradebook=gradebook)
    again = set_anchors(course, "demo", table(*GOOD), "ines", gradebook=gradebook)
    assert (first.changed, again.changed, again.marks.changed) == (1, 0, 0)
    assert len(records.decisions("demo")) == 2

    other = table("ines,ada,analysis,3,Nearly.", GOOD[1])
    changed = set_anchors(course, "demo", other, "ines", gradebook=gradebook)

    assert (changed.changed, changed.marks.changed) == (1, 1)
    assert gradebook.score("ada", "analysis") == 9
