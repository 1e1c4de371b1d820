"""What students said of the supervision, opened when feedback is.

A rating counts from the moment at which its student was given feedback: until then neither side
knows what the other one said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

from pydantic import Field

from practicum.course import Course
from practicum.internship import Supervision, SupervisionQuestion
from practicum.records import Rated, Records
from practicum.review.blinding import Blinding
from practicum.rubrics.rubric import TOP_LEVEL
from practicum.values import Value

__all__ = ["LEAST", "SupervisionView", "supervision_of"]

LEAST: Final = 3
"""Of two students each one knows the other's answer from the sum; of three, none does."""
TOGETHER: Final = timedelta(minutes=10)
"""Releases that are no further apart are one: a command that releases many takes a while."""

Recommendation = Literal["yes", "perhaps", "no"]


class SupervisionView(Value):
    """What ``n`` students said together: nothing but their number where they are too few.

    ``levels`` counts the levels 0 to 4 for each statement, ``recommend`` the answers; who left
    something out is counted nowhere. ``words`` stand in the order of the alphabet.
    """

    n: int
    few: bool = False
    levels: dict[SupervisionQuestion, tuple[int, ...]] = Field(default_factory=dict)
    words: tuple[str, ...] = ()
    recommend: dict[Recommendation, int] = Field(default_factory=dict)

    def as_shown(self) -> dict[str, Any]:
        """Return it as plain data for a page."""
        if self.few:
            return {"n": self.n, "few": True}
        return self.model_dump(mode="json", exclude={"few"})


def supervision_of(course: Course, brief: str, records: Records) -> SupervisionView | None:
    """Return what is open of the ratings; None where nobody who rated was given feedback yet.

    Args:
        course: The course; the names in its roster are taken out of the words.
        brief: The brief's id.
        records: Its records, open.

    Raises:
        UnknownName: The course has no such brief.

    """
    given_to_all = course.brief(brief).model_dump_json()
    released = records.first_released(brief)
    rated = [
        one for one in records.ratings(brief) if one.student in released and not one.rating.is_empty
    ]
    if not rated:
        return None
    open_ones = _opened(rated, released)
    if not open_ones:
        return SupervisionView(n=len(rated), few=True)
    ratings = [rated.rating for rated in open_ones]
    recommended = [rating.recommend for rating in ratings]
    return SupervisionView(
        n=len(ratings),
        levels={name: _counts(name, ratings) for name in get_args(SupervisionQuestion)},
        words=_words(open_ones, Blinding(course.roster, given_to_all)),
        recommend={answer: recommended.count(answer) for answer in get_args(Recommendation)},
    )


def _opened(rated: Iterable[Rated], released: Mapping[str, datetime]) -> list[Rated]:
    """Return the ratings that are open, by student: never one or two more than before.

    Who looks before and after a release sees the sums change. So what was released together is
    opened together, and waits for later releases while it is fewer than ``LEAST``.
    """
    opened: list[Rated] = []
    waiting: list[Rated] = []
    last: datetime | None = None
    for one in sorted(rated, key=lambda one: released[one.student]):
        at = released[one.student]
        if last is not None and at - last > TOGETHER and len(waiting) >= LEAST:
            opened, waiting = opened + waiting, []
        waiting.append(one)
        last = at
    if len(waiting) >= LEAST:
        opened += waiting
    return sorted(opened, key=lambda one: one.student)


def _counts(name: SupervisionQuestion, ratings: Iterable[Supervision]) -> tuple[int, ...]:
    """Return how many gave each level to a statement."""
    given = [rating.levels.get(name) for rating in ratings]
    return tuple(given.count(level) for level in range(TOP_LEVEL + 1))


def _words(open_ones: Iterable[Rated], blinding: Blinding) -> tuple[str, ...]:
    """Return all words without the names, addresses and ids of the roster, sorted."""
    said = [(rated.student, rated.rating.words) for rated in open_ones if rated.rating.words]
    return tuple(sorted(blinding.blinder(student, words).text(words) for student, words in said))
