"""The four doors of grading.

    submission --restore--> notebook --execute--> executed notebook --score--> marks --record-->
     (untrusted)  trusted, pure      UNTRUSTED code          trusted, pure       one writer

Text goes in and text comes out of each, so that each can be replaced or moved to another
process or machine by itself.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from practicum import gradebook
from practicum.gradebook import AnswerKey, AutoScore, CourseGradebook, Restored
from practicum.gradebook.execution import KERNEL_DIED
from practicum.policies import Limits

if TYPE_CHECKING:
    from datetime import datetime

    from practicum.course import Course

__all__ = ["Submission", "execute", "record", "restore", "score"]

ATTEMPTS = 2


@dataclass(frozen=True)
class Submission:
    """A collected submission: whose it is, where it lies, when it was received, its digest."""

    brief: str
    student: str
    folder: Path
    received_at: datetime
    digest: str


def restore(key: AnswerKey, submission: Submission) -> Restored:
    """Door 1, trusted: take nothing from the submission but the student's sources.

    Raises:
        BadSubmission: The file is not a notebook.

    """
    file = submission.folder / f"{key.notebook}.ipynb"
    return gradebook.restore(key, file.read_text(encoding="utf-8", errors="replace"))


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


def record(
    course: Course,
    store: CourseGradebook,
    submission: Submission,
    executed: str,
    scores: tuple[AutoScore, ...],
) -> None:
    """Door 4, the one writer: the executed notebook on disk, then the marks.

    Rerun after a crash at any point, it ends in the same state.
    """
    brief, student = submission.brief, submission.student
    target = course.station("autograded", student=student, brief=brief)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".grading-", dir=target.parent) as folder:
        place = Path(folder) / brief
        shutil.copytree(submission.folder, place, symlinks=True)
        name = course.brief(brief).grading.notebook
        notebook = place / f"{name}.ipynb"
        notebook.unlink(missing_ok=True)
        with notebook.open("x", encoding="utf-8") as file:
            file.write(executed)
            file.flush()
            os.fsync(file.fileno())
        stamp = submission.received_at.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        (place / "timestamp.txt").write_text(stamp, encoding="ascii")
        _keep_secret(target, place)
        if target.exists():
            shutil.rmtree(target)
        place.rename(target)
    store.record(brief, student, scores, received_at=submission.received_at)


def _keep_secret(old: Path, new: Path) -> None:
    """Keep the secret under which nbgrader's exchange hands out feedback; make one if none."""
    name = "submission_secret.txt"
    if (new / name).is_file():
        return
    if (old / name).is_file():
        shutil.copyfile(old / name, new / name)
        return
    (new / name).write_text(secrets.token_hex(64), encoding="ascii")


def _copy_beside(source: Path, place: Path, notebook_name: str) -> None:
    """Copy regular files only; a link in a submission is never followed."""
    for file in sorted(source.rglob("*")):
        relative = file.relative_to(source)
        if file.is_symlink() or not file.is_file() or relative.name == f"{notebook_name}.ipynb":
            continue
        if any(part.startswith(".") or part == "__pycache__" for part in relative.parts):
            continue
        if relative.name in ("submission_secret.txt", "timestamp.txt"):
            continue
        (place / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place / relative, follow_symlinks=False)
