"""What an instructor reads before deciding a case: who said what, and where the work lies."""

from __future__ import annotations

from pathlib import Path

from practicum.course import Course
from practicum.records import Assessment, Case, Records
from practicum.review.moderation import pending
from practicum.rubrics.rubric import Level
from practicum.values import Id, Value

__all__ = ["Dispute", "Rating", "disputes"]


class Rating(Value):
    """What one reviewer said of one criterion. Only instructors see whose it is."""

    reviewer: Id
    name: str
    level: Level
    words: str


class Dispute(Case):
    """A case that an instructor should look at, with the names of the reviewers.

    ``ratings`` stand in the order of ``levels``; ``code`` is the submission's blind code,
    ``notebook`` where the graded notebook lies.
    """

    ratings: tuple[Rating, ...]
    code: str
    notebook: Path


def disputes(course: Course, brief: str | None = None) -> tuple[Dispute, ...]:
    """Return the cases that an instructor should look at, of one brief or of all.

    Raises:
        UnknownName: The course has no such brief.

    """
    cases = pending(course, brief)
    names = {reviewer.id: reviewer.name for reviewer in course.roster.reviewers}
    names |= {instructor.id: instructor.name for instructor in course.roster.instructors}
    with Records(course.records_url) as records:
        said = {name: records.assessments(name) for name in {case.brief for case in cases}}
        return tuple(
            Dispute(
                **dict(case),
                ratings=_ratings(case, said[case.brief], names),
                code=records.blind_code(case.brief, case.student),
                notebook=_notebook(course, case),
            )
            for case in cases
        )


def _ratings(case: Case, said: tuple[Assessment, ...], names: dict[str, str]) -> tuple[Rating, ...]:
    own = [a for a in said if (a.student, a.criterion) == (case.student, case.criterion)]
    return tuple(
        Rating(reviewer=a.reviewer, name=names.get(a.reviewer, ""), level=a.level, words=a.words)
        for a in sorted(own, key=lambda a: (-a.level, a.words))
    )


def _notebook(course: Course, case: Case) -> Path:
    folder = course.station("autograded", student=case.student, brief=case.brief)
    return folder / f"{course.brief(case.brief).grading.notebook}.ipynb"
