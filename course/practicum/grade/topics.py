"""Findings by what they are about: the gravest first, each with what to do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practicum.records import Finding

__all__ = ["TOPICS", "Group", "Topic", "groups", "topic_of"]


@dataclass(frozen=True)
class Topic:
    """A kind of finding: its name, the words it is known by, and what to do about it."""

    title: str
    words: tuple[str, ...]
    advice: str


TOPICS = (
    Topic(
        "contradicted",
        ("kind:contradicted",),
        "The judge comes to another mark: look at the cell, then confirm or change its mark in "
        "formgrader or with `practicum mark`. Feedback waits for it.",
    ),
    Topic(
        "suspicious code",
        ("kind:suspicious", "its code "),
        "Read the cell: such code can reach for the tests or for the grader.",
    ),
    Topic(
        "test that the solution fails",
        ("own solution does not pass",),
        "Mend the test, publish the brief again, and grade again.",
    ),
    Topic(
        "kernel death",
        ("the kernel died", "it was ended"),
        "What ran before it counts. Look for a cell that exits, or takes too much memory.",
    ),
    Topic(
        "out of time",
        ("ran out of time",),
        "Look for a loop without end; for slow but right work raise `cell_seconds:` in course.yml.",
    ),
    Topic(
        "zero through stderr",
        ("text on stderr",),
        "A mere warning costs the points, as in nbgrader: look whether the answer is right.",
    ),
    Topic(
        "strange value",
        ("no score:", "the last expression is", "the partial credit is"),
        "Look at the test: its last value is read as partial credit.",
    ),
    Topic(
        "missing or repeated cell",
        ("was missing", "is missing", "more than once"),
        "Nothing to do if the mark is right: the graded cell was put back.",
    ),
    Topic(
        "changed locked cell",
        ("locked cell had been changed", "changed back"),
        "Nothing to do: the original was run. Ask the student if it keeps happening.",
    ),
    Topic(
        "unproved",
        ("kind:unproved",),
        "The judge could not tell: the mark rests on the run in place alone.",
    ),
)
"""The gravest first. ``words`` stand in a finding's message, or name its kind."""

OTHER = Topic("something else", (), "Look at the cell.")
NAMED = 3


@dataclass(frozen=True)
class Group:
    """The findings of one topic in one cell: who has them, and what one of them says."""

    topic: Topic
    cell: str
    students: tuple[str, ...]
    message: str

    def who(self) -> str:
        """Return the first few students, and how many more there are."""
        more = len(self.students) - NAMED
        named = ", ".join(self.students[:NAMED])
        return f"{named} and {more} more" if more > 0 else named


def topic_of(finding: Finding) -> Topic:
    """Return what a finding is about."""
    said = f"kind:{finding.kind} {finding.message}"
    found = (topic for topic in TOPICS if any(words in said for words in topic.words))
    return next(found, OTHER)


def groups(found: Iterable[tuple[str, Sequence[Finding]]]) -> tuple[Group, ...]:
    """Put the findings of all students together, by topic and cell.

    Args:
        found: Pairs of a student and what was found.

    Returns:
        The gravest topic first; within it, what most students have.

    """
    students: dict[tuple[Topic, str], list[str]] = defaultdict(list)
    messages: dict[tuple[Topic, str], Counter[str]] = defaultdict(Counter)
    for student, findings in found:
        for finding in findings:
            place = (topic_of(finding), finding.cell)
            if student not in students[place][-1:]:
                students[place].append(student)
            messages[place][finding.message] += 1
    order = {topic: number for number, topic in enumerate((*TOPICS, OTHER))}
    places = sorted(students, key=lambda p: (order[p[0]], -len(students[p]), p[1]))
    return tuple(
        Group(topic, cell, tuple(students[topic, cell]), messages[topic, cell].most_common(1)[0][0])
        for topic, cell in places
    )
