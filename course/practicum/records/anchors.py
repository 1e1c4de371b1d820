"""Anchors: submissions whose levels instructors agreed on, for reviewers to compare with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, insert, select

from practicum.records.base import Store, value_of
from practicum.records.tables import ANCHORS
from practicum.records.values import Moment, NoId, Words
from practicum.rubrics.rubric import Level
from practicum.values import Id, Value

__all__ = ["Anchor", "Anchors"]


class Anchor(Value):
    """A submission with the level agreed on for each criterion, and why it is that level."""

    student: Id
    levels: Annotated[dict[Id, Level], Field(min_length=1)]
    words: dict[Id, Words] = Field(default_factory=dict)
    by: Id | NoId = ""
    at: Moment


class Anchors(Store):
    """The anchors of each brief; what was agreed before is kept."""

    def set_anchors(
        self,
        brief: str,
        anchors: Iterable[tuple[str, Mapping[str, int], Mapping[str, str]]],
        by: str,
    ) -> int:
        """Make these (student, levels, words) the only anchors; return how many are new or other.

        A submission that is not among them is an anchor no longer.
        """
        at = self._clock()
        wanted = {
            student: Anchor(student=student, levels=dict(levels), words=dict(words), by=by, at=at)
            for student, levels, words in anchors
        }
        held = {anchor.student: anchor for anchor in self.anchors(brief)}
        with self._writing() as connection:
            changed = [new for new in wanted.values() if not _same(held.get(new.student), new)]
            for anchor in changed:
                connection.execute(insert(ANCHORS), anchor.model_dump() | {"brief": brief})
                said = ", ".join(f"{name} {level}" for name, level in sorted(anchor.levels.items()))
                self._note(
                    connection, "anchor", brief=brief, student=anchor.student, by=by, detail=said
                )
            for student in held.keys() - wanted.keys():
                gone = {"student": student, "levels": {}, "words": {}, "by": by, "at": at}
                connection.execute(insert(ANCHORS), gone | {"brief": brief})
                self._note(
                    connection, "anchor", brief=brief, student=student, by=by, detail="no longer"
                )
        return len(changed)

    def anchors(self, brief: str) -> tuple[Anchor, ...]:
        """Return the anchors of a brief, by student."""
        newest = (
            select(func.max(ANCHORS.c.id))
            .where(ANCHORS.c.brief == brief)
            .group_by(ANCHORS.c.student)
        )
        query = select(ANCHORS).where(ANCHORS.c.id.in_(newest)).order_by(ANCHORS.c.student)
        with self._reading() as connection:
            rows = connection.execute(query)
            return tuple(value_of(Anchor, row) for row in rows if row.levels)


def _same(one: Anchor | None, other: Anchor) -> bool:
    return one is not None and (one.levels, one.words) == (other.levels, other.words)
