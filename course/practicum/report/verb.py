"""The verb: run the notebook about a course, and write the page and what it came from."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from practicum import __version__
from practicum.errors import BadInput, InvalidDocument, PracticumError
from practicum.problems import Problem
from practicum.progress import Progress, Step, silent
from practicum.report.page import page_of
from practicum.shipped import course_notebook

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from practicum.course import Course

__all__ = ["report"]

NAME = "cohort_report"
CELL_SECONDS = 600
STEPS = 3
MAX_REASON = 500

_FAILED = "{file}: the cell {cell} fails: {reason}: {remedy}"
_OWN = "mend the course's own notebook, or remove it: practicum has one that is used then"
_SHIPPED = "run `practicum check`; if it finds nothing, this is a fault of practicum: report it"


def report(course: Course, *, output: Path | None = None, progress: Progress = silent) -> Path:
    """Make the cohort report of a course: one page, and the executed notebook beside it.

    Args:
        course: The course; its own notebooks/cohort_report.ipynb is used if it has one.
        output: Where the page goes; course/work/reports/cohort_report.html if None. The
            notebook gets the same name, ending in .ipynb.
        progress: Told three steps: run, convert, write.

    Returns:
        The page's path.

    Raises:
        PracticumError: A cell fails; the message names it. What was there before stays.
        InvalidDocument: The course's own notebook is not a notebook.
        BadInput: ``output`` cannot be written.

    """
    page = (output or course.work / "reports" / f"{NAME}.html").absolute()
    if page.is_dir() or page.suffix == ".ipynb":
        message = f"{page}: this is to be the page: give a file's name that ends in .html"
        raise BadInput(message)
    if output is not None and not page.parent.is_dir():
        message = f"{page.parent}: there is no such folder: make it, or give another --output"
        raise BadInput(message)
    progress(Step("report", 0, STEPS, "run the notebook"))
    source, own = course_notebook(course, NAME)
    executed = _execute(course, source, own=own)
    progress(Step("report", 1, STEPS, "make the page"))
    html = page_of(
        executed,
        title=f"Cohort report: {course.settings.title}",
        footer=f"Made on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by practicum {__version__}.",
    )
    progress(Step("report", 2, STEPS, "write"))
    _write(page.with_suffix(".ipynb"), _text(executed).encode())
    _write(page, html.encode())
    progress(Step("report", STEPS, STEPS))
    return page


def _text(notebook: NotebookNode) -> str:
    import nbformat  # noqa: PLC0415 (slow to import)

    text: str = nbformat.writes(notebook)
    return text


def _read(file: Traversable) -> NotebookNode:
    import nbformat  # noqa: PLC0415 (slow to import)

    try:
        notebook: NotebookNode = nbformat.reads(file.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, AttributeError, nbformat.ValidationError) as error:
        what = f"not a notebook ({str(error).splitlines()[0]})"
        raise InvalidDocument([Problem(Path(str(file)), 0, what, "mend it or remove it")]) from None
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", ())]
    if "parameters" not in tags:
        what = "no cell has the tag `parameters`"
        fix = 'tag the cell that says `course = ""`'
        raise InvalidDocument([Problem(Path(str(file)), 0, what, fix)])
    return notebook


def _execute(course: Course, file: Traversable, *, own: bool) -> NotebookNode:
    import papermill  # noqa: PLC0415 (slow to import)
    from jupyter_client.kernelspec import NoSuchKernel  # noqa: PLC0415
    from nbclient.exceptions import CellTimeoutError, DeadKernelError  # noqa: PLC0415

    from practicum.gradebook import quiet_kernel  # noqa: PLC0415 (it brings nbgrader)

    notebook = _read(file)
    remedy = _OWN if own else _SHIPPED
    try:
        with _quiet("papermill"):
            done: NotebookNode = papermill.execute_notebook(
                notebook,
                None,
                parameters={"course": str(course.root)},
                cwd=course.root,
                progress_bar=False,
                log_output=False,
                execution_timeout=CELL_SECONDS,
                extra_arguments=quiet_kernel(notebook.metadata.get("kernelspec", {})),
            )
    except papermill.PapermillExecutionError as error:
        reason = f"{error.ename}: {error.evalue}"[:MAX_REASON]
        # papermill has put a cell with the parameters in, which the file does not have.
        cell = _cell(notebook, error.source, error.cell_index)
        message = _FAILED.format(file=file, cell=cell, reason=reason, remedy=remedy)
        raise PracticumError(message) from None
    except (CellTimeoutError, DeadKernelError) as error:
        reason = str(error).splitlines()[0][:MAX_REASON]
        message = f"{file}: it does not run to its end ({reason}): {remedy}"
        raise PracticumError(message) from None
    except NoSuchKernel as error:
        message = f"{file}: it asks for the kernel {error.name!r}, which is not installed: {remedy}"
        raise PracticumError(message) from None
    return done


def _cell(notebook: NotebookNode, source: str, index: int) -> str:
    """Name a cell as people see it: its place in the file, its id, and how it begins."""
    for place, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and cell.source == source:
            return f"{place} ({cell.id}, `{source.strip().splitlines()[0][:60]}`)"
    return str(index + 1)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _write(file: Path, content: bytes) -> None:
    """Write a file in one step: it is there as a whole, or as it was."""
    temporary: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=file.parent, prefix=f".{file.name}.", delete=False
        ) as stream:
            temporary = Path(stream.name)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(file)
    except OSError as error:
        message = f"{file}: cannot be written ({error.strerror}): give another name with --output"
        raise BadInput(message) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
