"""One's own work by the employer's rubric, and after release what others said beside it."""

from __future__ import annotations

from typing import Any, ClassVar

from practicum.errors import BadInput
from practicum.internship import Internship, SelfLevel, WidgetName
from practicum_widgets.feedback.pages import released_to
from practicum_widgets.surface import Asked, Node, Surface, h

__all__ = ["SelfAssessment", "judge"]


def judge(internship: Internship, asked: Asked) -> Internship:
    """Set the level of a criterion, or its evidence, or both; the level comes first."""
    name = asked["criterion"]
    known = {entry.criterion: entry for entry in internship.self_assessment}
    before = known[name].model_dump() if name in known else {"criterion": name}
    given = {key: asked[key] for key in ("level", "evidence") if key in asked}
    if "level" not in before | given:
        raise BadInput("choose a level first: the words say why it is that one")
    known[name] = SelfLevel.model_validate(before | given)
    return internship.model_copy(update={"self_assessment": tuple(known.values())})


class SelfAssessment(Surface):
    """The rubric by criterion and level, with evidence; after release side by side."""

    widget: ClassVar[WidgetName] = "self_assessment"
    actions: ClassVar = {"judge": judge}

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return each criterion with the own level and, after release, that of others."""
        own = {entry.criterion: entry for entry in internship.self_assessment}
        released, _, _ = released_to(self.desk)
        theirs = {entry.id: entry for entry in released.criteria} if released else {}
        rubric = self.desk.rubric
        return {
            "released": released is not None,
            "criteria": [
                {
                    "id": criterion.id,
                    "title": criterion.title,
                    "question": criterion.question,
                    "levels": [[level, said] for level, said in sorted(criterion.levels.items())],
                    "level": own[criterion.id].level if criterion.id in own else None,
                    "evidence": own[criterion.id].evidence if criterion.id in own else "",
                    "rater": criterion.rater,
                    "theirs": theirs[criterion.id].level if criterion.id in theirs else None,
                    "said": list(theirs[criterion.id].words) if criterion.id in theirs else [],
                    "decision": theirs[criterion.id].decision if criterion.id in theirs else "",
                }
                for criterion in (rubric.criteria if rubric else ())
            ],
        }

    def do(self, action: str, asked: Asked) -> Internship:
        """Make a change; only the rubric's criteria can be judged.

        Raises:
            BadInput: There is no such criterion.
            PracticumError: It could not be saved.

        """
        known = (
            {criterion.id for criterion in self.desk.rubric.criteria} if self.desk.rubric else {}
        )
        if action == "judge" and asked.get("criterion") not in known:
            message = f"the rubric has no criterion {asked.get('criterion')!r}"
            raise BadInput(message)
        return super().do(action, asked)

    def look(self) -> None:
        """Show what another window has written, and feedback that has come in."""
        self.refresh()

    def twin(self, internship: Internship) -> Node:
        """Return a table: criterion, own level, evidence, and the others' level after release."""
        words, view = self.words, self.seen(internship)
        names = ("criterion", "own", "evidence", *(("theirs",) if view["released"] else ()))
        rows = [
            h(
                "tr",
                h("td", entry["title"]),
                h("td", _level(entry["level"])),
                h("td", entry["evidence"]),
                h("td", _level(entry["theirs"])) if view["released"] else None,
            )
            for entry in view["criteria"]
        ]
        heads = h("tr", *[h("th", words[name]) for name in names])
        return h("section", h("h3", words["title"]), h("table", heads, *rows))


def _level(level: float | None) -> str:
    return "–" if level is None else f"{level:g}"
