"""A submitted file before it is read: its name, and a way to read it within a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from practicum.collect.names import name_problem, shown

__all__ = ["Piece", "piece"]


@dataclass(frozen=True)
class Piece:
    """One file of a submission.

    ``read(cap)`` returns its bytes; more than ``cap`` of them mean that it is too large, and
    that the rest was not read. It raises BadSubmission when it is not an ordinary file.
    ``refusal`` tells why the whole submission is refused.
    """

    path: str
    read: Callable[[int], bytes]
    refusal: str = ""

    @property
    def first(self) -> str:
        """The first part of the path."""
        return self.path.partition("/")[0]

    def below(self, folder: str) -> Piece:
        """Return the same file with a path that begins inside ``folder``."""
        return replace(self, path=self.path.removeprefix(folder + "/"))

    def named(self, path: str) -> Piece:
        """Return the same file under another path."""
        problem = name_problem(path)
        return replace(self, path=path, refusal=self.refusal or _told(path, problem))


def piece(path: str, read: Callable[[int], bytes], refusal: str = "") -> Piece:
    """Return a piece whose name has been checked."""
    return Piece(path, read, _told(path, refusal or name_problem(path)))


def _told(path: str, problem: str) -> str:
    return f"{shown(path)}: {problem}" if problem else ""
