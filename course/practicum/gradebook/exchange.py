"""nbgrader's exchange: the folder through which files go to and come from students."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import (
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
    ExchangeSubmit,
)

from practicum.errors import NotReady
from practicum.gradebook.config import nbgrader_config
from practicum.gradebook.logs import kept_log

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = [
    "collect_folder",
    "release_assignment",
    "release_feedback",
    "submit",
]


def _run(step: Any, course: Course, *, brief: str, student: str = "", **traits: Any) -> None:  # noqa: ANN401 (nbgrader is untyped)
    config = nbgrader_config(course, brief=brief, student=student)
    with kept_log() as log:
        exchange = step(
            coursedir=CourseDirectory(config=config, log=log.logger),
            authenticator=Authenticator(config=config, log=log.logger),
            config=config,
            log=log.logger,
            **traits,
        )
        try:
            exchange.start()
        except (ExchangeError, OSError, RuntimeError) as error:
            said = log.reason() or str(error)
            message = f"{brief}: nbgrader's exchange refuses: {said}"
            raise NotReady(message) from error


def release_assignment(course: Course, brief: str) -> None:
    """Put the release of ``brief`` where students fetch it; replace an older one.

    Raises:
        NotReady: The exchange refuses; the message says why.

    """
    _run(ExchangeReleaseAssignment, course, brief=brief, force=True)


def collect_folder(course: Course) -> Path:
    """Return the exchange's folder where submissions arrive."""
    return course.exchange / course.id / "inbound"


def submit(course: Course, brief: str, student: str, folder: Path) -> None:
    """Hand in ``folder/<brief>`` as ``student``, as ``nbgrader submit`` does.

    Raises:
        NotReady: The exchange refuses; the message says why.

    """
    _run(
        ExchangeSubmit,
        course,
        brief=brief,
        student=student,
        assignment_dir=str(folder),
        cache=str(folder / ".cache"),
    )


def release_feedback(course: Course, brief: str, student: str) -> None:
    """Give a student the pages in the feedback folder, through the exchange.

    nbgrader finds the student by a secret that came with the submission; a submission
    that came by another way (an LMS) gets one here.

    Raises:
        NotReady: There is no graded submission, or the exchange refuses.

    """
    graded = course.station("autograded", student=student, brief=brief)
    feedback = course.station("feedback", student=student, brief=brief)
    if not (graded / "timestamp.txt").is_file():
        message = f"{brief}: {student} has no graded submission: run `practicum grade {brief}`"
        raise NotReady(message)
    secret = graded / "submission_secret.txt"
    if not secret.is_file():
        secret.write_text(secrets.token_hex(64), encoding="ascii")
        secret.chmod(0o600)
    for name in ("timestamp.txt", "submission_secret.txt"):
        shutil.copyfile(graded / name, feedback / name)
    _run(ExchangeReleaseFeedback, course, brief=brief, student=student)
