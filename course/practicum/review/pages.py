"""Pages for employers: each graded submission under its blind code, and what to judge it by."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from practicum.course import Course
from practicum.errors import BadInput, NotReady
from practicum.progress import Progress, Step, silent
from practicum.records import Records
from practicum.review.assessing import rows_for, template_csv
from practicum.review.ports import Gradebook, opened
from practicum.review.submissions import submissions_of
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.briefs import Brief
    from practicum.gradebook import AnswerKey

__all__ = ["PagesReport", "codes_shown", "pages"]

_PAGE = re.compile(r"[0-9A-Z]{8}\.html")


class PagesReport(Value):
    """What was written into a folder for reviewers.

    ``codes`` are the submissions that have a page; ``written`` counts the files that are new
    or have changed. ``ungraded`` counts submissions that came in, but have no page yet.
    """

    brief: str
    folder: Path
    index: Path
    table: Path
    codes: tuple[str, ...]
    written: int
    ungraded: int


def pages(
    course: Course,
    brief: str,
    folder: Path,
    *,
    gradebook: Gradebook | None = None,
    progress: Progress = silent,
) -> PagesReport:
    """Write a blind page for each graded submission, an index, and the table to fill in.

    Args:
        course: The course.
        brief: The brief's id.
        folder: Where they go; new, empty, or from an earlier call for the same brief.
        gradebook: The gradebook; the course's own one if None.
        progress: Told each page.

    Raises:
        BadInput: The folder cannot be made, or holds something else, such as a filled table.
        NotReady: Nothing is graded yet.
        UnknownName: The course has no such brief.

    """
    read, rubric = course.brief(brief), course.rubric(brief)
    folder = folder.absolute()
    with (
        opened(course, gradebook, to_write=False) as book,
        Records(course.records_url) as records,
    ):
        coded = submissions_of(course, brief, records, book).coded
        graded = set(book.students(brief)) if brief in book.briefs() else set()
        ready = {
            code: student
            for code, student in coded.items()
            if student in graded and _notebook_file(course, read, student).is_file()
        }
        if not ready:
            message = f"{brief}: there is nothing graded to show yet: run `practicum grade {brief}`"
            raise NotReady(message)
        key = book.answer_key(brief)
    content = dict(_submissions(course, read, ready, key, progress))
    table = f"{brief}.csv"
    rows = rows_for(ready, rubric.rated_by("employer"))
    from practicum.review.page import index_html  # noqa: PLC0415 (see _submissions)

    content["index.html"] = index_html(read, rubric, tuple(ready), table=table)
    content[table] = template_csv(rows)
    _check_folder(folder, content, table)
    return PagesReport(
        brief=brief,
        folder=folder,
        index=folder / "index.html",
        table=folder / table,
        codes=tuple(ready),
        written=_write(folder, content),
        ungraded=len(coded) - len(ready),
    )


def codes_shown(
    course: Course,
    brief: str,
    records: Records,
    codes: tuple[str, ...],
    *,
    gradebook: Gradebook | None = None,
) -> dict[str, str]:
    """Return whose submissions the codes of ``PagesReport`` are; each one is of this brief."""
    with opened(course, gradebook, to_write=False) as book:
        coded = submissions_of(course, brief, records, book).coded
    return {code: coded[code] for code in codes if code in coded}


def _submissions(
    course: Course, brief: Brief, ready: Mapping[str, str], key: AnswerKey, progress: Progress
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each submission's page."""
    # The libraries that make pages are slow to import; taking in a table needs none of them.
    from practicum.review.blinding import Blinder  # noqa: PLC0415
    from practicum.review.page import submission_html  # noqa: PLC0415
    from practicum.review.showing import shown  # noqa: PLC0415

    given = _given(course, brief)
    for done, (code, student) in enumerate(ready.items(), 1):
        notebook = _read(_notebook_file(course, brief, student))
        said = "\n".join(_sources(notebook))
        blinder = Blinder(course.roster, student, given=given, said=said)
        page = submission_html(brief, code, shown(notebook, key, brief, blinder))
        yield f"{code}.html", page
        progress(Step(f"pages {brief.id}", done, len(ready), code))


def _notebook_file(course: Course, brief: Brief, student: str) -> Path:
    folder = course.station("autograded", student=student, brief=brief.id)
    return folder / f"{brief.grading.notebook}.ipynb"


def _read(file: Path) -> dict[str, Any]:
    try:
        notebook = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        message = f"{file}: cannot be read ({error}): run `practicum grade` again"
        raise NotReady(message) from error
    return notebook if isinstance(notebook, dict) else {}


def _given(course: Course, brief: Brief) -> str:
    """Return the words that everybody was given: the brief's, and the released notebook's."""
    released = course.station("release", brief=brief.id) / f"{brief.grading.notebook}.ipynb"
    sources = _sources(_read(released)) if released.is_file() else ()
    return "\n".join([brief.model_dump_json(), *sources])


def _sources(notebook: Mapping[str, Any]) -> Iterator[str]:
    cells = notebook.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        source = cell.get("source") if isinstance(cell, dict) else None
        lines = source if isinstance(source, list) else [source]
        yield "".join(line for line in lines if isinstance(line, str))


def _check_folder(folder: Path, content: Mapping[str, bytes], table: str) -> None:
    """Refuse a folder that holds what is not ours, before anything is written."""
    if not folder.parent.is_dir():
        message = f"{folder.parent}: there is no such folder: make it, or name another one"
        raise BadInput(message)
    if folder.exists() and not folder.is_dir():
        message = f"{folder}: this is to be a folder, and is a file: name another one"
        raise BadInput(message)
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    others = [
        file.name
        for file in there
        if file.name not in content
        and not file.name.startswith(".")
        and not _PAGE.fullmatch(file.name)
    ]
    if others:
        message = (
            f"{folder}: it holds {others[0]}, which is not for reviewers: "
            "name a new folder, or an empty one"
        )
        raise BadInput(message)
    if _is_filled_in(folder / table):
        message = f"{folder / table}: somebody has filled it in: name a new folder"
        raise BadInput(message)


def _is_filled_in(table: Path) -> bool:
    """Tell whether a table holds a level or words."""
    if not table.is_file():
        return False
    text = table.read_bytes().decode("utf-8-sig", "replace")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return any((row.get("level") or "") + (row.get("words") or "") for row in rows)


def _write(folder: Path, content: Mapping[str, bytes]) -> int:
    """Write what is new or has changed, and take pages away that are no longer there."""
    from practicum.rendering import write_if_changed  # noqa: PLC0415 (see _submissions)

    try:
        folder.mkdir(exist_ok=True)
        for file in folder.iterdir():
            if _PAGE.fullmatch(file.name) and file.name not in content:
                file.unlink()
        return sum(write_if_changed(folder / name, data) for name, data in content.items())
    except OSError as error:
        message = f"{folder}: cannot be written ({error.strerror}): check the path and its rights"
        raise BadInput(message) from None
