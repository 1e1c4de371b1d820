"""Grade all submissions for a brief that are new or have changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

from practicum.execution import Engine, imported_modules
from practicum.grade.cluster import Cluster
from practicum.grade.graded import Graded, GradeReport
from practicum.grade.pool import workers_here
from practicum.grade.run import Run
from practicum.gradebook import CourseGradebook, sole_writer
from practicum.progress import Progress, Step, silent
from practicum.records import Records

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["GradeReport", "Graded", "grade", "libraries"]


def unseen(graded: Graded) -> None:
    """Do nothing with a finished submission."""


def grade(  # noqa: PLR0913 (each is a question that an instructor answers)
    course: Course,
    brief: str,
    *,
    students: Sequence[str] = (),
    again: bool = False,
    workers: int | None = None,
    judging: bool = True,
    engine: Engine | Cluster | None = None,
    seen: Callable[[Graded], None] = unseen,
    progress: Progress = silent,
) -> GradeReport:
    """Grade what has been collected for a brief and is new or has changed.

    A submission that cannot be graded through a fault of ours keeps the state ``error``
    and never becomes a zero; the next run tries it again.

    Args:
        course: The course.
        brief: The brief's id.
        students: Only these; all if empty.
        again: Grade also what has not changed.
        workers: How many notebooks run at once.
        judging: Judge each test apart from the student's code, too, and compare.
        engine: What runs the notebooks, kept by the caller; without it, an engine is started
            and ended here.
        seen: Given each submission as soon as it is finished, those without change first.
        progress: Told each finished submission.

    Raises:
        NotReady: The brief has not been published.
        UnknownName: A student has handed in nothing for this brief.
        NoSandbox: There is no box here in which a student's code may run.

    """
    start = time.perf_counter()
    places = workers or workers_here()
    with (
        sole_writer(course),
        # First: it starts in the background.
        nullcontext(engine)
        if engine
        else Engine(libraries(course, brief), places, judging=judging) as running,
        CourseGradebook(course) as store,
        Records(course.records_url) as records,
    ):
        run = Run.of(course, running, store, records, brief)
        wanted = run.submissions(students)
        done = [] if again else [s for s in wanted if run.recorder.is_graded(s)]
        results = run.unchanged(done)
        unchanged = {submission.student for submission in done}
        todo = [submission for submission in wanted if submission.student not in unchanged]
        for graded in results:
            seen(graded)
        progress(Step(f"grade {brief}", len(results), len(wanted)))
        with closing(run.grade(todo, places)) as outcomes:
            for graded in outcomes:
                results.append(graded)
                seen(graded)
                progress(Step(f"grade {brief}", len(results), len(wanted), graded.student))
    results.sort(key=lambda graded: graded.student)
    return GradeReport(brief=brief, graded=tuple(results), seconds=time.perf_counter() - start)


def libraries(course: Course, brief: str) -> tuple[str, ...]:
    """Return the libraries that the released notebook imports: what an engine warms up."""
    released = course.station("release", brief=brief).glob("*.ipynb")
    return imported_modules(file.read_text("utf-8", errors="replace") for file in released)
