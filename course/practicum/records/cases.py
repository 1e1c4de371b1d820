"""Cases: what the reviewers said of one criterion of one submission, and what follows.

Pure values, shared by the verbs that mark, moderate and release. A case holds no names of
reviewers, and its order tells nothing about who said what.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from practicum.marks import consensus, needs_moderation
from practicum.records.values import Assessment, Decision
from practicum.rubrics import Rubric
from practicum.rubrics.rubric import Level
from practicum.values import Id, Value

__all__ = ["Case", "CaseState", "cases_of"]

CaseState = Literal["agreed", "open", "decided", "changed since"]
"""agreed: the median counts. open: an instructor must decide. decided: an instructor has.
changed since: decided, and the decision counts, but a reviewer said something new after it.
"""


class Case(Value):
    """What was said of one criterion of one submission, and the level that follows.

    ``levels`` fall, and ``words`` stand in the same order ("" where there are none).
    ``level`` is None while moderation is needed and nobody has decided.
    """

    brief: Id
    student: Id
    criterion: Id
    title: str
    levels: tuple[Level, ...]
    words: tuple[str, ...]
    level: float | None
    state: CaseState
    decision: Decision | None = None

    @property
    def pending(self) -> bool:
        """Whether an instructor should look at it."""
        return self.state in {"open", "changed since"}


def cases_of(
    rubric: Rubric,
    assessments: Iterable[Assessment],
    decisions: Iterable[Decision],
    *,
    gap: int,
) -> tuple[Case, ...]:
    """Return a case for each criterion that was assessed or decided.

    Args:
        rubric: The brief's rubric; judgements on criteria that it no longer has are left out.
        assessments: The assessments of one brief that count.
        decisions: The decisions of the same brief that count.
        gap: How many levels apart two reviewers are when moderation is needed.

    Returns:
        The cases, by student and then in the rubric's order.

    """
    said: dict[tuple[str, str, str], list[Assessment]] = {}
    for a in assessments:
        said.setdefault((a.brief, a.student, a.criterion), []).append(a)
    decided = {(d.brief, d.student, d.criterion): d for d in decisions}
    order = {criterion.id: place for place, criterion in enumerate(rubric.criteria)}
    keys = [key for key in said.keys() | decided.keys() if key[2] in order]
    keys.sort(key=lambda key: (key[0], key[1], order[key[2]]))
    titles = {criterion.id: criterion.title for criterion in rubric.criteria}
    return tuple(
        _case(key, titles[key[2]], said.get(key, []), decided.get(key), gap) for key in keys
    )


def _case(
    key: tuple[str, str, str],
    title: str,
    assessments: list[Assessment],
    decision: Decision | None,
    gap: int,
) -> Case:
    ordered = sorted(assessments, key=lambda a: (-a.level, a.words))
    levels = tuple(a.level for a in ordered)
    state: CaseState
    level: float | None
    if decision is not None:
        newer = any(a.at > decision.at for a in ordered)
        state, level = ("changed since" if newer else "decided"), float(decision.level)
    elif needs_moderation(levels, gap):
        state, level = "open", None
    else:
        state, level = "agreed", consensus(levels)
    brief, student, criterion = key
    return Case(
        brief=brief,
        student=student,
        criterion=criterion,
        title=title,
        levels=levels,
        words=tuple(a.words for a in ordered),
        level=level,
        state=state,
        decision=decision,
    )
