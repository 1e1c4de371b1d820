"""What a student wants to learn, how that will be seen, and what came of it."""

from __future__ import annotations

from typing import Any, ClassVar

from practicum.internship import Internship, Objective, WidgetName
from practicum_widgets.surface import Node, Surface, entry_actions, h

__all__ = ["Objectives"]

FIELDS = ("text", "measure", "skill", "criterion", "due", "reached", "looked_back")


class Objectives(Surface):
    """Learning goals, linked to the skills of the brief and the criteria of its rubric."""

    widget: ClassVar[WidgetName] = "objectives"
    actions: ClassVar = entry_actions("objectives", Objective, FIELDS)

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return the goals, and what they can be linked to."""
        rubric = self.desk.rubric
        return {
            "goals": [goal.model_dump(mode="json") for goal in internship.objectives],
            "skills": list(self.desk.skills),
            "criteria": [[c.id, c.title] for c in rubric.criteria] if rubric else [],
            "done": bool(internship.hand_ins),
        }

    def twin(self, internship: Internship) -> Node:
        """Return the goals as a list."""
        items = [
            h(
                "li",
                h("strong", goal.text),
                h("br"),
                f"{self.words['measure']}: {goal.measure or '–'}",
                h("br"),
                f"{self.words['reached']}: {self.words['reached_' + goal.reached]}",
                h("p", goal.looked_back) if goal.looked_back else None,
            )
            for goal in internship.objectives
        ]
        shown = h("ul", *items) if items else h("p", self.words["empty"])
        return h("section", h("h3", self.words["title"]), shown)
