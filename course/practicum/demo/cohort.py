"""The people of the demo: 32 students, eight on each of four briefs, and their reviewers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from practicum.demo.mistakes import KINDS, Quality

if TYPE_CHECKING:
    from practicum.briefs import Brief

__all__ = ["Member", "cohort", "placements_yml", "roster_yml"]

NAMES = (
    "Aaliyah Brooks", "Bence Nagy", "Chiara Bianchi", "Dmitri Volkov", "Elif Yilmaz",
    "Femi Adeyemi", "Greta Lindqvist", "Haruto Tanaka", "Imani Mwangi", "Jonas Weber",
    "Kavya Iyer", "Liam Murphy", "Mei Chen", "Nadia Haddad", "Oscar Silva", "Priya Nair",
    "Quentin Moreau", "Rosa Jimenez", "Sven Olsen", "Thandi Nkosi", "Umar Khan",
    "Viktor Novak", "Wanda Kowalska", "Xavier Costa", "Yara Saleh", "Zoltan Kiss",
    "Anouk Visser", "Bruno Ferrari", "Camille Dubois", "Dilara Aydin", "Emeka Obi",
    "Freya Hansen",
)  # fmt: skip
EACH = 8
REVIEWERS = ("Morgan", "Robin", "Sasha")

# The better half of the kinds writes well; who left things undone wrote little too.
QUALITY: dict[str, Quality] = {
    "right": "strong",
    "off-by-one": "strong",
    "missing-cell": "strong",
    "late": "fair",
    "wrong-column": "fair",
    "partial": "fair",
    "duplicated-cell": "fair",
    "output-flood": "fair",
    "exception": "fair",
    "endless-loop": "weak",
    "half-done": "weak",
    "syntax-error": "weak",
    "reads-solution": "weak",
    "empty": "weak",
}


@dataclass(frozen=True)
class Member:
    """A student of the demo: on which brief, with which kind of submission."""

    id: str
    name: str
    lms_id: str
    brief: str
    kind: str
    quality: Quality


def cohort(briefs: Sequence[str]) -> tuple[Member, ...]:
    """Return the cohort for four briefs: every kind at least once, ``right`` on each brief.

    The first brief is handed in through nbgrader's exchange, whose receipt time is now, so
    that nobody is late there.
    """
    others = [kind for kind in KINDS if kind not in ("right", "late")]
    members = []
    turn = 0
    for number, name in enumerate(NAMES):
        brief = briefs[number // EACH % len(briefs)]
        place = number % EACH
        if place == 0 or (place == 1 and number < EACH):
            kind = "right"
        elif place == 1:
            kind = "late"
        else:
            # The second time round, other kinds stand beside one another.
            step = turn if turn < len(others) else 5 * turn
            kind = others[step % len(others)]
            turn += 1
        first = name.split()[0].lower()
        members.append(Member(first, name, str(50_100 + number), brief, kind, QUALITY[kind]))
    return tuple(members)


def roster_yml(members: Sequence[Member], briefs: Sequence[Brief]) -> str:
    """Return the demo's roster.yml: three reviewers from each brief's employer."""
    lines = [
        "# The people of the demo. All of them are invented.",
        "schema_version: 1",
        "instructors:",
        "  - {id: lehmann, name: Petra Lehmann, email: petra.lehmann@university.example}",
        "students:",
    ]
    lines += [
        f"  - {{id: {m.id}, name: {m.name}, email: {m.id}@university.example, "
        f'lms_id: "{m.lms_id}"}}'
        for m in members
    ]
    lines.append("reviewers:")
    for brief in briefs:
        lines += [
            f"  - {{id: {reviewer}, name: {name} Reviewer, "
            f"employer: {_quoted(brief.employer.name)}, briefs: [{brief.id}]}}"
            for reviewer, name in zip(reviewers_of(brief.id), REVIEWERS, strict=True)
        ]
    return "\n".join(lines) + "\n"


def reviewers_of(brief: str) -> tuple[str, ...]:
    """Return the ids of the three reviewers of a brief."""
    return tuple(f"{name.lower()}-{brief}" for name in REVIEWERS)


def placements_yml(members: Sequence[Member]) -> str:
    """Return the demo's placements.yml."""
    return "\n".join(["schema_version: 1", "placements:", *_placements(members)]) + "\n"


def _placements(members: Sequence[Member]) -> Iterator[str]:
    for member in members:
        yield f"  - {{student: {member.id}, brief: {member.brief}}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
