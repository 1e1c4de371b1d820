"""The desks of a student: folders with a brief in them, and what stands on each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from practicum.errors import PracticumError
from practicum.internship import Internship
from practicum_widgets.desk import Desk

__all__ = ["desk_line", "find_desks", "next_step"]

MOST: Final = 100
SOON: Final = timedelta(days=2)
FULL: Final = 0.8


def find_desks(folder: Path) -> tuple[tuple[Desk, ...], tuple[str, ...]]:
    """Find the desks in a folder and one level below, and say which cannot be read."""
    desks: list[Desk] = []
    faults: list[str] = []
    for place in _places(folder):
        try:
            desks.append(Desk.here(place))
        except PracticumError as error:
            faults.append(f"{place.name}: {str(error).splitlines()[0]}")
    far = float("inf")
    desks.sort(
        key=lambda desk: (desk.terms.due.timestamp() if desk.terms.due else far, desk.brief.id)
    )
    return tuple(desks), tuple(faults)


def _places(folder: Path) -> Iterator[Path]:
    found = 0
    for pattern in ("brief.yml", "*/brief.yml", "*/*/brief.yml"):
        for file in sorted(folder.glob(pattern)):
            hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
            if hidden or file.is_symlink() or found >= MOST:
                continue
            found += 1
            yield file.parent


def desk_line(desk: Desk, internship: Internship, root: Path, now: datetime) -> dict[str, Any]:
    """Return what the page shows of one brief."""
    done = sum(state.state == "done" for state in internship.milestones)
    notebook = desk.folder / f"{desk.brief.grading.notebook}.ipynb"
    place = notebook if notebook.is_file() else desk.folder
    last = max(internship.hand_ins, key=lambda receipt: receipt.at, default=None)
    return {
        "brief": desk.brief.id,
        "title": desk.brief.title,
        "employer": desk.brief.employer.name,
        "place": place.relative_to(root).as_posix(),
        "due": desk.terms.due.isoformat() if desk.terms.due else "",
        "late": bool(desk.terms.due and now > desk.terms.due and last is None),
        "hours": desk.brief.hours,
        "logged": round(internship.minutes / 60, 2),
        "done": done,
        "milestones": len(desk.brief.milestones),
        "handed_in": last.at.isoformat() if last else "",
        "feedback": has_feedback(desk),
        "step": next_step(desk, internship, now),
        "messages": sum(message.author != "student" for message in internship.messages),
        "follow_ups": [
            {"name": contact.name, "what": contact.follow_up}
            for contact in internship.contacts
            if contact.follow_up and not contact.done
        ],
    }


def has_feedback(desk: Desk) -> bool:
    """Tell whether feedback has been fetched."""
    return any(desk.folder.glob("feedback/*/*.html")) or any(desk.folder.glob("*feedback.html"))


def next_step(desk: Desk, internship: Internship, now: datetime) -> str:
    """Name the one thing that a student would best do next for a brief (a key of the words)."""
    due = desk.terms.due
    steps = (
        ("read", has_feedback(desk)),
        ("wait", bool(internship.hand_ins)),
        ("overdue", due is not None and now > due),
        ("hand_in", due is not None and due - now < SOON),
        ("goals", not internship.objectives),
        ("begin", not internship.time and internship.timer is None),
        ("finish", internship.minutes / 60 >= FULL * desk.brief.hours),
    )
    return next((step for step, holds in steps if holds), "work")
