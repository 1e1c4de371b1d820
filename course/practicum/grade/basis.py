"""What marks are made from: when none of it has changed, there is nothing to grade again."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from practicum import __version__
from practicum.grade.environment import installed
from practicum.gradebook import AnswerKey, digest_of
from practicum.internship.terms import TERMS_FILE
from practicum.policies import Limits

__all__ = ["Basis", "changes", "environment_digest", "versions"]

WORDS = {
    "submission": "the submission",
    "tests": "the tests",
    "data": "the data",
    "limits": "the limits",
    "environment": "the installed libraries",
    "judge": "how tests are judged",
}


@dataclass(frozen=True)
class Basis:
    """Digests of everything, but for the submission itself, that the marks of a brief rest on."""

    parts: Mapping[str, str]

    @classmethod
    def of(cls, key: AnswerKey, data: Path, limits: Limits, *, judging: bool) -> Basis:
        """Compute the digests of a key, its data folder, limits and installed libraries."""
        return cls(
            {
                "tests": _digest(key.model_dump_json()),
                "data": _folder_digest(data),
                "limits": _digest(limits.model_dump_json()),
                "environment": environment_digest(),
                "judge": "on" if judging else "off",
            }
        )

    def whole(self, submission: str) -> str:
        """Return one digest (hexadecimal SHA-256) of a submission's digest and all of this."""
        return _digest("\n".join([submission, *(f"{k}={v}" for k, v in self.parts.items())]))


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Name, in words, what differs between two bases; nothing where there was none before."""
    if not before:
        return ()
    return tuple(words for name, words in WORDS.items() if before.get(name) != now.get(name))


@cache
def environment_digest() -> str:
    """Return a digest of the interpreter and of the names and versions of what is installed."""
    return _digest("\n".join(installed()))


@cache
def versions() -> dict[str, str]:
    """Return the versions of what grades, for the log."""
    names = ("nbgrader", "ipykernel", "IPython")
    found = {name: version(name) for name in names}
    return {"practicum": __version__, "python": sys.version.split()[0], **found}


def _folder_digest(folder: Path) -> str:
    # The terms are for the student's widgets: a due date that has moved changes no mark.
    files = (
        file
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink() and file != folder / TERMS_FILE
    )
    lines = [f"{file.relative_to(folder).as_posix()} {digest_of(file)}" for file in sorted(files)]
    return _digest("\n".join(lines))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
