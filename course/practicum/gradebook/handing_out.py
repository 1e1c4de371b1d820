"""Pages on their way to students: into nbgrader's exchange, where `nbgrader fetch_feedback` looks.

nbgrader's own step copies one file, and takes seconds to import. Here the same is done for an
exchange that is as it should be; any other is left to nbgrader, which mends it or says what
is wrong. A test compares the two.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

from practicum.course import Course
from practicum.errors import NotReady

__all__ = ["hand_out"]

_FOLDER_MODE = 0o711  # as nbgrader makes it: who knows a page's name may fetch it


def hand_out(course: Course, brief: str, student: str) -> None:
    """Give a student the pages in the feedback folder, through the exchange.

    nbgrader finds the student by a secret that came with the submission; a submission
    that came by another way (an LMS) gets one here.

    Raises:
        NotReady: There is no graded submission, or the exchange refuses.

    """
    graded = course.station("autograded", student=student, brief=brief)
    folder = _ready_folder(course)
    if folder is None or not (graded / "timestamp.txt").is_file():
        from practicum.gradebook.exchange import release_feedback  # noqa: PLC0415 (takes seconds)

        release_feedback(course, brief, student)
        return
    feedback = course.station("feedback", student=student, brief=brief)
    secret = _secret(graded / "submission_secret.txt")
    for name in ("timestamp.txt", "submission_secret.txt"):
        shutil.copyfile(graded / name, feedback / name)
    try:
        for page in sorted(feedback.glob("*.html")):
            name = _address(secret, page.stem)
            copy = folder / f"{name}-tmp.html"
            shutil.copy(page, copy)
            copy.replace(folder / f"{name}.html")
    except OSError as error:
        message = f"{brief}: nbgrader's exchange refuses: {error}: check its rights and the disk"
        raise NotReady(message) from error


def _ready_folder(course: Course) -> Path | None:
    """Return the exchange's folder of pages, making it if need be, or None where that fails."""
    if not os.access(course.exchange, os.W_OK | os.X_OK):
        return None
    folder = course.exchange / course.id / "feedback"
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(_FOLDER_MODE)
        return folder if folder.stat().st_uid == os.getuid() else None
    except OSError:
        return None


def _secret(file: Path) -> str:
    if not file.is_file():
        file.write_text(secrets.token_hex(64), encoding="ascii")
        file.chmod(0o600)
    return file.read_text(encoding="utf-8")


def _address(secret: str, notebook: str) -> str:
    """Return the name under which nbgrader looks for a page (``nbgrader.utils.notebook_hash``)."""
    return hashlib.md5((secret + notebook).encode(), usedforsecurity=False).hexdigest()
