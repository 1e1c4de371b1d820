"""A small course, a stand-in for the records, and ways to hand something in."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course

REPOSITORY = Path(__file__).parents[3]

COURSE = """\
schema_version: 1
id: testing
title: A course to test with
timezone: Europe/Berlin
placements: placements.yml
limits: {notebook_mb: 0.2, submission_mb: 0.5}
briefs:
  - brief: first-steps
"""

ROSTER = """\
schema_version: 1
students:
  - {id: ada, name: Ada Lovelace, lms_id: "1001"}
  - {id: ada_l, name: Ada Long, lms_id: "1002"}
  - {id: grace, name: Grace Hopper, lms_id: "1003"}
  - {id: alan, name: Alan Turing, lms_id: "1004"}
instructors:
  - {id: ines, name: Ines Instructor}
"""

PLACEMENTS = """\
schema_version: 1
placements:
  - {student: ada, brief: first-steps}
  - {student: ada_l, brief: first-steps}
  - {student: grace, brief: first-steps}
"""


@dataclass(frozen=True)
class Noted:
    """A receipt as the stand-in keeps it."""

    sha256: str
    received_at: datetime
    source: str
    files: int
    size: int


@dataclass
class Inbox:
    """Keeps receipts in memory; the newest noted counts."""

    noted: dict[tuple[str, str], list[Noted]] = field(default_factory=dict)

    def receipt(self, brief: str, student: str) -> Noted | None:
        """Return the receipt that counts."""
        return self.noted.get((brief, student), [None])[-1]

    def receive(self, brief: str, student: str, **fields: Any) -> Noted:
        """Note a receipt."""
        noted = Noted(**fields)
        self.noted.setdefault((brief, student), []).append(noted)
        return noted


@pytest.fixture
def inbox() -> Inbox:
    """An empty stand-in for the records."""
    return Inbox()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with one brief, four students, three of them placed."""
    root = tmp_path / "root"
    shutil.copytree(REPOSITORY / "assignments/first-steps", root / "assignments/first-steps")
    (root / "rubrics").mkdir()
    shutil.copy(REPOSITORY / "rubrics/first-steps.yml", root / "rubrics")
    (root / "course").mkdir()
    for name, text in (("course", COURSE), ("roster", ROSTER), ("placements", PLACEMENTS)):
        (root / "course" / f"{name}.yml").write_text(text)
    return Course.find(root)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An empty folder, as an LMS exports it."""
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


def notebook(text: str = "pass", **changes: Any) -> bytes:
    """Return a small notebook of the assignment with ``text`` in its only cell."""
    meta = {"grade": False, "solution": True, "locked": False, "schema_version": 3}
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "one",
        "metadata": {"nbgrader": {**meta, "grade_id": "one"}},
        "outputs": [],
        "source": text,
    }
    plain = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps({**plain, **changes}).encode()


@pytest.fixture
def make_notebook() -> Callable[..., bytes]:
    """How a small notebook is made."""
    return notebook


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a zip with these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


@pytest.fixture
def make_zip() -> Callable[[dict[str, bytes]], bytes]:
    """How a zip is made."""
    return zipped
