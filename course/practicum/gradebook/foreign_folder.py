"""The autograded folder of a foreign course, as nbgrader's ``autograde`` leaves it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.gradebook.autograded import Draft, copy_file, sync_folder, write_file

if TYPE_CHECKING:
    from practicum.gradebook.foreign_course import ForeignCourse

__all__ = ["executed_digest", "foreign_draft"]

DRAFT = ".grading-"
SHARED = 0o2770
"""What nbgrader adds to the rights of folders that a group shares."""


@contextmanager
def foreign_draft(
    course: ForeignCourse, assignment: str, student: str, notebooks: Mapping[str, str]
) -> Iterator[Draft]:
    """Write a submission's autograded folder beside its place; the caller installs it.

    Args:
        course: The course.
        assignment: The assignment's name.
        student: Whose submission it is.
        notebooks: The executed notebooks (JSON text) by name. Others that lie there stay, where
            the configuration chooses among notebooks.

    """
    target = course.folder(course.autograded, student, assignment)
    submitted = course.folder(course.submitted, student, assignment)
    target.parent.mkdir(parents=True, exist_ok=True)
    place = target.with_name(f"{DRAFT}{target.name}")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    try:
        # Of two files with one name, the course's own counts.
        files = course.files(submitted) | course.source_files(assignment)
        for name, source in files.items():
            copy_file(source, place / name)
        written = {f"{name}.ipynb": text.encode() for name, text in notebooks.items()}
        for name, data in written.items():
            write_file(place / name, data)
        if course.notebooks != "*":
            for other in target.glob("*.ipynb"):
                if other.name not in written and not other.is_symlink():
                    copy_file(other, place / other.name)
        _set_rights(course, place)
        sync_folder(place)
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in written.items()}
        yield Draft(place, target, "", _together(digests))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def executed_digest(folder: Path, notebooks: Mapping[str, str]) -> str:
    """Return the digest that a draft has got, of the notebooks that now lie in a folder."""
    digests = {}
    for name in notebooks:
        with suppress(OSError):
            data = (folder / f"{name}.ipynb").read_bytes()
            digests[f"{name}.ipynb"] = hashlib.sha256(data).hexdigest()
    return _together(digests)


def _together(digests: Mapping[str, str]) -> str:
    lines = "\n".join(f"{name} {digest}" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _set_rights(course: ForeignCourse, place: Path) -> None:
    """Give files and folders the rights that nbgrader gives them."""
    for folder, _, names in os.walk(place):
        for name in names:
            Path(folder, name).chmod(course.permissions)
        rights = 0o755 | (SHARED if course.group_shared else 0)
        Path(folder).chmod(rights)
