"""The board of milestones, the clock, the log of hours, and what is left of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from practicum.errors import BadInput
from practicum.internship import Internship, WidgetName
from practicum_widgets.desk import Desk
from practicum_widgets.milestones import changes
from practicum_widgets.milestones.burn_down import (
    LONGEST,
    Point,
    burn_down,
    plan_of,
    rows,
    warnings,
)
from practicum_widgets.milestones.mirror import Mirror
from practicum_widgets.milestones.twin import board_as_html
from practicum_widgets.surface import Asked, Node, Surface

__all__ = ["Milestones"]


class Milestones(Surface):
    """Milestones with planned and logged hours."""

    widget: ClassVar[WidgetName] = "milestones"
    actions: ClassVar = {
        "move": changes.move,
        **changes.LOG,
        "start": changes.start,
        "stop": changes.stop,
    }

    def __init__(self, desk: Desk | str | Path | None = None) -> None:
        """Show the board; a course's service, where there is one, is told of the hours."""
        super().__init__(desk)
        self._mirror: Mirror | None = None
        if self.desk.terms.service:
            self._mirror = Mirror.at(self.desk.terms.service, self.desk.brief.id)
            kept = self.desk.sidecar.read()
            if kept.time or kept.milestones:
                self._mirror.show(kept)

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return board, log, clock, picture and warnings."""
        brief, due, now = self.desk.brief, self.desk.terms.due, self.now()
        board = rows(brief, internship, due, now)
        points = burn_down(brief, internship, due)
        return {
            "rows": [
                asdict(row) | {"due": row.due.isoformat() if row.due else ""} for row in board
            ],
            "time": [entry.model_dump(mode="json") for entry in internship.time],
            "timer": internship.timer.model_dump(mode="json") if internship.timer else None,
            "longest": LONGEST,
            "hours": brief.hours,
            "logged": round(internship.minutes / 60, 2),
            "planned_otherwise": self.planned_otherwise(sum(row.planned for row in board)),
            "points": [asdict(point) | {"at": point.at.isoformat()} for point in points],
            "span": [at.isoformat() for at in plan_of(brief, internship, due) or ()],
            "picture": self.picture(points),
            "warnings": [list(warning) for warning in warnings(brief, internship, due, now)],
        }

    def do(self, action: str, asked: Asked) -> Internship:
        """Make a change of the student's file (see :class:`Surface`); milestones are the brief's.

        Raises:
            BadInput: The brief has no such milestone.

        """
        name = asked.get("milestone")
        if name and name not in {milestone.id for milestone in self.desk.brief.milestones}:
            message = f"the brief has no milestone {str(name)[:64]!r}"
            raise BadInput(message)
        internship = super().do(action, asked)
        if self._mirror is not None:
            self._mirror.show(internship)
        return internship

    def look(self) -> None:
        """Show what has changed: the file, or what the time has made late or forgotten."""
        self.refresh()

    def planned_otherwise(self, planned: float) -> str:
        """Say that a student plans more hours or fewer than the brief has; nothing if not."""
        hours = self.desk.brief.hours
        if round(planned, 2) == round(hours, 2):
            return ""
        said = str(self.words["planned_otherwise"])
        return said.format(planned=f"{planned:g}", hours=f"{hours:g}")

    def picture(self, points: Sequence[Point]) -> str:
        """Say in a sentence what the picture shows."""
        if not points:
            return ""
        last = points[-1]
        said = str(self.words["picture_over" if last.left < 0 else "picture_text"])
        return said.format(
            hours=f"{self.desk.brief.hours:g}",
            left=f"{abs(last.left):g}",
            plan=f"{last.plan:g}",
        )

    def twin(self, internship: Internship) -> Node:
        """Return the same as tables."""
        return board_as_html(self.words, self.seen(internship), self.desk.terms.timezone)
