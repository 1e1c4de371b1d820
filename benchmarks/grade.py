"""The same submissions through nbgrader, otter and practicum, one after the other.

    python benchmarks/grade.py [SUBMISSIONS] [--nbgrader-submissions M] [--otter PYTHON]

The assignment (benchmarks/material) is made of 4,000 rows, six tested and three written
answers and one picture. Refuses to report figures when a mark differs, cell by cell and
gradebook against gradebook. The last line is one JSON object; its ratios are of seconds a
submission:

    ratio_nbgrader        nbgrader autograde / practicum grade, whole commands
    ratio_nbgrader_warm   the same without the first submission, that is, without the starts
    ratio_nbgrader_cpu    the same in seconds of CPU: steadier on a machine with other work
    ratio_nbgrader_judge  as ratio_nbgrader, with the judge (where there is one)
    ratio_floor           practicum grade / (CPU seconds of the cells alone / processors)
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import otter_peer
from gradebooks import compare
from material import ASSIGNMENT, nbgrader_course, practicum_course
from measuring import Took, about_this_machine, run

OURS = "course/work/gradebook.db"
FIRST = "student-00000"


@dataclass(frozen=True)
class Figures:
    """What one way of grading took for ``count`` submissions, and for the first one alone.

    ``folder`` is the course that was graded.
    """

    name: str
    folder: Path
    count: int
    whole: Took
    one: Took

    @property
    def each(self) -> float:
        """Seconds a submission, the command's start included."""
        return self.whole.seconds / self.count

    @property
    def warm(self) -> float:
        """Seconds a submission after the first one."""
        return (self.whole.seconds - self.one.seconds) / max(1, self.count - 1)

    @property
    def cpu(self) -> float:
        """Seconds of CPU a submission after the first one."""
        return (self.whole.cpu_seconds - self.one.cpu_seconds) / max(1, self.count - 1)

    def __str__(self) -> str:
        """Return a line for a table."""
        return (
            f"  {self.name:27} {self.count:5} {self.whole.seconds:7.1f} s {self.each:7.3f} s each"
            f" {self.warm:7.3f} s warm {self.cpu:7.3f} s CPU each {self.whole.peak_mb:5.0f} MB"
        )


def main() -> None:
    """Measure all, compare the marks, print what came of it."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder)
        peer = _nbgrader(place, options.nbgrader_submissions or options.submissions)
        ways = _practicum(place, options.submissions)
        compared = {
            way.name: compare(peer.folder / "gradebook.db", way.folder / OURS) for way in ways
        }
        floor = _floor(ways[0].folder)
        otter = otter_peer.measure(place, options.otter, options.otter_submissions)
    _show(peer, ways, floor, compared)
    print(otter.said)
    figures = _figures(peer, ways, floor) | otter.figures | about_this_machine()
    print(json.dumps({"benchmark": "grade", **figures}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("submissions", nargs="?", type=int, default=40)
    parser.add_argument("--nbgrader-submissions", type=int, metavar="M", help="fewer for nbgrader")
    parser.add_argument("--otter", metavar="PYTHON", help="an interpreter that has otter-grader")
    parser.add_argument("--otter-submissions", type=int, metavar="M", default=5)
    return parser.parse_args()


def _nbgrader(place: Path, count: int) -> Figures:
    root = place / "nbgrader"
    nbgrader_course(root, count)
    command = ("nbgrader", "autograde", ASSIGNMENT)
    alone = place / "nbgrader-one"
    shutil.copytree(root, alone)
    one = run(alone, *command, f"--student={FIRST}")
    return Figures("nbgrader autograde", root, count, run(root, *command), one)


def _practicum(place: Path, count: int) -> list[Figures]:
    """Grade with the judge and without it, where it can be chosen."""
    root = place / "fresh"
    practicum_course(root, count)
    said = subprocess.run(
        [sys.executable, "-m", "practicum", "grade", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    ways = ("--no-judge", "--judge") if "--no-judge" in said else ("",)
    found = []
    for way in ways:
        folder = place / f"practicum{way}"
        alone = place / f"practicum{way}-one"
        for copy in (folder, alone):
            shutil.copytree(root, copy)
        command = ("practicum", "grade", ASSIGNMENT, *filter(None, [way]))
        one = run(alone, *command, "--student", FIRST)
        name = f"practicum grade {way}".strip()
        found.append(Figures(name, folder, count, run(folder, *command), one))
    return found


def _floor(root: Path) -> float:
    """Return the CPU seconds of the cells of a submission alone."""
    command = [sys.executable, str(Path(__file__).with_name("floor.py")), str(root)]
    environment = os.environ | {"MPLBACKEND": "agg"}
    done = subprocess.run(  # noqa: S603 (our own command)
        command, capture_output=True, text=True, check=True, env=environment
    )
    seconds: float = json.loads(done.stdout)["cpu_seconds"]
    return seconds


def _show(peer: Figures, ways: list[Figures], floor: float, compared: dict[str, int]) -> None:
    processors = len(os.sched_getaffinity(0))
    print(f"Grading {ASSIGNMENT}, {processors} processors, load {os.getloadavg()[0]:.1f}")
    print("  memory: the peak of all processes together, shared pages divided, looked at twice")
    print("  a second")
    for one in (peer, *ways):
        print(one)
    cells = f"{floor:.3f} s of CPU, {floor / processors:.3f} s over {processors} processors"
    print(f"  the cells alone (plain exec, warm): {cells}")
    if peer.count != ways[0].count:
        print(f"  nbgrader had {peer.count} submissions only: its rate stands for all")
    for way in ways:
        print(f"  {way.name}: {compared[way.name]} marks and penalties equal to nbgrader's")


def _figures(peer: Figures, ways: list[Figures], floor: float) -> dict[str, Any]:
    plain, *judged = ways
    share = floor / len(os.sched_getaffinity(0))
    figures: dict[str, Any] = {
        "submissions": plain.count,
        "nbgrader_submissions": peer.count,
        "nbgrader_seconds": round(peer.each, 4),
        "practicum_seconds": round(plain.each, 4),
        "practicum_warm_seconds": round(plain.warm, 4),
        "practicum_start_seconds": round(plain.one.seconds, 2),
        "floor_cpu_seconds": floor,
        "nbgrader_cpu_seconds": round(peer.cpu, 4),
        "practicum_cpu_seconds": round(plain.cpu, 4),
        "nbgrader_peak_mb": round(peer.whole.peak_mb),
        "practicum_peak_mb": round(plain.whole.peak_mb),
        "ratio_nbgrader": round(peer.each / plain.each, 2),
        "ratio_nbgrader_warm": round(peer.warm / plain.warm, 2),
        "ratio_nbgrader_cpu": round(peer.cpu / plain.cpu, 2),
        "ratio_floor": round(plain.each / share, 2),
        "ratio_floor_warm": round(plain.warm / share, 2),
    }
    for way in judged:
        figures |= {
            "practicum_judge_seconds": round(way.each, 4),
            "practicum_judge_peak_mb": round(way.whole.peak_mb),
            "ratio_nbgrader_judge": round(peer.each / way.each, 2),
            "ratio_nbgrader_judge_warm": round(peer.warm / way.warm, 2),
            "ratio_floor_judge": round(way.each / share, 2),
        }
    return figures


if __name__ == "__main__":
    main()
