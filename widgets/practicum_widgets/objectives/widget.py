"""What a student wants to learn, how that will be seen, and what came of it."""

from __future__ import annotations

from typing import Any, ClassVar

from practicum.internship import Internship, Objective, WidgetName
from practicum_widgets.surface import Node, Surface, h
from practicum_widgets.surface.surface import Asked

__all__ = ["Objectives"]

FIELDS = ("text", "measure", "skill", "criterion", "due", "reached", "looked_back")


def add(internship: Internship, asked: Asked) -> Internship:
    """Add a goal at the end of the list; ``id`` is the page's, so that twice asked is once done."""
    if any(goal.id == asked["id"] for goal in internship.objectives):
        return internship
    goal = Objective.model_validate({"id": asked["id"]} | _given(asked))
    return internship.model_copy(update={"objectives": (*internship.objectives, goal)})


def edit(internship: Internship, asked: Asked) -> Internship:
    """Change what is given of a goal; a goal that is gone stays gone."""
    goals = tuple(
        Objective.model_validate(goal.model_dump() | _given(asked))
        if goal.id == asked["id"]
        else goal
        for goal in internship.objectives
    )
    return internship.model_copy(update={"objectives": goals})


def remove(internship: Internship, asked: Asked) -> Internship:
    """Take a goal off the list."""
    goals = tuple(goal for goal in internship.objectives if goal.id != asked["id"])
    return internship.model_copy(update={"objectives": goals})


def _given(asked: Asked) -> dict[str, Any]:
    """Return the fields of a goal that were given; an empty choice is none."""
    given = {name: asked[name] for name in FIELDS if name in asked}
    return given | {name: None for name in ("criterion", "due") if given.get(name) == ""}


class Objectives(Surface):
    """Learning goals, linked to the skills of the brief and the criteria of its rubric."""

    widget: ClassVar[WidgetName] = "objectives"
    actions: ClassVar = {"add": add, "edit": edit, "remove": remove}

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
