"""Where the time of a submission goes, as the engine itself reports it.

    python benchmarks/profile_grade.py [SUBMISSIONS]

Grades one notebook at a time, so that no step waits for another's, and prints the mean of each
step in `practicum grade --json`: fork (the server's answer), box (going into it), cells, end
(of the processes), write (the notebook's text). What is left of the wall-clock time a submission
is what restoring, scoring and recording, which go on beside the next one, hold up. Beside it
stand the cells alone (plain exec; see floor.py),
without pictures and with them: of the difference to `cells`, that is what figures cost; the rest
are tables and values shown, tracebacks, IPython. The last line is one JSON object, in
milliseconds a submission.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import floor
from material import ASSIGNMENT, practicum_course
from measuring import about_this_machine, run

DEFAULT = 40
LONGEST = 40
"""Characters of the longest bar."""


def main(count: int) -> None:
    """Grade ``count`` submissions and print the mean of each step."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        start = _grade(Path(folder) / "one", 1)[0]
        seconds, steps = _grade(Path(folder) / "course", count)
        plain, drawn = (_cells_alone(Path(folder) / "course", pictures) for pictures in (0, 1))
    whole = 1000 * (seconds - start) / max(1, count - 1)
    steps["not beside a run"] = round(whole - sum(steps.values()), 2)
    print(f"{count} submissions, one at a time: {whole:.1f} ms each, without the start; of these")
    most = max(steps.values())
    for step, milliseconds in sorted(steps.items(), key=lambda item: -item[1]):
        bar = "#" * round(LONGEST * milliseconds / most) if most else ""
        print(f"  {step:24} {milliseconds:8.1f}  {bar}")
    print(f"The cells alone: {plain:.1f} ms of CPU; with their pictures {drawn:.1f} ms")
    figures = {"submissions": count, "milliseconds": steps, "whole": round(whole, 2)}
    figures |= {"cells_alone": plain, "cells_alone_with_pictures": drawn}
    print(json.dumps({"benchmark": "profile_grade", **figures, **about_this_machine()}))


def _grade(root: Path, count: int) -> tuple[float, dict[str, float]]:
    """Grade a new course; return the seconds, and the mean milliseconds of each step."""
    practicum_course(root, count)
    options = ("--workers", "1", "--no-judge", "--json")
    took = run(root, "practicum", "grade", ASSIGNMENT, *options)
    said = (root / "said.txt").read_text(encoding="utf-8")
    graded = json.JSONDecoder().raw_decode(said[said.index("{") :])[0]["graded"]
    names = {name for one in graded for name in one["steps"]}
    return took.seconds, {
        name: round(statistics.fmean(one["steps"].get(name, 0.0) for one in graded) * 1000, 2)
        for name in sorted(names)
    }


def _cells_alone(root: Path, pictures: int) -> float:
    """Return the CPU milliseconds of the cells alone, in a process of their own."""
    command = [sys.executable, floor.__file__, str(root), *["--pictures"] * pictures]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return round(1000 * float(json.loads(said.splitlines()[-1])["cpu_seconds"]), 2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
