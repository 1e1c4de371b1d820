"""The four doors of grading.

    submission --restore--> notebook --execute--> executed notebook --score--> marks --record-->
     (untrusted)  trusted, pure      UNTRUSTED, boxed        trusted, pure       one writer

Text goes in and text comes out of each, so that each can be replaced or moved to another
process or machine by itself. Door 2 is ``practicum.execution.Engine.run``.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from practicum import gradebook
from practicum.errors import BadSubmission
from practicum.gradebook import AnswerKey, AutoScore, Restored
from practicum.policies import Limits

if TYPE_CHECKING:
    from datetime import datetime


__all__ = [
    "Submission",
    "read",
    "restore",
    "restore_missing",
    "score",
    "score_missing",
]

MB = 1_000_000


@dataclass(frozen=True)
class Submission:
    """A collected submission: whose it is, where it lies, when it was received.

    ``digest`` is that of all that its marks rest on, ``content`` of the submission alone.
    """

    brief: str
    student: str
    folder: Path
    received_at: datetime
    digest: str
    content: str = ""


def read(folder: Path, notebook_name: str, limits: Limits) -> bytes | None:
    """Return the submitted notebook's file as it lies there, or None when there is none.

    Raises:
        BadSubmission: It is a link or something else that is no file, or too large.

    """
    file = folder / f"{notebook_name}.ipynb"
    for place in (folder.parent, folder, file):
        if place.is_symlink():
            message = f"{place.name} is a symbolic link, which is never followed: hand in the file"
            raise BadSubmission(message)
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"{file.name} cannot be read ({error.strerror}): collect it again"
        raise BadSubmission(message) from None
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            message = f"{file.name} is not a file: hand in the notebook"
            raise BadSubmission(message)
        if about.st_size > limits.notebook_mb * MB:
            message = f"{file.name} is larger than {limits.notebook_mb:g} MB: clear its outputs"
            raise BadSubmission(message)
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            return opened.read(about.st_size)
    finally:
        os.close(descriptor)


def restore(
    key: AnswerKey, submitted: bytes, *, add_missing: bool = True, parameters: str = ""
) -> Restored:
    """Door 1, trusted: take nothing from the submission but the student's sources.

    Graded cells that are missing are put back, unless ``add_missing`` is False; the code in
    ``parameters`` sets the student's own variant (see :func:`practicum.gradebook.restore`).

    Raises:
        BadSubmission: It is not a notebook.

    """
    text = submitted.decode("utf-8", errors="replace")
    return gradebook.restore(key, text, add_missing=add_missing, parameters=parameters)


def restore_missing(key: AnswerKey) -> Restored:
    """Return what stands for a notebook that was not handed in: the graded cells, unanswered."""
    untouched = gradebook.restore(key, json.dumps({"cells": []}))
    return Restored(untouched.notebook, (("", "the notebook is missing: nothing is earned"),))


def score(executed: str) -> tuple[AutoScore, ...]:
    """Door 3, trusted and pure: nbgrader's rules, with its surprises as findings."""
    return gradebook.score_cells(executed)


def score_missing(key: AnswerKey) -> tuple[AutoScore, ...]:
    """Return the scores where no notebook was handed in: 0 for all, and nobody is asked."""
    return tuple(AutoScore(cell.id, 0.0, no_response=False) for cell in key.cells if cell.is_graded)
