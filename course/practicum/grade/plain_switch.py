"""The one line of nbgrader_config.py with which nbgrader itself grades with this engine.

from practicum.grade import use_engine; use_engine()
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from practicum.errors import NotACourse, PracticumError
from practicum.gradebook import NbGraderException, foreign_course, hand_over

if TYPE_CHECKING:
    from practicum.execution import Engine
    from practicum.grade.graded import Graded, GradeReport

__all__ = ["use_engine", "warm_engines"]

DESK = "practicum.grade.plain_desk"


class _Warm:
    """The engine of the last grading, where one is kept."""

    keeps = False
    libraries: tuple[str, ...] = ()
    engine: Engine | None = None

    def engine_for(self, libraries: tuple[str, ...], places: int) -> Engine | None:
        """Return an engine that has imported these libraries; None where none is kept."""
        from practicum.execution import Engine  # noqa: PLC0415 (a server does not need it)

        if not self.keeps:
            return None
        if self.engine is None or self.libraries != libraries:
            self.end()
            self.engine = Engine(libraries, places, judging=True)
            self.libraries = libraries
        return self.engine

    def end(self) -> None:
        """End the engine, if there is one."""
        if self.engine is not None:
            self.engine.close()
            self.engine = None


_warm = _Warm()


@contextmanager
def warm_engines() -> Iterator[None]:
    """Keep the engine of a grading for the next one while the block runs."""
    _warm.keeps = True
    try:
        yield
    finally:
        _warm.keeps = False
        _warm.end()


def use_engine() -> None:
    """Grade with this engine where nbgrader's command, API or formgrader's button is used.

    Can be called again: formgrader reads its configuration at each click.
    """
    hand_over(_start, DESK)


def _start(converter: Any) -> None:  # noqa: ANN401 (nbgrader is untyped)
    """Do what ``Autograde.start`` does, and tell nbgrader's log of it.

    Raises:
        NbGraderException: A submission could not be graded; the log says why.

    """
    assignment, log = converter.coursedir.assignment_id, converter.log
    try:
        report = _grade(converter, assignment)
    except PracticumError as error:
        # It may be the engine's.
        _warm.end()
        log.error(str(error))  # noqa: TRY400 (it is a message, not a fault of ours)
        raise NbGraderException(str(error)) from error
    if not report.graded:
        message = f"No notebooks were matched: nothing has been submitted for {assignment!r}"
        log.error(message)
        raise NbGraderException(message)
    if report.count("error"):
        failed = [graded.student for graded in report.graded if graded.outcome == "error"]
        message = f"{assignment}: not graded: {', '.join(failed)}; the log above says why"
        log.error(message)
        raise NbGraderException(message)


def _grade(converter: Any, assignment: str) -> GradeReport:  # noqa: ANN401
    # Only now: a server reads this module with its configuration, and does not grade.
    from practicum.course import Course  # noqa: PLC0415
    from practicum.grade.plain import grade_plain, plain_libraries  # noqa: PLC0415
    from practicum.grade.pool import workers_here  # noqa: PLC0415
    from practicum.grade.verb import grade, libraries  # noqa: PLC0415

    def seen(graded: Graded) -> None:
        _tell(converter.log, assignment, graded)

    course = foreign_course(converter)
    try:
        own = Course.find(course.root)
    except NotACourse:
        engine = _warm.engine_for(plain_libraries(course, assignment), workers_here())
        return grade_plain(course, assignment, engine=engine, seen=seen)
    students = () if course.students == "*" else (course.students,)
    engine = _warm.engine_for(libraries(own, assignment), workers_here())
    return grade(own, assignment, students=students, again=course.again, engine=engine, seen=seen)


def _tell(log: Any, assignment: str, graded: Graded) -> None:  # noqa: ANN401
    where = f"{assignment} of {graded.student}"
    if graded.outcome == "error":
        log.error("There was an error processing %s: %s", where, graded.detail)
        return
    log.info("%s: %s, %g of %g points", where, graded.outcome, graded.points, graded.max_points)
    for finding in graded.findings:
        log.warning("%s: %s: %s", where, finding.cell or "notebook", finding.message)
