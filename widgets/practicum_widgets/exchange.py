"""nbgrader as a student uses it, called as a program of its own: list, fetch, submit, feedback.

It is another process because it takes seconds to import, and because it is not there on every
laptop. What it says is shown as text.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from practicum.errors import ExchangeFailed
from practicum.values import Id, Value

__all__ = ["Listed", "listed", "nbgrader"]

PATIENCE: Final = 60.0
MOST: Final = 200
SHOWN: Final = 300


class Listed(Value):
    """An assignment that a course has released; ``fetched`` where it has been fetched."""

    course: Id
    brief: Id
    fetched: bool = False


def nbgrader(*arguments: str, folder: Path, seconds: float = PATIENCE) -> str:
    """Run ``nbgrader`` in a folder, and return what it wrote to stdout.

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
    return done.stdout


def listed(folder: Path) -> tuple[Listed, ...]:
    """List what can be fetched.

    Raises:
        ExchangeFailed: There is no nbgrader or no exchange here.

    """
    said = nbgrader("list", "--json", folder=folder)
    try:
        entries: list[dict[str, Any]] = json.loads(said[said.index("[") :])
        return tuple(_listed(entry) for entry in entries[:MOST])
    except (ValueError, KeyError, TypeError, ValidationError):
        message = f"nbgrader list says what this cannot read: {_said(said)}"
        raise ExchangeFailed(message) from None


def _listed(entry: dict[str, Any]) -> Listed:
    fetched = entry.get("status") == "fetched"
    return Listed(course=entry["course_id"], brief=entry["assignment_id"], fetched=fetched)


def _said(text: str) -> str:
    """Return what nbgrader says is wrong: its first complaint, or else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line.partition("ERROR] ")[2] for line in lines if "ERROR] " in line]
    return next(iter(errors), lines[-1] if lines else "nothing")[:SHOWN]
