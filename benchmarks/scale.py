"""`practicum grade` on 100, 1,000, 10,000 submissions: is the time linear, the memory flat?

    python benchmarks/scale.py [SUBMISSIONS ...]     default: 100 1000

``linearity`` is the seconds of one more submission among the most, over the same among the
fewest: 1 is linear. It is taken without each command's start, which is measured with a single
submission; ``linearity_cpu`` is the same in seconds of CPU, steadier where other work runs. The
last line is one JSON object.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from material import ASSIGNMENT, practicum_course
from measuring import Took, about_this_machine, run

DEFAULT = (100, 1000)


def main(sizes: tuple[int, ...]) -> None:
    """Measure each size in a course of its own, and print what came of it."""
    alone = _grade(1)
    start = alone.seconds
    print(f"Grading {ASSIGNMENT}; one submission alone takes {start:.1f} s")
    rows = []
    for size in sizes:
        took = _grade(size)
        each, warm = took.seconds / size, (took.seconds - start) / max(1, size - 1)
        cpu = (took.cpu_seconds - alone.cpu_seconds) / max(1, size - 1)
        rows.append(
            {
                "submissions": size,
                "seconds": round(took.seconds, 2),
                "seconds_each": round(each, 4),
                "seconds_warm": round(warm, 4),
                "cpu_seconds_warm": round(cpu, 4),
                "peak_mb": round(took.peak_mb),
            }
        )
        print(
            f"  {size:6} submissions {took.seconds:8.1f} s  {each:7.4f} s each"
            f"  {warm:7.4f} s without the start  {cpu:7.4f} s of CPU"
            f"  {took.peak_mb:5.0f} MB at most"
        )
    figures = {
        "start_seconds": round(start, 2),
        "sizes": rows,
        "linearity": round(rows[-1]["seconds_warm"] / rows[0]["seconds_warm"], 3),
        "linearity_cpu": round(rows[-1]["cpu_seconds_warm"] / rows[0]["cpu_seconds_warm"], 3),
        "memory_growth": round(rows[-1]["peak_mb"] / rows[0]["peak_mb"], 3),
    }
    print(json.dumps({"benchmark": "scale", **figures, **about_this_machine()}))


def _grade(size: int) -> Took:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder) / "course"
        practicum_course(root, size)
        return run(root, "practicum", "grade", ASSIGNMENT)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or DEFAULT)
