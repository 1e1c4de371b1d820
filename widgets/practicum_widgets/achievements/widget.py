"""What a student is proud of; it feeds the portfolio."""

from __future__ import annotations

from typing import Any, ClassVar

from practicum.internship import Achievement, Internship, WidgetName
from practicum_widgets.achievements.evidence import checked, files_in
from practicum_widgets.surface import Asked, Node, Surface, entry_actions, h

__all__ = ["Achievements"]

FIELDS = ("text", "kind", "evidence", "skill")


class Achievements(Surface):
    """What I did, evidence, the skill shown."""

    widget: ClassVar[WidgetName] = "achievements"
    actions: ClassVar = entry_actions("achievements", Achievement, FIELDS, stamped=True)

    def do(self, action: str, asked: Asked) -> Internship:
        """Make a change; evidence is looked for first.

        Raises:
            BadInput: The evidence cannot be found.
            PracticumError: It could not be saved.

        """
        if action in ("add", "edit") and {"kind", "evidence"} & asked.keys():
            entries = {entry.id: entry for entry in self.desk.sidecar.read().achievements}
            before = entries.get(str(asked.get("id"))) if action == "edit" else None
            kind = str(asked.get("kind", before.kind if before else "cell"))
            evidence = str(asked.get("evidence", before.evidence if before else ""))
            asked = {**asked, "kind": kind, "evidence": checked(self.desk.folder, kind, evidence)}
        return super().do(action, asked)

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return the log, the brief's skills, and the files that can be evidence."""
        return {
            "entries": [entry.model_dump(mode="json") for entry in internship.achievements],
            "skills": list(self.desk.skills),
            "files": list(files_in(self.desk.folder)),
        }

    def twin(self, internship: Internship) -> Node:
        """Return the log by skill."""
        words = self.words
        skills: dict[str, list[Achievement]] = {}
        for entry in internship.achievements:
            skills.setdefault(entry.skill or words["no_skill"], []).append(entry)
        parts = [
            part
            for skill, entries in skills.items()
            for part in (
                h("h4", skill),
                h(
                    "ul",
                    *[h("li", _sentence(entry, words[f"kind_{entry.kind}"])) for entry in entries],
                ),
            )
        ]
        return h("section", h("h3", words["title"]), *(parts or [h("p", words["empty"])]))


def _sentence(entry: Achievement, kind: str) -> str:
    return f"{entry.text} ({kind}: {entry.evidence})" if entry.evidence else entry.text
