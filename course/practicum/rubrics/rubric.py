"""A rubric: criteria with a descriptor for each level, and who rates them.

Levels run from 0 to 4, as in the VALUE rubrics of the AAC&U; competencies are labels that
each course words for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from practicum.validation import read_value
from practicum.values import Id, Text, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from practicum.documents import Document
    from practicum.problems import Problem

__all__ = ["TOP_LEVEL", "Criterion", "Level", "Rater", "Rubric", "read_rubric"]

TOP_LEVEL = 4
Level = Annotated[int, Field(ge=0, le=TOP_LEVEL, description="a level, 0 to 4")]
Rater = Literal["employer", "instructor"]
Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Criterion(Value):
    """One thing that is judged, with an observable descriptor for each level."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
    title: Short
    question: Annotated[Text, Field(description="what the rater asks himself")]
    rater: Rater = "employer"
    weight: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
    competencies: tuple[Id, ...] = ()
    levels: Annotated[dict[int, Text], Field(description="a descriptor for each of 0 to 4")]

    @model_validator(mode="after")
    def _all_levels(self) -> Criterion:
        wanted = set(range(TOP_LEVEL + 1))
        missing = sorted(wanted - set(self.levels))
        extra = sorted(set(self.levels) - wanted)
        if missing or extra:
            said = "missing " + ", ".join(map(str, missing)) if missing else f"unknown {extra}"
            message = f"levels: {said}: describe exactly the levels 0, 1, 2, 3 and 4"
            raise ValueError(message)
        return self

    @property
    def cell(self) -> str:
        """The grade_id of the criterion's task cell in the notebook."""
        return f"criterion-{self.id}"


class Rubric(Value):
    """The criteria by which a deliverable is judged."""

    schema_version: Literal[1]
    id: Id
    title: Short
    competencies: dict[Id, Short] = Field(default_factory=dict, description="id: label")
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=20)]

    def rated_by(self, rater: Rater) -> tuple[Criterion, ...]:
        """Return the criteria that ``rater`` judges."""
        return tuple(criterion for criterion in self.criteria if criterion.rater == rater)

    def criterion(self, name: str) -> Criterion | None:
        """Return the criterion with that id, or None."""
        return next((criterion for criterion in self.criteria if criterion.id == name), None)


def read_rubric(file: Path) -> Rubric:
    """Read and check a rubric file.

    Raises:
        InvalidDocument: With every problem that was found.

    """
    return read_value(Rubric, file, _problems)


def _problems(rubric: Rubric, document: Document) -> Iterator[Problem]:
    if rubric.id != document.file.stem:
        yield document.problem(
            ("id",),
            f"id is {rubric.id!r} but the file is {document.file.name!r}",
            "give both the same name",
        )
    seen: set[str] = set()
    for index, criterion in enumerate(rubric.criteria):
        place = ("criteria", index)
        if criterion.id in seen:
            yield document.problem(
                (*place, "id"), f"the id {criterion.id!r} is used twice", "rename one"
            )
        seen.add(criterion.id)
        for label in criterion.competencies:
            if label not in rubric.competencies:
                yield document.problem(
                    (*place, "competencies"),
                    f"the competency {label!r} has no label",
                    "add it under `competencies:` or correct the name",
                )
    if not rubric.rated_by("employer"):
        yield document.problem(
            ("criteria",), "the employer rates nothing", "give one criterion `rater: employer`"
        )
