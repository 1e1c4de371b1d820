"""What can be said of where things stand, as frozen values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, get_args

from practicum.values import Value

__all__ = ["STATIONS", "BriefStatus", "CourseStatus", "NextStep", "Station", "StudentStatus"]

Station = Literal["expected", "received", "graded", "marked", "assessed", "released"]
"""expected: nothing has come in. received: it has. graded: the autograder has run.
marked: every written answer has a mark. assessed: every criterion has one, and no
moderation is open. released: the student has feedback on all of it.
"""

STATIONS: tuple[Station, ...] = get_args(Station)
"""The stations in the order of the road."""


class StudentStatus(Value):
    """Where one submission stands: the last station that it, and all before it, has passed.

    Of a graded submission, ``unmarked`` counts answers without a mark, ``unassessed`` criteria
    that nobody has assessed, ``unapplied`` those whose assessments are not in the gradebook,
    and ``unmoderated`` those that an instructor must look at.
    ``error`` is why grading failed, ``unplaced`` tells that nobody expected the submission.
    ``outdated`` tells that something changed after the feedback was released.
    """

    student: str
    station: Station
    error: str = ""
    unmarked: int = 0
    unassessed: int = 0
    unapplied: int = 0
    unmoderated: int = 0
    unplaced: bool = False
    outdated: bool = False

    @property
    def complete(self) -> bool:
        """Whether the feedback can be released, and has not been yet."""
        return self.station == "assessed"

    @property
    def waits_for(self) -> str:
        """What has to happen next, in a few words; empty when nothing has."""
        if self.station == "expected":
            return "a submission"
        if self.station == "received":
            return "grading (the last try failed)" if self.error else "grading"
        wanted = [
            _count(self.unmarked, "written mark"),
            _count(self.unassessed, "assessment"),
            _count(self.unapplied, "assessment to take in", "assessments to take in"),
            _count(self.unmoderated, "moderation"),
        ]
        if self.complete:
            return "release again: something changed" if self.outdated else "release"
        return ", ".join(filter(None, wanted))


class BriefStatus(Value):
    """Where one brief stands. ``due`` is in UTC; ``problem`` is what is wrong with its files.

    ``waiting`` counts students whose submission lies in the exchange, not collected yet.
    ``silent`` are the reviewers who have assessed nothing while there is something to assess
    that is not released: a hint, which nothing waits for.
    """

    brief: str
    due: datetime | None = None
    published: bool = False
    problem: str = ""
    waiting: int = 0
    students: tuple[StudentStatus, ...] = ()
    silent: tuple[str, ...] = ()

    def reached(self, station: Station) -> int:
        """Return how many submissions have come to a station, or farther."""
        place = STATIONS.index(station)
        return self._count(lambda who: STATIONS.index(who.station) >= place)

    @property
    def expected(self) -> int:
        """How many students are to hand in."""
        return self._count(lambda who: not who.unplaced)

    @property
    def errors(self) -> int:
        """How many submissions could not be graded."""
        return self._count(lambda who: bool(who.error))

    @property
    def unmarked(self) -> int:
        """How many written answers of graded submissions have no mark."""
        return sum(who.unmarked for who in self.students)

    @property
    def unassessed(self) -> int:
        """How many criteria of graded submissions nobody has assessed."""
        return sum(who.unassessed for who in self.students)

    @property
    def unapplied(self) -> int:
        """How many criteria were assessed, but their marks are not in the gradebook."""
        return sum(who.unapplied for who in self.students)

    @property
    def unmoderated(self) -> int:
        """How many criteria wait for an instructor's decision."""
        return sum(who.unmoderated for who in self.students)

    @property
    def complete(self) -> int:
        """How many submissions could be released now."""
        return self._count(lambda who: who.complete)

    def _count(self, holds: Callable[[StudentStatus], bool]) -> int:
        return sum(holds(who) for who in self.students)


class NextStep(Value):
    """A command to run, and why."""

    command: str
    reason: str


class CourseStatus(Value):
    """Where a course stands: its briefs in the order of course.yml, and what to do next."""

    course: str
    title: str
    briefs: tuple[BriefStatus, ...]
    next_steps: tuple[NextStep, ...]


def _count(number: int, thing: str, things: str = "") -> str:
    if not number:
        return ""
    return f"{number} {thing if number == 1 else things or thing + 's'}"
