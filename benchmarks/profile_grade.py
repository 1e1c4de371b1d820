"""Where the time of a submission goes, as the engine itself reports it.

    python benchmarks/profile_grade.py [SUBMISSIONS]

Grades with the variable PRACTICUM_TIMINGS set to a file, to which the engine adds one JSON
object a submission: seconds by step, such as

    {"student": "ada", "restore": 0.001, "fork": 0.006, "box": 0.008, "cells": 0.11, ...}

A step's name may be anything; what is not a number is passed over. The last line is one JSON
object: milliseconds a submission by step.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from material import ASSIGNMENT, practicum_course
from measuring import about_this_machine, run

DEFAULT = 40
LONGEST = 40
"""Characters of the longest bar."""


def main(count: int) -> None:
    """Grade ``count`` submissions and print the mean of each step."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        root, timings = Path(folder) / "course", Path(folder) / "timings.jsonl"
        practicum_course(root, count)
        took = run(root, "practicum", "grade", ASSIGNMENT, PRACTICUM_TIMINGS=str(timings))
        if not timings.is_file():
            sys.exit("practicum grade wrote no timings: this version does not report them")
        steps = _means(timings.read_text(encoding="utf-8"))
    print(f"{count} submissions in {took.seconds:.1f} s, start included; milliseconds of each:")
    most = max(steps.values())
    for step, milliseconds in sorted(steps.items(), key=lambda item: -item[1]):
        bar = "#" * round(LONGEST * milliseconds / most) if most else ""
        print(f"  {step:16} {milliseconds:8.1f}  {bar}")
    figures = {"submissions": count, "milliseconds": steps, **about_this_machine()}
    print(json.dumps({"benchmark": "profile_grade", **figures}))


def _means(lines: str) -> dict[str, float]:
    """Return the mean milliseconds of each step over all submissions."""
    every = [json.loads(line) for line in lines.splitlines()]
    names = {name for one in every for name, value in one.items() if isinstance(value, float)}
    return {
        name: round(statistics.fmean(one.get(name, 0.0) for one in every) * 1000, 2)
        for name in sorted(names)
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
