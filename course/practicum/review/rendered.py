"""What is known of the pages that were made before: from what, and what came of it.

It lies in ``course/work/review``, which nobody but the course's own account enters, and not
in the folder with the pages: that one is given to employers, and a digest over few possible
authors would let them try out who wrote a page. Nothing in it is believed but digests, which
are compared with what lies there, so that a copy of the folder elsewhere is known as well.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import Field

from practicum.course import Course
from practicum.values import Value

__all__ = ["Page", "Rendered", "rendered_file"]

_LARGEST = 50_000_000


class Page(Value):
    """Digests of what a page was made from, and of the page."""

    made_from: str
    content: str

    @classmethod
    def of(cls, made_from: str, content: bytes) -> Page:
        """Describe a page that was just made."""
        return cls(made_from=made_from, content=hashlib.sha256(content).hexdigest())


class Rendered(Value):
    """The pages of a brief by their file's name, as they were made last."""

    schema_version: Literal[1] = 1
    pages: dict[str, Page] = Field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Rendered:
        """Read it; one that is not there, or is not ours, is an empty one."""
        try:
            with file.open("rb") as stream:
                return cls.model_validate_json(stream.read(_LARGEST))
        except (OSError, ValueError):
            return cls()

    def write(self, file: Path) -> None:
        """Write it in one step, for this account alone.

        Where that fails, the next call makes pages again that it could have left, and that
        is all.
        """
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                    stream.write(self.model_dump_json())
                Path(name).replace(file)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise

    def is_current(self, file: Path, made_from: str) -> bool:
        """Tell whether a file is what would be made from the same again."""
        page = self.pages.get(file.name)
        if page is None or page.made_from != made_from:
            return False
        if file.is_symlink() or not file.is_file():
            return False
        try:
            return hashlib.sha256(file.read_bytes()).hexdigest() == page.content
        except OSError:
            return False


def rendered_file(course: Course, brief: str) -> Path:
    """Return where it is noted what the pages of a brief were made from."""
    return course.work / "review" / f".{brief}.json"
