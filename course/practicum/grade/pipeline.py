"""The four doors of grading.

    submission --restore--> notebook --execute--> executed notebook --score--> marks --record-->
     (untrusted)  trusted, pure      UNTRUSTED code          trusted, pure       one writer

Text goes in and text comes out of each, so that each can be replaced or moved to another
process or machine by itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from practicum import gradebook
from practicum.errors import BadSubmission
from practicum.gradebook import AnswerKey, AutoScore, CourseGradebook, Restored
from practicum.gradebook.execution import KERNEL_DIED
from practicum.policies import Limits

if TYPE_CHECKING:
    from datetime import datetime

    from practicum.course import Course

__all__ = [
    "ATTEMPTS",
    "Submission",
    "execute",
    "read",
    "record",
    "restore",
    "restore_missing",
    "score",
    "score_missing",
]

ATTEMPTS = 2
MB = 1_000_000
DRAFT = ".grading-"
SECRET = "submission_secret.txt"  # noqa: S105 (the name of a file)


@dataclass(frozen=True)
class Submission:
    """A collected submission: whose it is, where it lies, when it was received, its digest."""

    brief: str
    student: str
    folder: Path
    received_at: datetime
    digest: str


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


def restore(key: AnswerKey, submitted: bytes) -> Restored:
    """Door 1, trusted: take nothing from the submission but the student's sources.

    Raises:
        BadSubmission: It is not a notebook.

    """
    return gradebook.restore(key, submitted.decode("utf-8", errors="replace"))


def restore_missing(key: AnswerKey) -> Restored:
    """Return what stands for a notebook that was not handed in: the graded cells, unanswered."""
    untouched = gradebook.restore(key, json.dumps({"cells": []}))
    return Restored(untouched.notebook, (("", "the notebook is missing: nothing is earned"),))


def execute(notebook: str, files: tuple[Path, ...], notebook_name: str, limits: Limits) -> str:
    """Door 2, UNTRUSTED: run the notebook in a folder of its own; twice if its kernel dies.

    Args:
        notebook: The restored notebook as JSON text.
        files: Folders whose files the notebook finds beside it; of two files with one
            name the one in the later folder counts.
        notebook_name: The notebook's own file name, which is left out.
        limits: Seconds for a cell and for the notebook.

    Returns:
        The executed notebook as JSON text.

    """
    executed = ""
    for _attempt in range(ATTEMPTS):
        with tempfile.TemporaryDirectory(prefix="work-") as folder:
            place = Path(folder) / "submission"
            place.mkdir()
            for source in files:
                _copy_beside(source, place, notebook_name)
            executed = gradebook.execute(notebook, place, limits)
        if f'"{KERNEL_DIED}"' not in executed:
            break
    return executed


def score(executed: str) -> tuple[AutoScore, ...]:
    """Door 3, trusted and pure: nbgrader's rules, with its surprises as findings."""
    return gradebook.score_cells(executed)


def score_missing(key: AnswerKey) -> tuple[AutoScore, ...]:
    """Return the scores where no notebook was handed in: 0 for all, and nobody is asked."""
    return tuple(AutoScore(cell.id, 0.0, no_response=False) for cell in key.cells if cell.is_graded)


def record(
    course: Course,
    store: CourseGradebook,
    submission: Submission,
    executed: str,
    scores: tuple[AutoScore, ...],
) -> None:
    """Door 4, the one writer: the executed notebook on disk, then the marks.

    Where the student's own work is not what was graded before, a person is asked to look at
    each mark again; another receipt time alone only changes the penalty. Rerun after a crash
    at any point, it ends in the same state.
    """
    brief, student = submission.brief, submission.student
    target = course.station("autograded", student=student, brief=brief)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left_over in target.parent.glob(f"{DRAFT}*"):
        shutil.rmtree(left_over, ignore_errors=True)
    name = course.brief(brief).grading.notebook
    with tempfile.TemporaryDirectory(prefix=DRAFT, dir=target.parent) as folder:
        place = Path(folder) / brief
        place.mkdir()
        _copy_beside(submission.folder, place, name)
        with (place / f"{name}.ipynb").open("x", encoding="utf-8") as file:
            file.write(executed)
            file.flush()
            os.fsync(file.fileno())
        stamp = submission.received_at.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        (place / "timestamp.txt").write_text(stamp, encoding="ascii")
        _keep_secret((submission.folder, target), place)
        # Before the old one goes: after a crash, it could not be compared any more.
        if _own_work(target, name) != _own_work(place, name):
            store.ask_again(brief, student)
        if target.exists():
            shutil.rmtree(target)
        place.rename(target)
    store.record(brief, student, scores, received_at=submission.received_at)


def _own_work(folder: Path, notebook_name: str) -> tuple[str, dict[str, str]] | None:
    """Return what in a graded submission is the student's: sources, and the files beside."""
    try:
        notebook = json.loads((folder / f"{notebook_name}.ipynb").read_bytes())
        cells = [
            (cell["cell_type"], "".join(cell["source"]), cell.get("attachments"))
            for cell in notebook["cells"]
            if cell["metadata"].get("nbgrader", {"solution": True}).get("solution")
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    files = {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.name not in (f"{notebook_name}.ipynb", SECRET, "timestamp.txt")
    }
    return json.dumps(cells), files


def _keep_secret(sources: tuple[Path, ...], place: Path) -> None:
    """Keep the secret under which nbgrader's exchange hands out feedback; make one if none."""
    for source in sources:
        file = source / SECRET
        if file.is_file() and not file.is_symlink():
            shutil.copyfile(file, place / SECRET, follow_symlinks=False)
            return
    (place / SECRET).write_text(secrets.token_hex(64), encoding="ascii")


def _copy_beside(source: Path, place: Path, notebook_name: str) -> None:
    """Copy regular files only; a link in a submission is never followed."""
    for file in sorted(source.rglob("*")):
        relative = file.relative_to(source)
        if file.is_symlink() or not file.is_file() or relative.name == f"{notebook_name}.ipynb":
            continue
        if any(part.startswith(".") or part == "__pycache__" for part in relative.parts):
            continue
        if relative.name in (SECRET, "timestamp.txt"):
            continue
        (place / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place / relative, follow_symlinks=False)
