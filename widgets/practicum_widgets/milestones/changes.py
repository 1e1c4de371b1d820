"""What a page may change of milestones and hours: each change is of one entry, and pure."""

from __future__ import annotations

from datetime import UTC, datetime

from practicum.internship import Internship, MilestoneState, TimeEntry, Timer
from practicum_widgets.surface import Asked, entry_actions

__all__ = ["LOG", "move", "start", "stop"]

DAY_MINUTES = 24 * 60
LOG = entry_actions("time", TimeEntry, ("milestone", "begin", "minutes", "note"))
"""Log time by hand, correct an entry, take it out."""


def move(internship: Internship, asked: Asked) -> Internship:
    """Move a milestone on the board, or plan other hours for it."""
    name = asked["milestone"]
    known = {state.milestone: state for state in internship.milestones}
    before = known.get(name) or MilestoneState(milestone=name)
    given = {key: asked[key] for key in ("state", "planned_hours") if key in asked}
    if given.get("planned_hours") == "":
        given["planned_hours"] = None
    known[name] = MilestoneState.model_validate(before.model_dump() | given)
    return internship.model_copy(update={"milestones": tuple(known.values())})


def start(internship: Internship, asked: Asked) -> Internship:
    """Start the clock; one that runs goes on."""
    if internship.timer is not None:
        return internship
    timer = Timer(milestone=asked.get("milestone") or None, begin=_now(asked))
    return internship.model_copy(update={"timer": timer})


def stop(internship: Internship, asked: Asked) -> Internship:
    """Stop the clock, and log what it shows: a minute at least, a day at most.

    ``minutes`` corrects it, for a clock that was forgotten; 0 logs nothing.
    """
    timer = internship.timer
    if timer is None:
        return internship
    ran = round((_now(asked) - timer.begin).total_seconds() / 60)
    given = asked.get("minutes")
    minutes = min(DAY_MINUTES, max(1, ran)) if given is None else given
    stopped = internship.model_copy(update={"timer": None})
    if minutes == 0:
        return stopped
    entry = {
        "id": asked["id"],
        "milestone": timer.milestone,
        "begin": timer.begin,
        "minutes": minutes,
        "note": asked.get("note", ""),
    }
    return LOG["add"](stopped, entry)


def _now(asked: Asked) -> datetime:
    """Return the server's time; a test may say another."""
    at = asked.get("now")
    return at if isinstance(at, datetime) else datetime.now(UTC)
