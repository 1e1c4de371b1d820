"""`practicum grade --watch`: one line an event, and a summary when Ctrl-C ends it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from practicum.cli.output import console, print_json
from practicum.cli.saying import say

if TYPE_CHECKING:
    from types import FrameType

    from practicum.course import Course
    from practicum.grade.watch import Event

__all__ = ["Collecting", "ended_politely", "tell", "tell_as_json"]

COLOURS = {"error": "bold red", "refused": "red", "graded": "green", "waiting": "yellow"}


def tell(event: Event) -> None:
    """Print an event as one line, with the time of day."""
    at = f"{event.at.astimezone():%H:%M:%S}" if event.at else ""
    colour = COLOURS.get(event.kind, "default")
    console.print(f"{at} [{colour}]{event.kind:<9}[/]", end=" ")
    say(f"{event.student}: {event.said}" if event.student else event.said)


def tell_as_json(event: Event) -> None:
    """Print an event as one JSON object on a line."""
    if event.graded is not None:
        print_json({"event": "submission", **event.graded.model_dump(mode="json")})
    elif event.kind != "ended":
        at = event.at.isoformat() if event.at else ""
        print_json({"event": event.kind, "at": at, "student": event.student, "said": event.said})


@contextmanager
def ended_politely() -> Iterator[None]:
    """Let SIGTERM, with which services are stopped, end the block as Ctrl-C does."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass
class Collecting:
    """Takes in what lies in nbgrader's exchange, and tells what is new once."""

    course: Course
    brief: str
    _told: set[tuple[str, str]] = field(default_factory=set, init=False)

    def __call__(self) -> Iterator[Event]:
        """Collect, and yield an event for each submission that came or was refused."""
        from practicum.collect import collect  # noqa: PLC0415 (keeps --help quick)
        from practicum.errors import Busy  # noqa: PLC0415
        from practicum.grade.watch import Event  # noqa: PLC0415

        at = datetime.now(UTC)
        try:
            report = collect(self.course, self.brief)
        except Busy as busy:
            yield Event("waiting", f"{busy}; trying again", at=at)
            return
        for entry in report.entries:
            who = entry.student or entry.label
            if entry.outcome == "collected":
                received = f"received {entry.received_at:%Y-%m-%d %H:%M} UTC"
                yield Event("collected", received, who, at)
            elif entry.outcome == "refused" and (who, entry.reason) not in self._told:
                self._told.add((who, entry.reason))
                yield Event("refused", entry.reason, who, at)
