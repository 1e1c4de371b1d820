"""nbgrader as a student uses it, called as a program of its own: list, fetch, submit, feedback.

It is another process because it takes seconds to import, and because it is not there on every
laptop. What it says is shown as text.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from practicum.errors import ExchangeFailed
from practicum.values import Id, Value

__all__ = ["Listed", "listed", "nbgrader"]

PATIENCE: Final = 60.0
MOST: Final = 200
SHOWN: Final = 300
LISTED: Final = re.compile(r"INFO\] (\S+) (\S+)( \(already downloaded\))?$")
COMPLAINT: Final = re.compile(r"\| (?:CRITICAL|ERROR)\] (.*)")


class Listed(Value):
    """An assignment that a course has released; ``fetched`` where it has been fetched."""

    course: Id
    brief: Id
    fetched: bool = False


def nbgrader(*arguments: str, folder: Path, seconds: float = PATIENCE) -> str:
    """Run ``nbgrader`` in a folder, and return all that it wrote.

    Raises:
        ExchangeFailed: It is not installed, does not end, or says no; the message says why.

    """
    if importlib.util.find_spec("nbgrader") is None:
        raise ExchangeFailed(
            "nbgrader is not installed here, so that there is no way to your course from this "
            "machine: use your course's hub, or `pip install 'practicum[grading]'`"
        )
    command = [sys.executable, "-m", "nbgrader", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 (a fixed program; names are checked before)
            command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        message = f"nbgrader {arguments[0]} did not end within {seconds:.0f} s: try again"
        raise ExchangeFailed(message) from None
    except OSError as error:
        message = f"nbgrader {arguments[0]} could not be started ({error.strerror}): try again"
        raise ExchangeFailed(message) from None
    if done.returncode:
        message = f"nbgrader {arguments[0]} says: {_said(done.stderr or done.stdout)}"
        raise ExchangeFailed(message)
    return f"{done.stdout}\n{done.stderr}"


def listed(folder: Path) -> tuple[Listed, ...]:
    """List what can be fetched, from nbgrader's log (its option ``--json`` prints nothing).

    Raises:
        ExchangeFailed: There is no nbgrader or no exchange here.

    """
    said = nbgrader("list", folder=folder)
    found = (LISTED.search(line) for line in said.splitlines())
    entries = [_listed(match) for match in found if match is not None]
    return tuple(entry for entry in entries[:MOST] if entry is not None)


def _listed(match: re.Match[str]) -> Listed | None:
    try:
        return Listed(course=match[1], brief=match[2], fetched=match[3] is not None)
    except ValidationError:
        return None  # a name that no command of ours would take


def _said(text: str) -> str:
    """Return what nbgrader says is wrong: its first complaint, or else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    complaints = [match[1] for line in lines if (match := COMPLAINT.search(line))]
    return next(iter(complaints), lines[-1] if lines else "nothing")[:SHOWN]
