"""A student's questions that were answered: what goes back with the feedback, and who answered.

What still waits for an answer is not on the page: a question that is asked after the release must
not make the page outdated, which the student would then cause.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from practicum.people import Roster
from practicum.records import Said

__all__ = ["Spoken", "Thread", "answered", "spoken"]

Thread = tuple[Said, ...]
"""A question with what answers it, and what was asked and answered further, in order of time."""


@dataclass(frozen=True)
class Spoken:
    """One message as the page shows it: who wrote it, in words, when, and what."""

    who: str
    at: datetime
    text: str


def answered(messages: Iterable[Said]) -> tuple[Thread, ...]:
    """Return one student's threads that hold an answer, each one up to its last answer."""
    found = list(messages)
    by_key = {said.key: said for said in found}
    threads: dict[str, list[Said]] = {}
    for said in sorted(found, key=lambda said: said.at):
        threads.setdefault(_first(said, by_key), []).append(said)
    whole = [_to_last_answer(_questions_first(thread, key)) for key, thread in threads.items()]
    return tuple(thread for thread in whole if thread)


def spoken(said: Said, roster: Roster) -> Spoken:
    """Return a message with its author in words: the roster's name and role, where it has them."""
    return Spoken(who=_who(said, roster), at=said.at, text=said.text)


def _first(said: Said, by_key: dict[str, Said]) -> str:
    """Return the key of the message that began a thread; students can write circles."""
    seen = {said.key}
    while said.answers in by_key and said.answers not in seen:
        said = by_key[said.answers]
        seen.add(said.key)
    # All of a circle begin with the same one.
    return min(seen) if said.answers in seen else said.key


def _questions_first(thread: list[Said], key: str) -> list[Said]:
    """Put what began the thread at its top, also where the student's clock was ahead."""
    return sorted(thread, key=lambda said: said.key != key)


def _to_last_answer(thread: list[Said]) -> Thread:
    answers = [place for place, said in enumerate(thread) if said.author != "student"]
    return tuple(thread[: answers[-1] + 1]) if answers else ()


def _who(said: Said, roster: Roster) -> str:
    if said.author == "student":
        return "You"
    if said.author == "supervisor":
        reviewer = next((person for person in roster.reviewers if person.id == said.by), None)
        return f"{reviewer.name} (supervisor, {reviewer.employer})" if reviewer else "The employer"
    person = next((person for person in roster.instructors if person.id == said.by), None)
    return f"{person.name} (instructor)" if person else "Your instructor"
