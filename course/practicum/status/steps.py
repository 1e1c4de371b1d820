"""The commands to run next, in the order of the road, each with its reason. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from practicum.status.values import BriefStatus, NextStep

__all__ = ["next_steps"]


def next_steps(
    briefs: Sequence[BriefStatus],
    *,
    now: datetime,
    report_due: bool,
    on_arrival: bool = False,
) -> tuple[NextStep, ...]:
    """Return what to do, brief by brief; last comes what others have to do first.

    Args:
        briefs: Where each brief stands.
        now: The time, to tell how far off a due date is.
        report_due: Whether there is no cohort report newer than the last release.
        on_arrival: Whether what comes in is collected and graded without anybody asking.

    """
    steps = [step for brief in briefs for step in _of_brief(brief, now)]
    released = sum(brief.reached("released") for brief in briefs)
    if report_due and released and released == sum(brief.reached("received") for brief in briefs):
        steps.append(_step("practicum report", "all that came in is released: see the cohort"))
    if on_arrival:  # who is missing stands in the table; there is nothing to run
        return tuple(steps)
    return (*steps, *(step for brief in briefs for step in _stragglers(brief, now)))


def _of_brief(brief: BriefStatus, now: datetime) -> Iterator[NextStep]:
    name = brief.brief
    if brief.problem:
        yield _step(f"practicum check assignments/{name}", brief.problem)
        return
    if not brief.published:
        yield _step(f"practicum publish {name}", f"not published yet{_when(brief, now)}")
        return
    if brief.waiting:
        reason = f"{_some(brief.waiting, 'submission')} in the exchange"
        missing = _missing(brief)
        if missing:
            reason += f"; {missing} of {brief.expected} have handed in nothing{_when(brief, now)}"
        yield _step(f"practicum collect {name}", reason)
    ungraded = [who for who in brief.students if who.station == "received"]
    new = len(ungraded) - brief.errors
    if ungraded:
        reasons = [_some(new, "new submission")] if new else []
        reasons += [f"{_some(brief.errors, 'error')} to try again"] if brief.errors else []
        yield _step(f"practicum grade {name}", ", ".join(reasons))
    yield from _judging(brief)
    yield from _release(brief)


def _judging(brief: BriefStatus) -> Iterator[NextStep]:
    name = brief.brief
    if brief.unmarked:
        yield _step(
            f"practicum mark {name} --from marks.csv",
            f"{_some(brief.unmarked, 'written answer')} without a mark (formgrader does it too)",
        )
    if brief.unassessed:
        yield _step(
            f"practicum review {name} --pages {name}-review",
            f"{_some(brief.unassessed, 'criterion', 'criteria')} without an assessment: send "
            "the folder to the reviewers, "
            f"then `practicum review {name} TABLE --reviewer ID`",
        )
    if brief.unapplied:
        yield _step(
            f"practicum review {name} {name}.csv",
            f"{_some(brief.unapplied, 'criterion is', 'criteria are')} assessed, but not in the "
            "marks: take in the table, or what was sent in the review room",
        )
    if brief.unmoderated:
        where = _some(brief.unmoderated, "criterion", "criteria")
        yield _step(f"practicum moderate {name}", f"{where} for an instructor to decide")


def _release(brief: BriefStatus) -> Iterator[NextStep]:
    if not brief.complete:
        return
    again = sum(who.outdated for who in brief.students if who.complete)
    reason = f"{_some(brief.complete, 'submission')} complete"
    if again:
        reason += f", {again} of them released before and changed since"
    if brief.silent:
        reason += f"; not reviewed yet by {', '.join(brief.silent)}, if you want to wait"
    if brief.reached("received") > brief.reached("assessed"):
        yield _step(f"practicum release {brief.brief} --partial", f"{reason}, others are not")
    else:
        yield _step(f"practicum release {brief.brief}", reason)


def _stragglers(brief: BriefStatus, now: datetime) -> Iterator[NextStep]:
    missing = _missing(brief)
    if not brief.published or not missing or brief.waiting:  # what waits is to be collected now
        return
    reason = f"when more comes in: {missing} of {brief.expected} have handed in nothing"
    yield _step(f"practicum collect {brief.brief}", reason + _when(brief, now))


def _missing(brief: BriefStatus) -> int:
    expected = sum(who.station == "expected" for who in brief.students)
    return max(0, expected - brief.waiting)


def _when(brief: BriefStatus, now: datetime) -> str:
    if brief.due is None:
        return ""
    left = brief.due - now
    days = abs(left) // timedelta(days=1)
    span = _some(days, "day") if days else "less than a day"
    return f"; due in {span}" if left >= timedelta(0) else f"; was due {span} ago"


def _some(number: int, thing: str, things: str = "") -> str:
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def _step(command: str, reason: str) -> NextStep:
    return NextStep(command=command, reason=reason)
