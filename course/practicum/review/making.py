"""From a graded notebook to the page that an employer reads, whoever wrote it taken out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from practicum.briefs import Brief
from practicum.course import Course
from practicum.errors import NotReady
from practicum.review.blinding import Blinding
from practicum.review.ingredients import notebook_file, released_file
from practicum.review.page import SUBMISSION, frame, submission_html
from practicum.review.showing import shown

if TYPE_CHECKING:
    from practicum.gradebook import AnswerKey

__all__ = ["PageMaker"]


class PageMaker:
    """Makes the pages of one brief; it only reads, and opens no database."""

    def __init__(self, course: Course, brief: Brief, key: AnswerKey) -> None:
        self._course, self._brief, self._key = course, brief, key
        self._blinding = Blinding(course.roster, _given(course, brief))
        frame(SUBMISSION)  # compiled here, and not by each fork

    def page(self, code: str, student: str) -> tuple[str, bytes]:
        """Return the digest of a student's graded notebook, and the page made from it.

        Raises:
            NotReady: The notebook cannot be read.

        """
        data, notebook = _read(notebook_file(self._course, self._brief, student))
        blinder = self._blinding.blinder(student, said="\n".join(_sources(notebook)))
        page = submission_html(self._brief, code, shown(notebook, self._key, self._brief, blinder))
        return hashlib.sha256(data).hexdigest(), page


def _given(course: Course, brief: Brief) -> str:
    """Return the words that everybody was given: the brief's, and the released notebook's."""
    released = released_file(course, brief)
    sources = _sources(_read(released)[1]) if released.is_file() else ()
    return "\n".join([brief.model_dump_json(), *sources])


def _read(file: Path) -> tuple[bytes, dict[str, Any]]:
    try:
        data = file.read_bytes()
        notebook = json.loads(data)
    except (OSError, ValueError, RecursionError) as error:
        message = f"{file}: cannot be read ({error}): run `practicum grade` again"
        raise NotReady(message) from error
    return data, notebook if isinstance(notebook, dict) else {}


def _sources(notebook: Mapping[str, Any]) -> Iterator[str]:
    cells = notebook.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        source = cell.get("source") if isinstance(cell, dict) else None
        lines = source if isinstance(source, list) else [source]
        yield "".join(line for line in lines if isinstance(line, str))
