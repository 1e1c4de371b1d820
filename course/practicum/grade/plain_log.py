"""What was graded of a course that has no records: a log that only grows, beside its gradebook.

A line is one JSON object: who, what, when, with which versions. The last line of a submission
tells where it stands; a line that was cut off by a crash is no line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from practicum.errors import Busy

__all__ = ["GradingLog", "Line", "alone"]

NAME = "gradings.jsonl"
NOTE = "Written by practicum: what was graded, and with what. Safe to delete: then all is new.\n"


@dataclass(frozen=True)
class Line:
    """What was noted of a submission: its state, and the digests that its marks rest on.

    ``basis`` is that of everything, ``content`` of the submission, ``executed`` of the executed
    notebooks; ``parts`` are what ``basis`` is made of, and versions.
    """

    assignment: str
    student: str
    state: Literal["running", "graded", "error"]
    basis: str = ""
    content: str = ""
    executed: str = ""
    detail: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Mapping[str, str], ...] = ()
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())


class GradingLog:
    """The log of one course, for one command at a time."""

    def __init__(self, folder: Path) -> None:
        """Take the folder that is ours in the course."""
        self.file = folder / NAME

    def newest(self, assignment: str) -> dict[str, Line]:
        """Return the last line of each submission for an assignment, by student."""
        newest: dict[str, Line] = {}
        for entry in self._entries():
            if entry.get("assignment") == assignment:
                with suppress(TypeError, KeyError):
                    newest[entry["student"]] = Line(**entry)
        return newest

    def add(self, lines: Iterable[Line]) -> None:
        """Write lines and force them to the disk."""
        text = "".join(f"{json.dumps(asdict(line), ensure_ascii=False)}\n" for line in lines)
        with self.file.open("ab+") as stream:
            size = stream.seek(0, os.SEEK_END)
            if size:
                stream.seek(size - 1)
                if stream.read(1) != b"\n":
                    # A crash cut the last line off: it must not take this one with it.
                    text = f"\n{text}"
            stream.write(text.encode("utf-8", "replace"))
            stream.flush()
            os.fsync(stream.fileno())

    def _entries(self) -> Iterator[dict[str, Any]]:
        with suppress(FileNotFoundError), self.file.open("rb") as stream:
            for line in stream:
                with suppress(ValueError):
                    entry = json.loads(line)
                    if isinstance(entry, dict):
                        yield entry


@contextmanager
def alone(folder: Path, *, wait_seconds: float = 10.0) -> Iterator[None]:
    """Make our folder in a course, and keep other practicum commands away meanwhile.

    Raises:
        Busy: Another command held the course for ``wait_seconds``.

    """
    if not folder.is_dir():
        folder.mkdir(mode=0o700)
        (folder / "README").write_text(NOTE, encoding="utf-8")
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        message = f"{folder.parent}: another practicum command is at work: wait until it has ended"
        raise Busy(message) from None
    try:
        yield
    finally:
        lock.release()
