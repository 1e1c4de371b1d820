"""What the pages are made from, as digests: where none has changed, nothing is made again."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from practicum import __version__
from practicum.briefs import Brief
from practicum.course import Course
from practicum.rubrics import Rubric

if TYPE_CHECKING:
    from practicum.gradebook import AnswerKey

__all__ = [
    "Ingredients",
    "code_digest",
    "digest_of",
    "notebook_file",
    "own_files",
    "released_file",
]

_LIBRARIES = ("jinja2", "markdown-it-py", "markupsafe", "nh3", "pygments")
_OWN = ("practicum.rendering", "practicum.review")


@dataclass(frozen=True)
class Ingredients:
    """A digest of all that the pages of a brief have in common."""

    common: str

    @classmethod
    def of(cls, course: Course, brief: Brief, key: AnswerKey) -> Ingredients:
        """Digest what makes the pages, the brief, its answer key, and whose names go.

        The released notebook is one of them: its words are no secret, even where they are names.
        """
        parts = (
            code_digest(),
            brief.model_dump_json(),
            key.model_dump_json(),
            course.roster.model_dump_json(),
            digest_of(released_file(course, brief)),
        )
        return cls(_digest(parts))

    def of_page(self, code: str, student: str, notebook: str) -> str:
        """Return the digest for one page; ``notebook`` is the digest of the graded notebook."""
        return _digest((self.common, "page", code, student, notebook))

    def of_index(self, rubric: Rubric, codes: Sequence[str], table: str) -> str:
        """Return the digest for the first page: it alone shows the rubric."""
        return _digest((self.common, "index", rubric.model_dump_json(), table, *codes))


def notebook_file(course: Course, brief: Brief, student: str) -> Path:
    """Return where a student's graded notebook lies."""
    folder = course.station("autograded", student=student, brief=brief.id)
    return folder / f"{brief.grading.notebook}.ipynb"


def released_file(course: Course, brief: Brief) -> Path:
    """Return where the notebook lies that students were given."""
    return course.station("release", brief=brief.id) / f"{brief.grading.notebook}.ipynb"


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file; "" where it cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


@cache
def code_digest() -> str:
    """Digest what makes pages: our own code, templates and styles, and the libraries."""
    versions = [f"{name}={version(name)}" for name in _LIBRARIES]
    return _digest((__version__, sys.version, *versions, *map(digest_of, own_files())))


def own_files() -> list[Path]:
    """Return our own files that make pages."""
    folders = [Path(str(files(package))) for package in _OWN]
    return sorted(file for folder in folders for file in folder.iterdir() if file.is_file())


def _digest(parts: Sequence[str]) -> str:
    """Digest texts with their lengths, so that none can run into its neighbour."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(data))
        whole.update(data)
    return whole.hexdigest()
