"""A course with as many students as are wanted, on a real hub."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.hub import conftest as hubs  # noqa: E402 (the path comes first)
from tests.hub.conftest import RunningHub  # noqa: E402 (see above)

from practicum.course import Course  # noqa: E402 (see above)
from practicum.demo.mistakes import (  # noqa: E402 (see above)
    KINDS,
    hand_in,
    read_answers,
    read_notebook,
)
from practicum.depot import released  # noqa: E402 (see above)
from practicum.gradebook import generate  # noqa: E402 (see above)
from practicum.records import Records  # noqa: E402 (see above)

__all__ = ["BRIEF", "COURSE", "Load", "RunningHub", "hubs", "lay", "name", "notebooks", "running"]

BRIEF, COURSE = "first-steps", "load"
NOTEBOOK = "brief.ipynb"
NOT_ALIKE = ("endless-loop", "duplicated-cell", "output-flood")
"""Left out: one is waited for, one nbgrader gives up, one is 20 MB of output."""
Load = tuple[int, int, int]
"""Students, reviewers, and students of the rush."""


def lay(root: Path, people: Load) -> Course:
    """Make the course on free ports and release its brief, without proofs of it."""
    students, reviewers, rush = people
    first = hubs.free_ports(8)
    (root / "course").mkdir(parents=True)
    section = {
        "address": f"http://127.0.0.1:{first}",
        "hub_port": first + 1,
        "first_service_port": first + 2,
        "admins": [hubs.ADMIN],
        "plain_courses": ["plain"],
    }
    settings = {
        "schema_version": 1,
        "id": COURSE,
        "title": "A course under load",
        "briefs": [{"brief": BRIEF, "due": "2040-01-01T12:00:00"}],
        "hub": section,
    }
    roster = {
        "schema_version": 1,
        "students": [
            {"id": name(number), "name": f"Student {number}"}
            for number in range(max(students, rush, 1))
        ],
        "instructors": [{"id": "ines", "name": "Ines Instructor"}],
        "reviewers": [
            {"id": f"rev-{number}", "name": f"Rev {number}", "employer": "Trust", "briefs": [BRIEF]}
            for number in range(max(reviewers, 1))
        ],
    }
    # JSON is YAML, and quick to write.
    (root / "course" / "course.yml").write_text(json.dumps(settings, indent=1), encoding="utf-8")
    (root / "course" / "roster.yml").write_text(json.dumps(roster, indent=1), encoding="utf-8")
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    for part in ("rubrics", "notebooks", f"assignments/{BRIEF}"):
        ignore = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        shutil.copytree(ROOT / part, root / part, ignore=ignore)
    course = Course.find(root)
    course.prepare_work()
    generate(course, BRIEF, due=course.due(BRIEF))
    (course.work / "gradebook.db").chmod(0o600)  # as `practicum publish` leaves it
    with Records(course.records_url) as records, released(course, BRIEF, records):
        records.publish(BRIEF, digest="0" * 64, proofs=[])
    return course


def name(number: int) -> str:
    """Return the id of a student."""
    return f"student-{number:04}"


@contextmanager
def running(course: Course) -> Iterator[RunningHub]:
    """Run the hub with all three services, and stop it at the end."""
    hub = hubs.run_hub(course.root)
    try:
        yield hub
    finally:
        hub.stop()


def notebooks(course: Course) -> list[dict[str, Any]]:
    """Return what students of all kinds hand in."""
    kinds = [kind for kind in KINDS if kind not in NOT_ALIKE]
    return [
        hand_in(
            kind,
            "fair",
            release=read_notebook(course.station("release", brief=BRIEF) / NOTEBOOK),
            source=read_notebook(ROOT / "assignments" / BRIEF / NOTEBOOK),
            answers=read_answers(ROOT / "course" / "cohort" / f"{BRIEF}.yml"),
        )
        for kind in kinds
    ]
