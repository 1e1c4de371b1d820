"""Where the demo plays: a course of its own, made from a checkout's four briefs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from practicum.briefs import read_brief
from practicum.demo.cohort import Member, cohort, placements_yml, roster_yml
from practicum.errors import BadInput

__all__ = ["Setting", "lay_out"]

BRIEFS = ("first-steps", "flight-delays", "doctor-visits", "rainy-days")
CELL_SECONDS = 10
"""Shorter than a course's: the endless loops of the cohort are waited for."""


@dataclass(frozen=True)
class Setting:
    """The demo's folder, the checkout that it is made from, and its cohort."""

    folder: Path
    source: Path
    members: tuple[Member, ...]

    def of(self, brief: str) -> tuple[Member, ...]:
        """Return the students on a brief."""
        return tuple(member for member in self.members if member.brief == brief)

    def solution(self, brief: str) -> Path:
        """Where the brief's notebook with solutions lies."""
        return self.source / "assignments" / brief / "brief.ipynb"

    def answers(self, brief: str) -> Path:
        """Where the cohort's mistakes and words for a brief lie."""
        return self.source / "course" / "cohort" / f"{brief}.yml"

    def export(self, brief: str) -> Path:
        """Where the LMS export of a brief lies."""
        return self.folder / "inbox" / f"{brief}-lms-export.zip"

    def receipts(self, brief: str) -> Path:
        """Where the receipt times that the LMS noted lie."""
        return self.folder / "inbox" / f"{brief}-receipts.csv"

    def write(self, name: str, text: str) -> Path:
        """Write a file into the inbox: what people send in."""
        file = self.folder / "inbox" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file


def lay_out(folder: Path, source: Path) -> Setting:
    """Make the demo's course in ``folder``, unless it is there already.

    Raises:
        BadInput: ``source`` is no checkout, or ``folder`` holds something else.

    """
    folder, source = folder.absolute(), source.absolute()
    for brief in BRIEFS:
        for part in (f"assignments/{brief}/brief.ipynb", f"course/cohort/{brief}.yml"):
            if not (source / part).is_file():
                message = (
                    f"{source / part} does not exist: the demo needs a checkout of practicum, "
                    "because solutions are not installed: practicum demo DIR --from CHECKOUT"
                )
                raise BadInput(message)
    members = cohort(BRIEFS)
    if not (folder / "course" / "course.yml").is_file():
        if folder.exists() and any(folder.iterdir()):
            message = f"{folder} holds something that is not the demo: name another folder"
            raise BadInput(message)
        _make(folder, source, members)
    return Setting(folder, source, members)


def _make(folder: Path, source: Path, members: tuple[Member, ...]) -> None:
    """Write everything under another name first, so that a half-made course never counts."""
    draft = folder.with_name(f".{folder.name}-draft")
    shutil.rmtree(draft, ignore_errors=True)
    ignore = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    for brief in BRIEFS:
        target = draft / "assignments" / brief
        shutil.copytree(source / "assignments" / brief, target, ignore=ignore)
    for name in ("rubrics", "notebooks"):
        shutil.copytree(source / name, draft / name, ignore=ignore)
    shutil.copyfile(source / "nbgrader_config.py", draft / "nbgrader_config.py")
    (draft / "course").mkdir()
    briefs = [read_brief(draft / "assignments" / brief / "brief.yml") for brief in BRIEFS]
    (draft / "course" / "roster.yml").write_text(roster_yml(members, briefs), encoding="utf-8")
    (draft / "course" / "placements.yml").write_text(placements_yml(members), encoding="utf-8")
    (draft / "course" / "course.yml").write_text("\n".join(_course_yml()) + "\n", encoding="utf-8")
    if folder.exists():
        folder.rmdir()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft.rename(folder)


def _course_yml() -> Iterator[str]:
    """Write the demo's course.yml: the exchange's brief is open, the others are over."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    yield "# The course of `practicum demo`."
    yield "schema_version: 1"
    yield "id: demo"
    yield "title: Micro-internships, a demo"
    yield "timezone: UTC"
    yield "placements: placements.yml"
    yield "briefs:"
    for brief in BRIEFS:
        due = now + (timedelta(days=7) if brief == BRIEFS[0] else -timedelta(days=3))
        yield f"  - {{brief: {brief}, due: {due:%Y-%m-%dT%H:%M:%S}}}"
    yield f"limits: {{cell_seconds: {CELL_SECONDS}}}"
