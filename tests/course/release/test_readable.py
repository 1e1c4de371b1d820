"""What a release tells people: by student, not too much of it, and whom to send what."""

from typing import Any

import pytest

from practicum.errors import NotReady
from practicum.release.readiness import grouped

Desk = Any


def test_lines_are_grouped_by_student_and_remedy() -> None:
    """Each student has one line, in which a remedy is told once."""
    lines = ("ada: x is missing: do it", "ada: y is missing: do it", "bob: z: wait: or run it")
    assert grouped(lines) == ("ada: x is missing, y is missing: do it", "bob: z: wait: or run it")


@pytest.mark.parametrize(
    ("students", "lines", "last"), [(20, 20, "s19: x: y"), (33, 20, "... and 14")]
)
def test_the_list_is_capped(students: int, lines: int, last: str) -> None:
    """At most twenty lines are told; the last one counts the students who are left."""
    told = grouped([f"s{number:02}: x: y" for number in range(students)])
    assert len(told) == lines
    assert told[-1].startswith(last)


def test_a_refusal_counts_students(desk: Desk) -> None:
    """The refusal says for how many students something is missing, and lists all for machines."""
    desk.hand_in("ada")
    desk.receive("bob", state="error", detail="it broke")
    with pytest.raises(NotReady, match="1 thing is still missing for 1 student") as refused:
        desk.release()
    assert len(refused.value.missing) == 1


def test_who_came_by_an_lms_is_to_be_sent_the_page(desk: Desk) -> None:
    """Who did not hand in through the exchange cannot fetch there, and is named."""
    desk.hand_in("ada")
    desk.hand_in("bob")
    desk.receive("ada", source="exchange")
    desk.receive("bob", source="export moodle.zip")
    report = desk.release()
    assert report.released == ("ada", "bob")
    assert report.to_send == ("bob",)
