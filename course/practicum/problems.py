"""A problem in a file that a person wrote: where it is, what is wrong, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Problem"]


@dataclass(frozen=True, order=True)
class Problem:
    """One problem, printed as ``file:line: what is wrong: how to fix it``.

    ``line`` counts from 1; 0 means that no single line is to blame.
    """

    file: Path
    line: int
    what: str
    fix: str

    def __str__(self) -> str:
        """Return the problem on one line, in the form that editors can jump to."""
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.what}: {self.fix}"
