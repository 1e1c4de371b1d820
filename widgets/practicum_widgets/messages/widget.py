"""The thread with the supervisor, in the student's file and by the course's service."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, ClassVar, Final

from practicum.errors import PracticumError, ServiceFailed
from practicum.internship import Internship, Message, WidgetName
from practicum_widgets.desk import Desk
from practicum_widgets.messages import changes
from practicum_widgets.messages.service import HttpService, MessageService
from practicum_widgets.surface import Asked, Node, Surface, h

__all__ = ["Messages"]

EVERY: Final = 30.0
"""Seconds between two looks at the service."""
BRISK: Final = 2.0
"""Seconds after which an exchange sends no further message."""


class Messages(Surface):
    """Questions to the supervisor, and answers.

    Without a service they stay in the file and leave with the submission. With one they are sent
    at once; what could not be sent is kept, and tried again.
    """

    widget: ClassVar[WidgetName] = "messages"
    actions: ClassVar = {"ask": changes.ask, "remove": changes.remove}

    def __init__(
        self, desk: Desk | str | Path | None = None, service: MessageService | None = None
    ) -> None:
        """Show the thread; ``service`` stands in for the course's own."""
        self._service, self._trouble, self._looked = service, "", 0.0
        super().__init__(desk)
        if self._service is None and self.desk.terms.service:
            self._service = HttpService(self.desk.terms.service, self.desk.brief.id)
            self.refresh()

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return the thread, by questions with their answers, and whether there is a service."""
        return {
            "threads": [
                [message.model_dump(mode="json") for message in thread]
                for thread in threads(internship.messages)
            ],
            "service": self._service is not None,
            "trouble": self._trouble,
            "supervisor": self.desk.brief.people.supervisor.name,
            "contact": self.desk.brief.support.contact,
            "days": self.desk.brief.support.response_days,
        }

    def twin(self, internship: Internship) -> Node:
        """Return the thread as a list."""
        words = self.words
        items = [
            h(
                "li",
                h("strong", message.name or words[f"author_{message.author}"]),
                f", {message.at:%Y-%m-%d %H:%M}: {message.text}",
            )
            for thread in threads(internship.messages)
            for message in thread
        ]
        shown = h("ul", *items) if items else h("p", words["empty"])
        return h("section", h("h3", words["title"]), shown)

    def do(self, action: str, asked: Asked) -> Internship:
        """Make a change; a question goes to the service, and so does what was left.

        Raises:
            PracticumError: It could not be saved. That it could not be sent is no error.

        """
        if action in ("exchange", "ask"):
            internship = self.refresh() if action == "exchange" else super().do(action, asked)
            return self.exchange() or internship
        return super().do(action, asked)

    def look(self) -> None:
        """Show what another window has written, and now and then what others have answered."""
        super().look()
        if self._service is not None and time.monotonic() - self._looked > EVERY:
            self.exchange()

    def exchange(self) -> Internship | None:
        """Send what is unsent, and fetch what is new; trouble is shown, and nothing is lost.

        Returns:
            The new state, or None where there is no service.

        """
        if self._service is None:
            return None
        self._looked = time.monotonic()
        before, taken = self.desk.sidecar.read(), []
        answers: tuple[Message, ...] = ()
        self._trouble = ""
        try:
            for message in before.messages:
                if time.monotonic() - self._looked > BRISK:
                    break  # the notebook waits: the others go next time
                if message.author == "student" and not message.sent:
                    self._service.send(message)
                    taken.append(message.id)
            others = [message.at for message in before.messages if message.author != "student"]
            answers = self._service.fetch(max(others, default=None))
        except ServiceFailed as error:
            self._trouble = str(error)
        try:
            self.desk.sidecar.change(lambda kept: changes.merge(changes.sent(kept, taken), answers))
        except PracticumError as error:
            self._trouble = str(error)
        return self.refresh()


def threads(messages: tuple[Message, ...]) -> list[list[Message]]:
    """Sort messages into threads: each question, and what answers it, in order of time."""
    by_key = {message.id: message for message in messages}
    found: dict[str, list[Message]] = {}
    for message in sorted(messages, key=lambda message: message.at):
        top, seen = message, {message.id}
        while top.answers in by_key and top.answers not in seen:
            top = by_key[top.answers]
            seen.add(top.id)
        found.setdefault(top.id, []).append(message)
    return list(found.values())
