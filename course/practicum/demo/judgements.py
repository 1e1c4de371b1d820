"""What the demo's people say: three reviewers of each employer, and the instructor's marks."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from practicum.demo.cohort import Member, reviewers_of
from practicum.rubrics.rubric import TOP_LEVEL

if TYPE_CHECKING:
    from practicum.demo.mistakes import Answers, Quality
    from practicum.rubrics import Rubric

__all__ = ["assessments_csv", "disputed", "written_marks_csv"]

LEVEL: dict[Quality, int] = {"strong": 3, "fair": 2, "weak": 1}
SEVERITY = (0, -1, 1)
"""The first reviewer is the middle one, the second strict, the third lenient."""

WRITTEN: dict[Quality, tuple[float, str]] = {
    "strong": (0.93, "Clear, honest about its limits, and the reader knows what to do."),
    "fair": (0.65, "The advice is there; say more plainly which number it rests on."),
    "weak": (0.3, "A start. Name the numbers, one caveat and one action."),
}


def disputed(members: Sequence[Member]) -> Member:
    """Return the one student about whom two reviewers differ by more than a level."""
    return next(member for member in members if member.kind == "off-by-one")


def levels(member: Member, position: int, dispute: Member) -> tuple[int, ...]:
    """Return the three reviewers' levels for the criterion at ``position``.

    They differ by a level at most. In the disputed case the strict reviewer stays two
    levels below the others.
    """
    if member.kind == "empty":
        return (0, 0, 0)
    base = LEVEL[member.quality] + (1 if (len(member.id) + position) % 3 == 0 else 0)
    turn = (len(member.name) + position) % 3
    given = [base, base, base]
    # One reviewer at a time leaves the middle, as his severity has it.
    given[turn] += SEVERITY[turn]
    if member is dispute and position == 0:
        given = [base, base - 2, base]
    return tuple(min(TOP_LEVEL, max(0, level)) for level in given)


def assessments_csv(
    members: Sequence[Member],
    codes: dict[str, str],
    rubric: Rubric,
    answers: Answers,
    dispute: Member,
) -> str:
    """Return the table that the three reviewers of one brief send.

    Args:
        members: The students on this brief.
        codes: The blind code of each student: reviewers know no names.
        rubric: The brief's rubric.
        answers: The reviewers' words by criterion and level.
        dispute: The student about whom they disagree.

    """
    rows = [["reviewer", "submission", "criterion", "level", "words"]]
    for member in members:
        for position, criterion in enumerate(rubric.rated_by("employer")):
            given = levels(member, position, dispute)
            for turn, reviewer in enumerate(reviewers_of(member.brief)):
                level = given[turn]
                # Nobody repeats what a colleague has said already.
                said = level in given[:turn]
                words = "" if said else answers.words.get(criterion.id, {}).get(level, "")
                rows.append([reviewer, codes[member.id], criterion.id, str(level), words])
    return _csv(rows)


def written_marks_csv(members: Sequence[Member], points: dict[str, float]) -> str:
    """Return the instructor's marks for the written answers (``points``: cell to maximum)."""
    rows = [["student", "cell", "score", "comment"]]
    for member in members:
        for cell, most in points.items():
            if member.kind == "empty":
                rows.append([member.id, cell, "0", "Nothing was written here."])
                continue
            part, words = WRITTEN[member.quality]
            rows.append([member.id, cell, f"{round(2 * most * part) / 2:g}", words])
    return _csv(rows)


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
