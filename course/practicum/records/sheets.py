"""Sheets: all that one reviewer says about one submission, first as a draft, then submitted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, Table, delete, insert, select

from practicum.records.base import Store, value_of
from practicum.records.tables import DRAFTS, SHEETS
from practicum.records.values import Moment, Words
from practicum.rubrics.rubric import Level
from practicum.values import Id, Value

__all__ = ["Again", "Draft", "Sheet", "Sheets", "SubmittedSheet"]

Again = Literal["", "yes", "perhaps", "no"]
MOST_CRITERIA = 50
MOST_MINUTES = 6_000


class Sheet(Value):
    """What a reviewer says: levels and words by criterion, and what is said of the whole.

    ``note`` is for the instructor alone; ``again`` answers "would you work with this student
    again?"; ``minutes`` is the time spent.
    """

    levels: Annotated[dict[Id, Level], Field(max_length=MOST_CRITERIA)] = Field(
        default_factory=dict
    )
    words: Annotated[dict[Id, Words], Field(max_length=MOST_CRITERIA)] = Field(default_factory=dict)
    overall: Words = ""
    note: Words = ""
    again: Again = ""
    minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] = 0


class Draft(Value):
    """A sheet that is being written; ``revision`` counts how often it was saved."""

    sheet: Sheet
    revision: int
    at: Moment


class SubmittedSheet(Value):
    """A sheet that was submitted, by whom and when."""

    student: Id
    reviewer: Id
    sheet: Sheet
    at: Moment


class Sheets(Store):
    """Drafts, of which the last state is kept, and submitted sheets, which are all kept."""

    def draft(self, brief: str, student: str, reviewer: str) -> Draft | None:
        """Return what a reviewer is writing about a submission, or None."""
        with self._reading() as connection:
            query = select(DRAFTS).where(_subject(DRAFTS, brief, student, reviewer))
            row = connection.execute(query).first()
            return value_of(Draft, row) if row is not None else None

    def save_draft(
        self, brief: str, student: str, reviewer: str, sheet: Sheet, revision: int
    ) -> Draft | None:
        """Save a draft that was made from a revision; None if there is a newer one (see draft)."""
        with self._writing() as connection:
            subject = _subject(DRAFTS, brief, student, reviewer)
            query = select(DRAFTS.c.revision).where(subject).with_for_update()
            before = connection.scalar(query) or 0
            if before != revision:
                return None
            draft = Draft(sheet=sheet, revision=revision + 1, at=self._clock())
            connection.execute(delete(DRAFTS).where(subject))
            names = {"brief": brief, "student": student, "reviewer": reviewer}
            row = {"sheet": sheet.model_dump(), "revision": draft.revision, "at": draft.at}
            connection.execute(insert(DRAFTS), names | row)
            return draft

    def submit_sheet(self, brief: str, student: str, reviewer: str, sheet: Sheet) -> SubmittedSheet:
        """Keep a sheet as submitted; what was submitted before stays as its history."""
        entry = SubmittedSheet(student=student, reviewer=reviewer, sheet=sheet, at=self._clock())
        with self._writing() as connection:
            row = entry.model_dump() | {"brief": brief}
            connection.execute(insert(SHEETS), row)
            self._note(connection, "submit sheet", brief=brief, student=student, by=reviewer)
        return entry

    def sheets(self, brief: str, reviewer: str | None = None) -> tuple[SubmittedSheet, ...]:
        """Return every sheet that was submitted for a brief, oldest first."""
        query = select(SHEETS).where(SHEETS.c.brief == brief)
        if reviewer is not None:
            query = query.where(SHEETS.c.reviewer == reviewer)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(SHEETS.c.id))
            return tuple(value_of(SubmittedSheet, row) for row in rows)

    def drafts(self, brief: str, reviewer: str) -> dict[str, Draft]:
        """Return what a reviewer is writing, by student."""
        with self._reading() as connection:
            query = select(DRAFTS).where(DRAFTS.c.brief == brief, DRAFTS.c.reviewer == reviewer)
            return {row.student: value_of(Draft, row) for row in connection.execute(query)}


def _subject(table: Table, brief: str, student: str, reviewer: str) -> ColumnElement[bool]:
    one = (table.c.brief == brief) & (table.c.student == student)
    return one & (table.c.reviewer == reviewer)
