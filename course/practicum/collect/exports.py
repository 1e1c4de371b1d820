"""Whose is what in a folder or zip that an LMS exported.

A file belongs to a student by the first part of its path: the student's id, the LMS's id, or
a name in the form of Moodle (by the full name in it, see people.py) or of Canvas (where the
first number is the student's ``lms_id``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from practicum.collect.names import MAX_NAME, hidden, shown
from practicum.collect.people import People
from practicum.collect.pieces import Piece
from practicum.errors import BadInput
from practicum.people import Roster

__all__ = ["Group", "compiled", "grouped"]

MOODLE = re.compile(
    r"^(?P<name>.+)_(?P<number>[A-Za-z0-9.@-]+)_assignsubmission_(file|onlinetext)_?(?P<file>.*)$"
)
CANVAS = re.compile(r"^[^_]+(_LATE)?_(?P<lms_id>\d+)_\d+_(?P<file>.+)$")
ENDINGS = re.compile(r"\.(ipynb|zip)$", re.IGNORECASE)


@dataclass(frozen=True)
class Group:
    """The files of one submission: whose they are, or why nobody's.

    ``label`` is the name under which it came.
    """

    label: str
    student: str
    pieces: tuple[Piece, ...]
    refusal: str = ""


@dataclass(frozen=True)
class Owner:
    """Whose a path is (or why nobody's), and its path inside the submission."""

    student: str
    path: str
    refusal: str = ""


def compiled(pattern: str) -> re.Pattern[str]:
    """Return ``pattern`` as an expression with a group ``student``, ``lms_id`` or ``name``.

    Raises:
        BadInput: It is no regular expression, or has no such group.

    """
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise BadInput(f"--pattern {pattern!r} is no regular expression ({error})") from None
    if not {"student", "lms_id", "name"} & set(expression.groupindex):
        message = (
            "--pattern needs a group named student, lms_id or name, such as (?P<student>[a-z]+)"
        )
        raise BadInput(message)
    return expression


def grouped(
    pieces: Sequence[Piece], people: People, pattern: re.Pattern[str] | None = None
) -> tuple[Group, ...]:
    """Sort the files of an export by student; what belongs to nobody is in groups of its own."""
    visible = [p for p in pieces if not hidden(p.first)]
    if pattern is None:
        visible = _inside(visible, people)
    namesakes = {} if pattern else _namesakes(visible, people)
    mine: dict[str, list[Piece]] = {}
    labels: dict[str, str] = {}
    others: dict[str, str] = {}
    for p in visible:
        owner = _by_pattern(p, people, pattern) if pattern else _owner(p, people)
        if p.first in namesakes:
            owner = Owner("", "", namesakes[p.first])
        if owner.student:
            mine.setdefault(owner.student, []).append(p.named(owner.path))
            labels.setdefault(owner.student, p.path if "/" not in p.path else p.first)
        else:
            label = p.path if p.first in {"", ".", ".."} else p.first
            others.setdefault(label, p.refusal or owner.refusal)
    return (
        *(Group(shown(labels[who]), who, tuple(found)) for who, found in sorted(mine.items())),
        *(Group(shown(name), "", (), refusal) for name, refusal in sorted(others.items())),
    )


def _namesakes(pieces: Sequence[Piece], people: People) -> dict[str, str]:
    """Return the folders of Moodle that several people of one name have, and the refusal."""
    numbers: dict[str, set[str]] = {}
    folders: dict[str, str] = {}
    for p in pieces:
        match = MOODLE.match(p.first)
        student = people.of_folder(match["name"], match["number"])[0] if match else ""
        if match and student:
            numbers.setdefault(student, set()).add(match["number"])
            folders[p.first] = student
    return {
        folder: f"{len(numbers[student])} people of this name handed in (the numbers "
        f"{', '.join(sorted(numbers[student]))}): add the others to the roster, and put each "
        "number beside its student in --receipts (column participant)"
        for folder, student in folders.items()
        if len(numbers[student]) > 1
    }


def _inside(pieces: list[Piece], people: People) -> list[Piece]:
    """Step into the one folder that many exports wrap around everything."""
    firsts = {p.first for p in pieces}
    if len(firsts) != 1 or any("/" not in p.path for p in pieces):
        return pieces
    if any(_owner(p, people).student for p in pieces):
        return pieces
    wrapped = [p.below(p.first) for p in pieces]
    known = any(_owner(p, people).student for p in wrapped if not hidden(p.first))
    return [p for p in wrapped if not hidden(p.first)] if known else pieces


def _owner(found: Piece, people: People) -> Owner:
    roster = people.roster
    first, _, rest = found.path.partition("/")
    if len(first) > MAX_NAME:
        return Owner("", "", f"a name of more than {MAX_NAME} bytes")
    by_form = _by_form(first, rest, people)
    if by_form is not None:
        return by_form
    stem = first if rest else ENDINGS.sub("", first)
    student = _student(stem, roster)
    if student:
        return Owner(student, rest or first)
    if not rest:
        student = _longest_prefix(stem, roster)
        if student:
            return Owner(student, first)
    return Owner("", "", _unknown(stem, roster))


def _by_form(first: str, rest: str, people: People) -> Owner | None:
    """Read a name in the form of Moodle or Canvas; None when it is in neither."""
    match = MOODLE.match(first)
    if match is not None:
        who, refusal = people.of_folder(match["name"], match["number"])
        return Owner(who, (rest or match["file"] or first) if who else "", refusal)
    match = CANVAS.match(first) if not rest else None
    if match is None:
        return None
    student = people.roster.student_of_lms(match["lms_id"])
    if student is None:
        reason = f"no student has the lms_id {match['lms_id']!r}: add it to the roster"
        return Owner("", "", reason)
    return Owner(student.id, match["file"])


def _by_pattern(found: Piece, people: People, pattern: re.Pattern[str]) -> Owner:
    roster = people.roster
    match = pattern.search(found.path)
    if match is None:
        return Owner("", "", "its name does not match --pattern")
    groups: Mapping[str, str | None] = match.groupdict()
    lms_id = groups.get("lms_id") or ""
    name = groups.get("student") or lms_id
    student = roster.student_of_lms(lms_id)
    who = student.id if student else _student(name, roster)
    called = people.called(groups.get("name") or "")
    if not who and not name and len(called) == 1:
        who = called[0].id
    if not who:
        return Owner("", "", _unknown(name or groups.get("name") or "", roster))
    rest = found.path[match.end() :].lstrip("/_- ")
    inside = rest if "." in rest.strip(".") else found.path.rpartition("/")[2]
    return Owner(who, inside)


def _student(name: str, roster: Roster) -> str:
    """Return the id of the student with that id or lms_id, or an empty text."""
    for student in roster.students:
        if name.casefold() == student.id:
            return student.id
    known = roster.student_of_lms(name)
    return known.id if known else ""


def _longest_prefix(stem: str, roster: Roster) -> str:
    plain = stem.casefold()
    fitting = (s.id for s in roster.students if plain.startswith(s.id + "_"))
    return max(fitting, key=len, default="")


def _unknown(name: str, roster: Roster) -> str:
    known: Iterable[str] = [student.id for student in roster.students]
    near = difflib.get_close_matches(name.casefold(), list(known), n=1)
    hint = f"did you mean {near[0]!r}?" if near else "add the student, or tell --pattern"
    return f"no student {shown(name)!r} in the roster: {hint}"
