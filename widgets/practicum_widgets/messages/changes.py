"""What may change in the thread of messages: each change is of one message, and pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from practicum.errors import BadInput
from practicum.internship import Internship, Message
from practicum_widgets.surface import Asked

__all__ = ["ask", "merge", "remove", "sent"]


def ask(internship: Internship, asked: Asked) -> Internship:
    """Add a message of the student's; ``id`` is the page's: asked twice, it is said once."""
    if any(message.id == asked["id"] for message in internship.messages):
        return internship
    given = {"id": asked["id"], "text": asked["text"], "answers": asked.get("answers") or None}
    message = Message.model_validate(given | {"at": datetime.now(UTC)})
    return internship.model_copy(update={"messages": (*internship.messages, message)})


def remove(internship: Internship, asked: Asked) -> Internship:
    """Take back a message that nobody has got yet."""
    if any(m.id == asked["id"] and (m.sent or m.author != "student") for m in internship.messages):
        raise BadInput("this message was sent: it cannot be taken back")
    kept = tuple(message for message in internship.messages if message.id != asked["id"])
    return internship.model_copy(update={"messages": kept})


def sent(internship: Internship, keys: Iterable[str]) -> Internship:
    """Note which messages the service has taken."""
    taken = set(keys)
    messages = tuple(
        message.model_copy(update={"sent": True}) if message.id in taken else message
        for message in internship.messages
    )
    return internship.model_copy(update={"messages": messages})


def merge(internship: Internship, answers: Iterable[Message]) -> Internship:
    """Take in what others wrote; what is there already stays as it is."""
    known = {message.id for message in internship.messages}
    new: dict[str, Message] = {m.id: m for m in answers if m.id not in known}
    return internship.model_copy(update={"messages": (*internship.messages, *new.values())})
