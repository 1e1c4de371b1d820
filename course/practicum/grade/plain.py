"""Grade in any course directory of nbgrader, as it stands, with none of our files in it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.databases import Patience
from practicum.execution import Engine, imported_modules
from practicum.grade.graded import Graded, GradeReport
from practicum.grade.plain_kernels import kernel_note
from practicum.grade.plain_log import alone
from practicum.grade.plain_run import PlainRun
from practicum.grade.pool import workers_here
from practicum.gradebook import ForeignGradebook
from practicum.progress import Progress, Step, silent

if TYPE_CHECKING:
    from practicum.gradebook import ForeignCourse

__all__ = ["grade_plain", "plain_libraries"]


def unseen(graded: Graded) -> None:
    """Do nothing with a finished submission."""


def grade_plain(  # noqa: PLR0913 (each is a question that an instructor answers)
    course: ForeignCourse,
    assignment: str,
    *,
    students: Sequence[str] = (),
    again: bool = False,
    workers: int | None = None,
    judging: bool = True,
    kernel: str = "",
    engine: Engine | None = None,
    seen: Callable[[Graded], None] = unseen,
    progress: Progress = silent,
) -> GradeReport:
    """Grade what ``nbgrader autograde`` would grade, into the same gradebook and folders.

    Args:
        course: The course, as nbgrader's configuration has it.
        assignment: The assignment's name.
        students: Only these; all if empty.
        again: Grade also what has not changed; people are asked again about their marks.
        workers: How many notebooks run at once.
        judging: Judge each test apart from the student's code, too, and compare.
        kernel: The kernel for notebooks whose own is not installed.
        engine: What runs the notebooks, kept by the caller; without it, an engine is started
            and ended here.
        seen: Given each submission as soon as it is finished, those without change first.
        progress: Told each finished submission.

    Raises:
        NotReady: The gradebook does not know the assignment.
        UnknownName: A student has handed in nothing for it.
        BadInput: A notebook's kernel is not there.
        NoSandbox: There is no box here in which a student's code may run.

    """
    start = time.perf_counter()
    course = replace(course, again=again or course.again)
    places = workers or workers_here()
    with ForeignGradebook(course, assignment, patience=Patience(told=progress)) as store:
        keys = store.keys()
        notes = {name: kernel_note(key, kernel) for name, key in keys.items()}
        with (
            alone(course.state),
            nullcontext(engine)
            if engine
            else Engine(plain_libraries(course, assignment), places, judging=judging) as running,
            tempfile.TemporaryDirectory(prefix="practicum-data-") as data,
        ):
            run = PlainRun.of(course, assignment, running, store, keys, notes, Path(data))
            wanted = run.submissions(students)
            done = [] if course.again else [s for s in wanted if run.is_graded(s)]
            results = run.unchanged(done)
            for graded in results:
                seen(graded)
            what = f"grade {assignment}"
            progress(Step(what, len(results), len(wanted)))
            todo = [submission for submission in wanted if submission not in done]
            with closing(run.grade(todo, places)) as outcomes:
                for graded in outcomes:
                    results.append(graded)
                    seen(graded)
                    progress(Step(what, len(results), len(wanted), graded.student))
    results.sort(key=lambda graded: graded.student)
    seconds = time.perf_counter() - start
    return GradeReport(brief=assignment, graded=tuple(results), seconds=seconds)


def plain_libraries(course: ForeignCourse, assignment: str) -> tuple[str, ...]:
    """Return the libraries that the instructor's notebooks import: what an engine warms up."""
    folder = course.folder(course.source, ".", assignment)
    return imported_modules(
        file.read_text("utf-8", errors="replace") for file in folder.glob("*.ipynb")
    )
