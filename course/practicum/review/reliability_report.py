"""How far the reviewers of a brief can be relied on: for the instructor, who may see names."""

from __future__ import annotations

from practicum.course import Course
from practicum.records import Records
from practicum.reliability import (
    Adjusted,
    Ratings,
    Reliability,
    Severity,
    adjusted,
    agreement,
    pooled_agreement,
    severity,
)
from practicum.rubrics import Criterion
from practicum.rubrics.rubric import TOP_LEVEL
from practicum.values import Value

__all__ = ["CriterionReliability", "ReliabilityReport", "ReviewerSeverity", "reliability_of"]

LEVELS = TOP_LEVEL + 1


class CriterionReliability(Reliability):
    """How far reviewers agree on one criterion."""

    criterion: str
    title: str


class ReviewerSeverity(Severity):
    """How much more or less one reviewer gives; only instructors see who it is."""

    name: str


class ReliabilityReport(Value):
    """What the employer's reviewers of a brief agree on, and who gives more or less.

    ``together`` pools the criteria: an item is one criterion of one submission, and its intervals
    take whole submissions as independent. ``adjusted`` are mean levels by blind code and criterion,
    as given and as they would be without severity: to look at, no mark is made of them.
    """

    brief: str
    n_submissions: int
    n_reviewers: int
    together: Reliability
    criteria: tuple[CriterionReliability, ...]
    severity: tuple[ReviewerSeverity, ...]
    adjusted: tuple[Adjusted, ...]


def reliability_of(course: Course, brief: str) -> ReliabilityReport:
    """Return how far the levels of the employer's criteria can be relied on; changes nothing.

    Raises:
        UnknownName: The course has no such brief.

    """
    criteria = course.rubric(brief).rated_by("employer")
    ratings = _ratings(course, brief, criteria)
    names = {reviewer.id: reviewer.name for reviewer in course.roster.reviewers}
    return ReliabilityReport(
        brief=brief,
        n_submissions=len({item for of in ratings.values() for item in of.items}),
        n_reviewers=len({rater for of in ratings.values() for rater in of.raters}),
        together=pooled_agreement(ratings, levels=LEVELS),
        criteria=tuple(
            CriterionReliability(
                **dict(agreement(ratings[criterion.id], levels=LEVELS)),
                criterion=criterion.id,
                title=criterion.title,
            )
            for criterion in criteria
        ),
        severity=tuple(
            ReviewerSeverity(**dict(one), name=names.get(one.rater, ""))
            for one in severity(ratings)
        ),
        adjusted=adjusted(ratings, levels=LEVELS),
    )


def _ratings(course: Course, brief: str, criteria: tuple[Criterion, ...]) -> dict[str, Ratings]:
    """Return the levels that count, by criterion; items are blind codes."""
    entries: dict[str, list[tuple[str, str, int]]] = {criterion.id: [] for criterion in criteria}
    with Records(course.records_url) as records:
        for said in records.assessments(brief):
            if said.criterion in entries:
                code = records.blind_code(brief, said.student)
                entries[said.criterion].append((code, said.reviewer, said.level))
    return {criterion: Ratings.of(found) for criterion, found in entries.items()}
