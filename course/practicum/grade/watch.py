"""Grading what arrives: one warm engine, and a round of grading whenever something is new."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from practicum.errors import Busy
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.grade.graded import Graded, GradeReport

__all__ = ["Event", "Watched", "arrivals", "watch"]

SETTLED_SECONDS = 0.5
"""Files that have not changed for so long have arrived as a whole."""

Seen = Callable[["Graded"], None]
Arrivals = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Event:
    """Something that happened while watching, in one line of words."""

    kind: Literal["watching", "graded", "error", "collected", "refused", "waiting", "ended"]
    said: str
    student: str = ""
    at: datetime | None = None
    graded: Graded | None = None


class Watched(Value):
    """What came of watching: rounds and gradings, students whose last one failed, seconds."""

    brief: str
    rounds: int = 0
    graded: int = 0
    errors: int = 0
    seconds: float = 0.0


def arrivals(course: Course, brief: str) -> Arrivals:
    """Return what shows that a submission has come or changed; nothing is opened or locked.

    The released files count as well: when they change, everything is graded again.
    """
    places = sorted((course.work / "submitted").glob(f"*/{brief}"))
    found: list[tuple[str, int, int]] = []
    for place in (*places, course.station("release", brief=brief)):
        for file in (place, *sorted(place.iterdir() if place.is_dir() else ())):
            try:
                about = file.lstat()
            except OSError:  # taken away meanwhile: the next look shows it
                continue
            found.append((str(file), about.st_mtime_ns, about.st_size))
    return tuple(found)


def watch(  # noqa: PLR0913 (each is a question that an instructor answers)
    course: Course,
    brief: str,
    grade: Callable[[Seen], GradeReport],
    *,
    told: Callable[[Event], None],
    before: Callable[[], Iterator[Event]] | None = None,
    every: float = 10.0,
) -> Watched:
    """Grade what is there, then whatever arrives, until Ctrl-C.

    The course is locked only while a round of grading runs, so that other commands work
    in between. What cannot be graded is tried again in the next round.

    Args:
        course: The course.
        brief: The brief's id.
        grade: Grades what is new, giving each finished submission to its argument.
        told: Given each event.
        before: What is done before each look, such as collecting.
        every: Seconds between two looks.

    Returns:
        What was done until Ctrl-C.

    """
    start, done = time.monotonic(), _Done(told)
    last: Arrivals | None = None
    try:
        done.tell("watching", f"{brief}: looking every {every:g} s, Ctrl-C ends it")
        while True:
            for event in before() if before is not None else ():
                told(event)
            now = arrivals(course, brief)
            if now != last:
                now = _settled(course, brief, now)
                if _round(grade, done):
                    last = now
            time.sleep(every)
    except KeyboardInterrupt:
        seconds = time.monotonic() - start
        said = f"{done.graded} graded, {len(done.failed)} errors in {done.rounds} rounds"
        done.tell("ended", f"{said}, {seconds:.0f} s")
    return Watched(
        brief=brief,
        rounds=done.rounds,
        graded=done.graded,
        errors=len(done.failed),
        seconds=round(seconds, 1),
    )


@dataclass
class _Done:
    """What has been done so far, told as it happens."""

    told: Callable[[Event], None]
    rounds: int = 0
    graded: int = 0
    failed: set[str] = field(default_factory=set)

    def tell(self, kind: Literal["watching", "waiting", "ended"], said: str) -> None:
        self.told(Event(kind, said, at=datetime.now(UTC)))

    def see(self, graded: Graded) -> None:
        """Count a finished submission, and tell it."""
        if graded.outcome == "unchanged":
            return
        failed = graded.outcome == "error"
        self.graded += not failed
        (self.failed.add if failed else self.failed.discard)(graded.student)
        looks = sum(finding.kind != "unproved" for finding in graded.findings)
        said = f"{graded.points:g} of {graded.max_points:g}"
        said += f", {looks} to look at" if looks else ""
        self.told(
            Event(
                "error" if failed else "graded",
                graded.detail if failed else said,
                graded.student,
                datetime.now(UTC),
                graded,
            )
        )


def _settled(course: Course, brief: str, now: Arrivals) -> Arrivals:
    """Wait until nothing changes any more: a submission may be half copied."""
    while True:
        time.sleep(SETTLED_SECONDS)
        later = arrivals(course, brief)
        if later == now:
            return now
        now = later


def _round(grade: Callable[[Seen], GradeReport], done: _Done) -> bool:
    """Grade what is new; tell whether the course was free for it."""
    try:
        grade(done.see)
    except Busy as busy:
        done.tell("waiting", f"{busy}; trying again")
        return False
    done.rounds += 1
    return True
