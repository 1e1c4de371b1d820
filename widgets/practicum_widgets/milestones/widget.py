"""The board of milestones, the clock, the log of hours, and what is left of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from practicum.internship import Internship, WidgetName
from practicum_widgets.milestones import changes
from practicum_widgets.milestones.burn_down import burn_down, rows, warnings
from practicum_widgets.surface import Node, Surface, h

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

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return board, log, clock, picture and warnings."""
        brief, due, now = self.desk.brief, self.desk.terms.due, self.now()
        return {
            "rows": [
                asdict(row) | {"due": row.due.isoformat() if row.due else ""}
                for row in rows(brief, internship, due, now)
            ],
            "time": [entry.model_dump(mode="json") for entry in internship.time],
            "timer": internship.timer.model_dump(mode="json") if internship.timer else None,
            "hours": brief.hours,
            "logged": round(internship.minutes / 60, 2),
            "points": [
                {"at": point.at.isoformat(), "left": point.left, "plan": point.plan}
                for point in burn_down(brief, internship, due)
            ],
            "warnings": [list(warning) for warning in warnings(brief, internship, due, now)],
        }

    def twin(self, internship: Internship) -> Node:
        """Return the board and the sums as tables."""
        words, view = self.words, self.seen(internship)
        heads = h(
            "tr", *[h("th", words[name]) for name in ("milestone", "state", "planned", "logged")]
        )
        board = [
            h(
                "tr",
                h("td", row["title"]),
                h("td", words[f"state_{row['state']}"]),
                h("td", f"{row['planned']:g}"),
                h("td", f"{row['logged']:g}"),
            )
            for row in view["rows"]
        ]
        whole = words["whole"].format(logged=f"{view['logged']:g}", hours=f"{view['hours']:g}")
        log = [
            h("li", f"{entry.begin:%Y-%m-%d %H:%M}: {entry.minutes} min. {entry.note}".rstrip())
            for entry in internship.time
        ]
        return h(
            "section",
            h("h3", words["title"]),
            h("table", heads, *board),
            h("p", whole),
            *[h("p", words[key].format(what=what)) for key, what in view["warnings"]],
            h("ul", *log) if log else None,
        )
