"""The same attacks against plain `nbgrader autograde`, one at a time, in a throw-away box.

Some attacks would harm the machine. So each runs in bubblewrap: the file system read-only but
for the course's copy, folders for temporary files, processes and network of its own, at most
8 GB of memory for a process and 1 GB for a file. Nothing in that box is a protection of nbgrader's.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.hostile.attack import Attack, attacks, hand_in
from tests.hostile.course import (
    BRIEF,
    ENVIRONMENT,
    FULL,
    HONEST,
    TESTS,
    make_course,
    released,
    solved,
)
from tests.hostile.traces import files_with, listening, processes_with, read_by

__all__ = ["Theirs", "against_nbgrader", "make_template"]

REPOSITORY = Path(__file__).parents[2]
SECONDS = 60
FIRST, _, LAST = HONEST
CONFIG = """\
import os

c = get_config()
c.CourseDirectory.root = os.getcwd()
c.CourseDirectory.course_id = "hostile-course"
c.CourseDirectory.db_url = "sqlite:///" + os.path.join(os.getcwd(), "course/work/gradebook.db")
c.CourseDirectory.source_directory = "assignments"
for step in ("release", "submitted", "autograded", "feedback"):
    setattr(c.CourseDirectory, step + "_directory", "course/work/" + step)
c.Execute.timeout = 6
"""
BOX = (
    *("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
    *("--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--unshare-pid", "--unshare-net"),  # noqa: S108
    *("--unshare-ipc", "--die-with-parent", "--new-session"),
    # The checkout may lie below one of the folders for temporary files.
    *("--ro-bind", str(REPOSITORY), str(REPOSITORY)),
)


@dataclass(frozen=True)
class Theirs:
    """What became of one attack; ``points`` is None where there is no mark."""

    points: float | None
    neighbours: dict[str, float | None]
    manual: int
    read: tuple[str, ...]
    processes: int
    files: int
    ended: str
    asks: bool
    seconds: float


def make_template(root: Path) -> None:
    """Make the course with nbgrader's own configuration, and one neighbour graded already."""
    course = make_course(root)
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    honest = json.dumps(solved(released(course)))
    for student in (FIRST, LAST):
        folder = root / "course" / "work" / "submitted" / student / BRIEF
        folder.mkdir(parents=True)
        (folder / "brief.ipynb").write_text(honest, encoding="utf-8")
        if student == FIRST:
            _autograde(root)


def against_nbgrader(template: Path, scratch: Path, attack: Attack) -> Theirs:
    """Let nbgrader grade one attack and the neighbour behind it, in a copy of the template."""
    root = scratch / "course"
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(template, root, symlinks=True)
    start = time.monotonic()
    inside = (sys.executable, "-m", "tests.hostile.theirs", str(root), attack.name)
    paths = os.pathsep.join((str(REPOSITORY), os.environ.get("PYTHONPATH", "")))
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(
            [*BOX, "--bind", str(scratch), str(scratch), "--chdir", str(root), *inside],
            env=os.environ | ENVIRONMENT | {"PYTHONPATH": paths},
            timeout=SECONDS + 40,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    seconds = time.monotonic() - start
    said = scratch / "said.json"
    try:
        found = json.loads(said.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {"processes": 0, "files": 0, "ended": "killed"}
    executed = root / "course" / "work" / "autograded" / attack.student / BRIEF / "brief.ipynb"
    # What is a link now was one in the submission: only files are looked at.
    text = executed.read_text("utf-8", errors="replace") if executed.is_file() else ""
    marks, manual, asks = _marks(root)
    return Theirs(
        points=marks.get(attack.student),
        neighbours={student: marks.get(student) for student in (FIRST, LAST)},
        manual=manual,
        read=read_by(text),
        processes=found["processes"],
        files=found["files"],
        ended=found["ended"],
        asks=attack.student in asks,
        seconds=round(seconds, 1),
    )


def _marks(root: Path) -> tuple[dict[str, float | None], int, set[str]]:
    """Return the points in tests by student, the manual scores, and who waits for a person."""
    query = (
        "SELECT s.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade"
        " FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id"
        " JOIN submitted_assignment s ON n.assignment_id = s.id"
        " JOIN base_cell b ON g.cell_id = b.id"
    )
    marks: dict[str, float | None] = {}
    manual, asks = 0, set()
    with closing(sqlite3.connect(root / "course" / "work" / "gradebook.db")) as base:
        for student, cell, auto, by_hand, waits in base.execute(query):
            manual += by_hand is not None
            if cell in TESTS:
                score = auto if by_hand is None else by_hand
                marks[student] = (marks.get(student) or 0.0) + (score or 0.0)
                if waits:
                    asks.add(student)
            elif cell == "program" and auto:  # a cell for a person that the machine has marked
                marks[student] = (marks.get(student) or 0.0) + auto
    return marks, manual, asks


def _limit() -> None:
    for name, most in ((resource.RLIMIT_AS, 8 << 30), (resource.RLIMIT_FSIZE, 1 << 30)):
        resource.setrlimit(name, (most, most))


def _autograde(root: Path) -> str:
    """Grade all that is not graded; return how it ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nbgrader", "autograde", BRIEF, "--log-level=ERROR"],
        # In the child alone: a browser that a later test starts would not bear these limits.
        preexec_fn=_limit,  # noqa: PLW1509 (this process has one thread)
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        code = process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return "hung"
    return "killed" if code < 0 else "failed" if code else ""


def _inside(root: Path, name: str) -> None:
    """Hand in, grade, and look for what is left; the body of the process in the box."""
    attack = next(each for each in attacks() if each.name == name)
    work = root / "course" / "work"
    given: dict[str, Any] = json.loads((work / "release" / BRIEF / "brief.ipynb").read_text())
    with listening(root) as port:
        hand_in(attack, given, work / "submitted" / attack.student / BRIEF, root, port)
        ended = _autograde(root)
        processes = len(processes_with(attack.piece))
        if processes:
            time.sleep(3)
    files = len(files_with(attack.piece, work, root / "assignments"))
    found = {"processes": processes, "files": files, "ended": ended}
    (root.parent / "said.json").write_text(json.dumps(found), encoding="utf-8")


def main() -> None:
    """Run one attack in the box, or all and print them (``all SCRATCH [NAME ...]``)."""
    if sys.argv[1] != "all":
        _inside(Path(sys.argv[1]), sys.argv[2])
        return
    scratch = Path(sys.argv[2])
    make_template(scratch / "template")
    wanted = set(sys.argv[3:])
    for attack in attacks():
        if not wanted or attack.name in wanted:
            result = against_nbgrader(scratch / "template", scratch / "run", attack)
            line = {"name": attack.name, "full": FULL} | asdict(result)
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
