"""A cohort on first-steps that has handed in, and how two measurements are shown."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measuring import Took, about_this_machine, run

from practicum.course import Course
from practicum.demo.mistakes import KINDS, hand_in, read_answers, read_notebook
from practicum.gradebook import generate, release_assignment

__all__ = ["BRIEF", "Took", "cohort", "run", "show"]

REPOSITORY = Path(__file__).parents[1]
BRIEF = "first-steps"
NOT_ALIKE = ("endless-loop", "duplicated-cell")
"""Left out: one is waited for, the other nbgrader gives up (docs/grading.md)."""


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
        **about_this_machine(),
    }
