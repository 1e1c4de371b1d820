"""People whom a student met through the work, and a reflection by questions."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from practicum.errors import BadInput
from practicum.internship import Contact, Internship, WidgetName
from practicum_widgets.surface import Asked, Node, Surface, entry_actions, h

__all__ = ["PROMPTS", "Contacts"]

PROMPTS: Final = ("went-well", "was-hard", "next-time", "employer", "goals")
"""The questions of the reflection; their texts stand in words.json."""
FIELDS: Final = ("name", "role", "met", "follow_up", "done")


def reflect(internship: Internship, asked: Asked) -> Internship:
    """Write the answer to one question; an empty one is taken away."""
    if asked["prompt"] not in PROMPTS:
        message = f"there is no question {asked['prompt']!r}"
        raise BadInput(message)
    answers = dict(internship.reflection) | {asked["prompt"]: str(asked["text"])}
    kept = {prompt: text for prompt, text in answers.items() if text.strip()}
    return internship.model_copy(update={"reflection": kept})


class Contacts(Surface):
    """People met and follow-up; a guided reflection."""

    widget: ClassVar[WidgetName] = "contacts"
    actions: ClassVar = entry_actions("contacts", Contact, FIELDS) | {"reflect": reflect}

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return the people, and the answers by question."""
        return {
            "contacts": [entry.model_dump(mode="json") for entry in internship.contacts],
            "reflection": [[prompt, internship.reflection.get(prompt, "")] for prompt in PROMPTS],
        }

    def twin(self, internship: Internship) -> Node:
        """Return the people and the answers."""
        words = self.words
        people = [
            h("li", ", ".join(filter(None, (entry.name, entry.role, entry.follow_up))))
            for entry in internship.contacts
        ]
        answers = [
            part
            for prompt in PROMPTS
            if (text := internship.reflection.get(prompt))
            for part in (h("h4", words[f"prompt_{prompt}"]), h("p", text))
        ]
        return h(
            "section",
            h("h3", words["title"]),
            h("ul", *people) if people else h("p", words["empty"]),
            *answers,
        )
