"""All attacks, and honest neighbours between them, in one run of `practicum grade`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.attack import Attack, hand_in
from tests.hostile.course import BRIEF, ENDLESS, ENVIRONMENT, HONEST, make_course, released, solved
from tests.hostile.traces import files_with, listening, processes_with, read_by

__all__ = ["Batch", "Outcome", "attacked"]


@dataclass(frozen=True)
class Outcome:
    """What became of one attack.

    ``points`` are those of the tests; ``held`` of them wait for the instructor, ``unproved``
    are named as not proved. ``read`` says what it got to see.
    """

    points: float
    held: float
    unproved: float
    error: str
    findings: tuple[str, ...]
    read: tuple[str, ...]
    processes: tuple[int, ...]
    files: tuple[str, ...]
    tells: bool
    executed_bytes: int
    standing: dict[str, str]
    seconds: float

    @property
    def ending(self) -> str:
        """In one word: refused, nothing, held, named, or gained."""
        if self.error:
            return "refused"
        if not self.points:
            return "nothing"
        if self.points > self.held + self.unproved:
            return "gained"
        return "named" if self.unproved else "held"


@dataclass(frozen=True)
class Batch:
    """One run: its exit code, what became of each, and the honest neighbours' points."""

    code: int
    said: str
    outcomes: dict[str, Outcome]
    neighbours: dict[str, float | None]
    standing: dict[str, dict[str, str]]
    manual: int
    seconds: float
    endless: float = 0.0


def attacked(root: Path, attacks: Sequence[Attack]) -> Batch:
    """Make the course, let everybody hand in, grade, and look at what is there afterwards."""
    course = make_course(root)
    given = released(course)
    for name in (*HONEST, ENDLESS):
        folder = course.station("submitted", student=name, brief=BRIEF)
        folder.mkdir(parents=True)
        answers = solved(given, endless=name == ENDLESS)
        (folder / "brief.ipynb").write_text(json.dumps(answers), encoding="utf-8")
    with listening(root) as port:
        for attack in attacks:
            folder = course.station("submitted", student=attack.student, brief=BRIEF)
            hand_in(attack, given, folder, root, port)
        done = subprocess.run(
            [sys.executable, "-m", "practicum", "grade", BRIEF, "--course", str(root), "--json"],
            env=os.environ | ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=800,
            check=False,
            cwd=root,
        )
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return Batch(done.returncode, done.stderr[-3000:], {}, {}, {}, 0, 0.0)
    by_student = {graded["student"]: graded for graded in report["graded"]}
    points, manual = _marks(root)
    return Batch(
        code=done.returncode,
        said=done.stderr[-3000:],
        outcomes={a.name: _outcome(root, a, by_student[a.student], points) for a in attacks},
        endless=sum(points.get(ENDLESS, {}).values()),
        neighbours={name: sum(points.get(name, {}).values()) for name in HONEST},
        standing={name: by_student[name]["standing"] for name in HONEST},
        manual=manual,
        seconds=report["seconds"],
    )


def _marks(root: Path) -> tuple[dict[str, dict[str, float]], int]:
    """Read the points of each test in nbgrader's gradebook, and count manual scores."""
    import sqlite3
    from contextlib import closing

    query = (
        "SELECT s.student_id, b.name, g.auto_score, g.manual_score FROM grade g"
        " JOIN submitted_notebook n ON g.notebook_id = n.id"
        " JOIN submitted_assignment s ON n.assignment_id = s.id"
        " JOIN base_cell b ON g.cell_id = b.id"
    )
    found: dict[str, dict[str, float]] = {}
    manual = 0
    with closing(sqlite3.connect(root / "course" / "work" / "gradebook.db")) as base:
        for student, cell, auto, by_hand in base.execute(query):
            found.setdefault(student, {})[cell] = auto or 0.0
            manual += by_hand is not None
    return found, manual


def _outcome(
    root: Path, attack: Attack, graded: dict[str, object], points: dict[str, dict[str, float]]
) -> Outcome:
    executed = root / "course" / "work" / "autograded" / attack.student / BRIEF / "brief.ipynb"
    text = executed.read_text(encoding="utf-8") if executed.is_file() else ""
    standing: dict[str, str] = dict(graded["standing"])  # type: ignore[call-overload]
    marks = points.get(attack.student, {})
    error = str(graded["detail"]) if graded["outcome"] == "error" else ""
    kept: dict[str, float] = {} if error else marks
    findings: list[dict[str, str]] = graded["findings"]  # type: ignore[assignment]
    work = root / "course" / "work"
    return Outcome(
        points=sum(kept.values()),
        held=sum(p for cell, p in kept.items() if standing.get(cell) == "contradicted"),
        unproved=sum(p for cell, p in kept.items() if standing.get(cell) == "unproved"),
        error=error,
        findings=tuple(f"{f['cell']} {f['kind']}: {f['message']}" for f in findings),
        read=read_by(text),
        processes=tuple(processes_with(attack.piece)),
        files=tuple(map(str, files_with(attack.piece, work, root / "assignments"))),
        tells=attack.student in _outputs(text),
        executed_bytes=len(text),
        standing=standing,
        seconds=float(str(graded["seconds"])),
    )


def _outputs(text: str) -> str:
    """Return the outputs of a notebook alone: a source may say what it likes."""
    if not text:
        return ""
    cells = json.loads(text)["cells"]
    return json.dumps([cell.get("outputs", []) for cell in cells])
