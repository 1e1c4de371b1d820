"""From the next steps to what can be clicked: each is a command, or leads to where one works."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import Final, Literal

from practicum.course import Course
from practicum.status import BriefStatus, CourseStatus, NextStep
from practicum.values import Value

__all__ = ["Action", "actions", "formgrader"]

Kind = Literal["run", "section", "link", "words"]

LABELS: Final = {
    "publish": "Publish",
    "collect": "Collect",
    "grade": "Grade",
    "release": "Release",
    "report": "Make the report",
    "check": "Check",
}


class Action(Value):
    """What can be done next: ``line`` is its command, ``reason`` why.

    Of kind run it is started by a button, after a second click on ``agrees`` where students see
    what it does (``asks`` says what); of kind section its button leads to a part of the desk, of
    kind link to ``address``.
    """

    kind: Kind
    brief: str
    label: str
    line: str
    reason: str
    command: tuple[str, ...] = ()
    asks: str = ""
    agrees: str = ""
    address: str = ""


def formgrader(course: Course, environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of formgrader: on a hub it is a page of the course's own server."""
    if "JUPYTERHUB_SERVICE_PREFIX" not in environ:
        return "/formgrader"
    base = environ.get("JUPYTERHUB_BASE_URL", "/").rstrip("/")
    return f"{base}/services/{course.id}/formgrader"


def actions(found: CourseStatus, grading: str) -> tuple[Action, ...]:
    """Return what to do next, in order; ``grading`` is the address of formgrader."""
    briefs = {entry.brief: entry for entry in found.briefs}
    return tuple(
        _action(step, words, briefs.get(_brief(words)), grading)
        for step in found.next_steps
        if (words := shlex.split(step.command)[1:])
    )


def _brief(words: list[str]) -> str:
    """Return which brief a command is about; "" for the whole course."""
    return words[1].rpartition("/")[2] if len(words) > 1 else ""


def _action(step: NextStep, words: list[str], entry: BriefStatus | None, grading: str) -> Action:
    verb, brief = words[0], _brief(words)
    plain = Action(kind="run", brief=brief, label="", line=step.command, reason=step.reason)
    more: dict[str, object]
    if verb == "mark":
        more = {"kind": "link", "label": "Open formgrader", "address": grading}
    elif verb == "moderate":
        more = {"kind": "section", "label": f"Show the cases of {brief}"}
    elif verb == "review" and entry is not None and entry.unassessed:
        return _reviewing(brief, step)
    elif verb == "review":
        command = ("room", "apply", brief)
        line = f"practicum {' '.join(command)}"
        more = {"label": f"Take in {brief}", "command": command, "line": line}
    else:
        asks, agrees = _asked(verb, entry) if entry is not None else ("", "")
        label = f"{LABELS[verb]} {brief}".strip()
        more = {"label": label, "command": tuple(words), "asks": asks, "agrees": agrees}
    return plain.model_copy(update=more)


def _reviewing(brief: str, step: NextStep) -> Action:
    line = f"practicum room assign {brief}; practicum room invite {brief} --all"
    reason = step.reason.partition(":")[0]
    return Action(
        kind="section",
        brief=brief,
        label=f"Show the reviews of {brief}",
        line=line,
        reason=f"{reason}: the employer's reviewers judge in the review room, or by table",
    )


def _asked(verb: str, entry: BriefStatus) -> tuple[str, str]:
    """Return what a second click agrees to, and its words, where students will see something."""
    if verb == "publish":
        who = _some(entry.expected, "student")
        asks = f"{who} will be able to fetch {entry.brief} as it is now. It is proved first."
        return asks, f"Yes, publish to {who}"
    if verb == "release":
        who = _some(entry.complete, "student")
        asks = f"{who} will see marks and feedback on {entry.brief}. It cannot be taken back."
        return asks, f"Yes, release to {who}"
    return "", ""


def _some(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
