"""What a check finds: problems, things to look at, and files that are fine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from practicum.errors import InvalidDocument
from practicum.problems import Problem

__all__ = ["CheckReport", "Findings"]

Read = TypeVar("Read")


@dataclass(frozen=True)
class CheckReport:
    """All problems and warnings, sorted by file and line, and the files that have neither."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    fine: tuple[Path, ...]


@dataclass
class Findings:
    """Collects what is found while files are read; the same problem counts once."""

    problems: set[Problem] = field(default_factory=set)
    warnings: set[Problem] = field(default_factory=set)
    looked_at: set[Path] = field(default_factory=set)

    def read(self, file: Path, reader: Callable[[Path], Read]) -> Read | None:
        """Return what ``reader`` makes of a file, or None when the file has problems."""
        self.looked_at.add(file)
        try:
            return reader(file)
        except InvalidDocument as error:
            self.problems.update(error.problems)
            return None

    def report(self) -> CheckReport:
        """Return everything, sorted."""
        blamed = {problem.file for problem in self.problems | self.warnings}
        return CheckReport(
            problems=tuple(sorted(self.problems)),
            warnings=tuple(sorted(self.warnings)),
            fine=tuple(sorted(self.looked_at - blamed)),
        )
