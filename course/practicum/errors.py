"""Every error that practicum raises on purpose.

    PracticumError                  something went wrong that we foresaw        exit 1
    |-- BadInput                    what was given cannot be used               exit 2
    |   |-- InvalidDocument         a YAML, CSV or notebook file has problems
    |   |-- NotACourse              there is no course.yml where one is needed
    |   |-- UnknownName             a brief, rubric, student or cell does not exist
    |   |-- BadSubmission           a submitted file is refused
    |   |-- NewerVersion            a newer practicum wrote this file
    |   |-- Conflict                another window has saved something newer
    |   |-- IncompleteSheet         an employer's sheet lacks levels
    |   |-- AnchorsFirst            a reviewer has anchors to score before this
    |   `-- MissingExtra            an optional part of practicum is not installed
    |-- ExchangeFailed              nbgrader could not list, fetch or hand in
    |-- ProofFailed                 publish: a proof did not hold
    |-- NotReady                    release: marks or assessments are missing
    |-- GradingFailed               grade: some submissions could not be graded
    |-- NoKernel                    grade: nothing could be started that runs notebooks
    |-- Uncrossable                 judge: a value cannot leave its process as data
    |-- NoSandbox                   there is no safe place to run submissions in
    |-- ServiceFailed               the course's message service gave no usable answer
    |-- CheckFailed                 a student's notebook could not be checked
    |-- NotSaved                    a widget's change could not be written
    |-- DatabaseFailed              a database is away, or cannot be read or written now
    `-- Busy                        another practicum command works on this course

A message says what happened, where, and what to do about it.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from practicum.problems import Problem

__all__ = [
    "AnchorsFirst",
    "BadInput",
    "BadSubmission",
    "Busy",
    "CheckFailed",
    "Conflict",
    "DatabaseFailed",
    "ExchangeFailed",
    "GradingFailed",
    "IncompleteSheet",
    "InvalidDocument",
    "MissingExtra",
    "NewerVersion",
    "NoSandbox",
    "NotACourse",
    "NotReady",
    "NotSaved",
    "PracticumError",
    "ProofFailed",
    "ServiceFailed",
    "Uncrossable",
    "UnknownName",
]


class PracticumError(Exception):
    """The root: catch it to catch everything that practicum raises on purpose."""

    exit_code: ClassVar[int] = 1

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in a notebook, where it is the reader who can do something."""
        return [f"{type(self).__name__}: {self}"]


class BadInput(PracticumError):
    """What was given cannot be used; nothing was changed."""

    exit_code = 2


class InvalidDocument(BadInput):
    """One or more files have problems; ``problems`` lists all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems and make a message with one line for each."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NotACourse(BadInput):
    """There is no course.yml at the place given or above it."""

    def __init__(self, place: Path) -> None:
        """Name the place and the command that makes a course there."""
        super().__init__(
            f"{place}: no course here (no course/course.yml in it or above it): "
            f"make one with `practicum init {place}`, or name one with --course DIR"
        )


class UnknownName(BadInput):
    """A name that was given does not exist; the message suggests the nearest one."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        """Say what kind of thing is unknown, and which known names are near."""
        choices = sorted(known)
        near = difflib.get_close_matches(name, choices, n=1)
        if near:
            hint = f"did you mean {near[0]!r}?"
        elif choices:
            hint = "known: " + ", ".join(choices[:12]) + (" ..." if len(choices) > 12 else "")  # noqa: PLR2004 (a line's worth)
        else:
            hint = f"there is no {kind} yet"
        super().__init__(f"unknown {kind} {name!r}: {hint}")


class BadSubmission(BadInput):
    """A submitted file or folder is refused, with the reason."""


class NewerVersion(BadInput):
    """A file was written by a newer practicum: it is left as it is."""


class Conflict(BadInput):
    """What is to be saved was made from an older state; nothing was saved."""


class IncompleteSheet(BadInput):
    """An employer's sheet lacks levels; ``missing`` names the criteria."""

    def __init__(self, missing: Sequence[str], titles: Sequence[str]) -> None:
        super().__init__(f"choose a level for: {', '.join(titles)}")
        self.missing = tuple(missing)


class AnchorsFirst(BadInput):
    """A reviewer is to score the anchors before other submissions."""


class MissingExtra(BadInput):
    """A part of practicum is used whose optional packages are not installed."""

    def __init__(self, extra: str, package: str) -> None:
        """Name the missing package and the command that installs it."""
        super().__init__(
            f"this needs {package}, which is not installed: pip install 'practicum[{extra}]'"
        )


class ExchangeFailed(PracticumError):
    """nbgrader could not do for a student what it was asked for."""


class ProofFailed(PracticumError):
    """A proof of a brief did not hold, so that it was not published."""


class NotReady(PracticumError):
    """Feedback cannot be released yet; ``missing`` lists what is missing."""

    def __init__(self, message: str, missing: Sequence[str] = ()) -> None:
        """Keep what is missing beside the message."""
        self.missing = tuple(missing)
        super().__init__(message)


class GradingFailed(PracticumError):
    """Some submissions could not be graded; they keep the state `error`."""


class NoSandbox(PracticumError):
    """Submissions cannot be run safely on this machine, so they are not run at all."""

    def __init__(self, reason: str) -> None:
        """Say what is missing, and how to get it."""
        super().__init__(
            f"no sandbox for submissions: {reason}. Nothing was run. On Linux install bubblewrap "
            "(`apt install bubblewrap`, 0.8 or newer) or allow user namespaces; "
            "`python -m practicum.sandbox` tells what works here"
        )


class CheckFailed(PracticumError):
    """A student's notebook could not be checked before it is handed in; nothing was changed."""


class NotSaved(PracticumError):
    """A change of the student's file could not be written; the file is as it was."""


class DatabaseFailed(PracticumError):
    """A database is away, or cannot be read or written now; what was in it is unchanged."""


class ServiceFailed(PracticumError):
    """The course's message service could not be reached, or gave no usable answer."""


class Uncrossable(PracticumError):
    """A value cannot cross between the student's process and the judge as data."""


class NoKernel(PracticumError):
    """Nothing could be started that runs notebooks; no mark was changed."""


class Busy(PracticumError):
    """Another practicum command is at work on the same course."""
