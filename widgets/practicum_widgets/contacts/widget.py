"""People whom a student met through the work, a reflection, and a rating of the supervision.

The rating is nobody's business before feedback is released, and others open the notebooks in
which this widget is shown. So the twin never shows it, and the page gets it when it asks only.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from practicum.errors import BadInput
from practicum.internship import Contact, Internship, WidgetName
from practicum_widgets.contacts.rating import clear_rating, rate, shown
from practicum_widgets.feedback.pages import newest_page
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
    """People met and follow-up; a guided reflection; how the supervision was."""

    widget: ClassVar[WidgetName] = "contacts"
    actions: ClassVar = entry_actions("contacts", Contact, FIELDS) | {
        "reflect": reflect,
        "rate": rate,
        "clear_rating": clear_rating,
    }
    _rating_is_open = False

    def do(self, action: str, asked: Asked) -> Internship:
        """Make a change; or open and close the rating, which changes nothing.

        Raises:
            BadInput: Feedback has come, after which nobody's rating counts any more.
            PracticumError: It could not be saved.

        """
        if action in ("open_rating", "close_rating"):
            self._rating_is_open = action == "open_rating"
            return self.refresh()
        if action in ("rate", "clear_rating") and self._is_released():
            raise BadInput("your feedback is out: the rating cannot be changed any more")
        return super().do(action, asked)

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return the people, the answers by question, and the rating while it is open.

        Grading runs the notebook too, and keeps what is shown: there nobody opens the rating.
        """
        return {
            "rating": shown(internship) if self._rating_is_open else None,
            "released": self._is_released(),
            "contacts": [entry.model_dump(mode="json") for entry in internship.contacts],
            "reflection": [[prompt, internship.reflection.get(prompt, "")] for prompt in PROMPTS],
        }

    def twin(self, internship: Internship) -> Node:
        """Return the people and the answers; the rating is kept apart."""
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

    def _is_released(self) -> bool:
        return newest_page(self.desk) is not None
