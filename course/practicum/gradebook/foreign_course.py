"""A course that only nbgrader knows: its folders and settings, as a frozen value."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.utils import find_all_files, full_split, parse_utc

from practicum.errors import BadSubmission
from practicum.gradebook.entering import PenaltyRule
from practicum.policies import Limits

__all__ = ["ForeignCourse"]

Notebook = dict[str, Any]


@dataclass(frozen=True)
class ForeignCourse:
    """What ``nbgrader autograde`` would go by in a course directory.

    ``structure`` is nbgrader's format string for folders; ``students`` and ``notebooks`` are
    globs; ``kept`` are, by assignment, the students' files that no file of the source replaces;
    ``finish`` is what nbgrader's own steps make of an executed notebook, None for nothing.
    """

    root: Path
    id: str
    database: str
    structure: str
    source: str
    submitted: str
    autograded: str
    limits: Limits
    penalty: PenaltyRule
    ignore: tuple[str, ...] = ()
    students: str = "*"
    excluded: frozenset[str] = frozenset()
    notebooks: str = "*"
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    add_missing: bool = False
    create_students: bool = True
    again: bool = False
    permissions: int = 0o444
    group_shared: bool = False
    finish: Callable[[Notebook], Notebook] | None = None

    @property
    def state(self) -> Path:
        """The one folder that is ours in it: what was graded, and with what."""
        return self.root / ".practicum"

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Return where a step of an assignment lies."""
        place = self.structure.format(
            nbgrader_step=step, student_id=student, assignment_id=assignment
        )
        return self.root / place

    def submissions(self, assignment: str) -> dict[str, Path]:
        """Return the folders that were handed in, by student, sorted."""
        pattern = str(self.folder(self.submitted, self.students, assignment))
        parts = [
            part.format(
                nbgrader_step=re.escape(self.submitted),
                student_id="(?P<student>[^/]+)",
                assignment_id=re.escape(assignment),
            )
            for part in full_split(self.structure)
        ]
        inside = parts and not parts[0].startswith("/")
        form = re.compile("/".join([re.escape(str(self.root)), *parts] if inside else parts))
        found: dict[str, Path] = {}
        for place in sorted(glob.glob(pattern)):  # noqa: PTH207 (as nbgrader does)
            named = form.fullmatch(place)
            if named and named["student"] not in self.excluded and Path(place).is_dir():
                found[named["student"]] = Path(place)
        return found

    def source_files(self, assignment: str) -> dict[str, Path]:
        """Return the files beside the instructor's notebooks, by path; never a notebook."""
        folder = self.folder(self.source, ".", assignment)
        kept = self.kept.get(assignment, ())
        return {name: file for name, file in self.files(folder).items() if name not in kept}

    def files(self, folder: Path) -> dict[str, Path]:
        """Return the files in a folder that nbgrader would copy; no notebook, never a link."""
        ignored = [*self.ignore, "*.ipynb"]
        files = (Path(name) for name in find_all_files(str(folder), ignored))
        return {
            file.relative_to(folder).as_posix(): file
            for file in sorted(files)
            if not file.is_symlink() and file.is_file()
        }

    def time(self, folder: Path) -> datetime | None:
        """Return what timestamp.txt in a folder says (aware); None without a time.

        Raises:
            BadSubmission: It says something that is no time.

        """
        file = folder / "timestamp.txt"
        try:
            text = file.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return None
        try:
            said: datetime | None = parse_utc(text) if text else None
        except (ValueError, OverflowError, TypeError):
            message = f"timestamp.txt says {text[:60]!r}, which is no time: write it anew"
            raise BadSubmission(message) from None
        return said.replace(tzinfo=UTC) if said is not None else None
