"""Whose a name or a number in an export is.

Moodle writes a full name and a number into the name of each folder. The number belongs to one
student in ONE assignment, so by itself it says nothing about the roster: the name decides, or
the line of the grading worksheet that has the number (column ``Identifier``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from practicum.collect.names import shown
from practicum.people import Roster, Student

__all__ = ["People", "plain_name"]

APOSTROPHES = "'\u2019\u2018`\u00b4"
ACCENTS = range(0x300, 0x370)
KEPT = {"L", "M", "N"}


@lru_cache(maxsize=10_000)
def plain_name(name: str) -> str:
    """Return a full name without case, accents, punctuation and the order of its words."""
    letters = []
    for letter in unicodedata.normalize("NFKD", name.casefold()):
        if ord(letter) in ACCENTS or letter in APOSTROPHES:
            continue
        letters.append(letter if unicodedata.category(letter)[0] in KEPT else " ")
    return " ".join(sorted("".join(letters).split()))


@dataclass(frozen=True)
class People:
    """The roster, and what the receipts file says whose each number of an export is."""

    roster: Roster
    numbers: Mapping[str, str] = field(default_factory=dict)

    def called(self, name: str) -> tuple[Student, ...]:
        """Return all students with that full name."""
        plain = plain_name(name)
        return tuple(s for s in self.roster.students if plain and plain_name(s.name) == plain)

    def of_folder(self, name: str, number: str) -> tuple[str, str]:
        """Return whose a folder of Moodle is, and why nobody's (one of the two is empty).

        A number that happens to be a student's ``lms_id`` only decides between students of
        the same name, and never gives a folder to somebody who is called otherwise.
        """
        called = self.called(name)
        said = self.numbers.get(number.casefold(), "")
        if said:
            if not called or any(student.id == said for student in called):
                return said, ""
            others = ", ".join(student.id for student in called)
            return "", f"the receipts say {said}, but the name is that of {others}: correct one"
        if len(called) > 1:
            called = tuple(s for s in called if s.lms_id == number) or called
        if len(called) == 1:
            return called[0].id, ""
        ways = (
            f"put the number {number} beside the student in --receipts (column participant), "
            "or tell --pattern"
        )
        if called:
            ids = ", ".join(student.id for student in called)
            return "", f"{len(called)} students are called {shown(name)!r} ({ids}): {ways}"
        return "", f"nobody in the roster is called {shown(name)!r}: correct the name, {ways}"
