"""What the benchmarks share: a graded or ungraded cohort on first-steps, and a stop-watch."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from practicum.course import Course
from practicum.demo.mistakes import KINDS, hand_in, read_answers, read_notebook
from practicum.gradebook import generate, release_assignment

REPOSITORY = Path(__file__).parents[1]
BRIEF = "first-steps"
NOT_ALIKE = ("endless-loop", "duplicated-cell")
"""Left out: one is waited for, the other nbgrader gives up (docs/grading.md)."""

MARKS = """
SELECT handed_in.student_id, cell.name, grade.auto_score, grade.needs_manual_grade,
       coalesce(of_student.late_submission_penalty, 0.0)
FROM grade
JOIN submitted_notebook AS of_student ON of_student.id = grade.notebook_id
JOIN submitted_assignment AS handed_in ON handed_in.id = of_student.assignment_id
JOIN base_cell AS cell ON cell.id = grade.cell_id
ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Took:
    """Wall-clock seconds, and the peak of memory (MB; what is shared is divided)."""

    seconds: float
    peak_mb: float


@contextmanager
def cohort(count: int) -> Iterator[Path]:
    """Lay out a course with ``count`` submissions of all kinds; remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder) / "course"
        _lay_out(root, count)
        yield root


def _lay_out(root: Path, count: int) -> None:
    (root / "course").mkdir(parents=True)
    names = [f"student-{number:03}" for number in range(count)]
    people = ["schema_version: 1", "students:"]
    people += [f"  - {{id: {name}, name: Some {name.title()}}}" for name in names]
    people += ["instructors:", "  - {id: ines, name: Ines Instructor}", "reviewers:"]
    people += [f"  - {{id: rita, name: Rita Reviewer, employer: Trust, briefs: [{BRIEF}]}}"]
    (root / "course" / "roster.yml").write_text("\n".join(people) + "\n", encoding="utf-8")
    settings = ["schema_version: 1", "id: bench", "title: A benchmark", "briefs:"]
    settings += [f"  - {{brief: {BRIEF}, due: 2027-01-01T12:00:00}}"]
    (root / "course" / "course.yml").write_text("\n".join(settings) + "\n", encoding="utf-8")
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", root / "nbgrader_config.py")
    for part in ("rubrics", f"assignments/{BRIEF}"):
        shutil.copytree(REPOSITORY / part, root / part)
    course = Course.find(root)
    generate(course, BRIEF, due=course.due(BRIEF))
    release_assignment(course, BRIEF)
    kinds = [kind for kind in KINDS if kind not in NOT_ALIKE]
    for number, name in enumerate(names):
        notebook = hand_in(
            kinds[number % len(kinds)],
            "fair",
            release=read_notebook(course.station("release", brief=BRIEF) / "brief.ipynb"),
            source=read_notebook(root / "assignments" / BRIEF / "brief.ipynb"),
            answers=read_answers(REPOSITORY / "course" / "cohort" / f"{BRIEF}.yml"),
        )
        folder = course.station("submitted", student=name, brief=BRIEF)
        folder.mkdir(parents=True)
        (folder / "brief.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        (folder / "timestamp.txt").write_text("2027-01-01 11:00:00.000000 UTC", encoding="ascii")


def run(root: Path, *command: str) -> Took:
    """Run a Python module in the course's folder, and measure it with all its children."""
    start = time.perf_counter()
    with (root / "said.txt").open("w") as said:
        process = subprocess.Popen(  # noqa: S603 (our own commands)
            [sys.executable, "-m", *command], cwd=root, stdout=said, stderr=said
        )
        peak = [0.0]
        watch = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
        watch.start()
        code = process.wait()
    seconds = time.perf_counter() - start
    watch.join()
    if code:
        end = (root / "said.txt").read_text(encoding="utf-8")[-2000:]
        sys.exit(f"{' '.join(command)}: exit code {code}\n{end}")
    return Took(seconds, peak[0])


def _watch(pid: int, peak: list[float]) -> None:
    """Keep the largest sum of memory of a process and its descendants."""
    try:
        parent = psutil.Process(pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            total = sum(_memory(process) for process in (parent, *parent.children(recursive=True)))
            peak[0] = max(peak[0], total / 1e6)
            time.sleep(0.3)
    except psutil.NoSuchProcess:
        pass


def _memory(process: psutil.Process) -> int:
    """Return a process's part of memory: what it shares is divided by who shares it."""
    try:
        full = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(full, "pss", full.rss))


def marks(root: Path) -> list[tuple[Any, ...]]:
    """Return all automatic marks of a course."""
    with closing(sqlite3.connect(Course.find(root).work / "gradebook.db")) as database:
        return database.execute(MARKS).fetchall()


def versions() -> dict[str, str]:
    """Return what a figure depends on."""
    named = ("nbgrader", "nbclient", "jupyter_client", "ipykernel", "pandas", "sqlalchemy")
    return {"python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in named
    }


def show(
    title: str, names: Sequence[str], took: Sequence[Took], count: int, unit: str
) -> dict[str, Any]:
    """Print two measurements side by side, and return them as an object."""
    peer, ours = took
    print(f"{title}, {count} {unit}s, {os.cpu_count()} processors, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}")
    for name, one in zip(names, took, strict=True):
        print(
            f"  {name:32} {one.seconds:7.1f} s  {one.seconds / count:6.2f} s a {unit}"
            f"  {one.peak_mb:6.0f} MB at most"
        )
    print(f"  {names[0]} takes {peer.seconds / ours.seconds:.2f} times as long")
    return {
        unit + "s": count,
        "peer_seconds": round(peer.seconds, 2),
        "practicum_seconds": round(ours.seconds, 2),
        "ratio": round(peer.seconds / ours.seconds, 3),
        "peer_peak_mb": round(peer.peak_mb),
        "practicum_peak_mb": round(ours.peak_mb),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "versions": versions(),
    }
