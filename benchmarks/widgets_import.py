"""Seconds to import the student's widgets, beside those of what they stand on.

    python benchmarks/widgets_import.py [REPETITIONS]

Each import happens in a new interpreter that has already imported IPython and ipykernel, as a
notebook's kernel has; all are taken in turn, and the medians are printed. The last line is one
JSON object: ``ratio`` is the first widget / anywidget alone.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

from measuring import about_this_machine

IMPORTS = {
    "package": "import practicum_widgets",
    "first_widget": "from practicum_widgets import BriefCard",
    "all_widgets": "from practicum_widgets import *",
    "anywidget": "import anywidget",
    "nbgrader": "import nbgrader.api",
}
TIMED = """
import IPython.core.interactiveshell, ipykernel.kernelapp, sys, time
begin = time.perf_counter()
exec(sys.argv[1])
print(time.perf_counter() - begin)
"""


def main(repetitions: int) -> None:
    """Import each in turn, and print the medians."""
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(repetitions):
        for name, statement in IMPORTS.items():
            command = [sys.executable, "-c", TIMED, statement]
            done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
            taken[name].append(float(done.stdout))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, seconds in medians.items():
        print(f"{IMPORTS[name]:40} {seconds * 1000:6.0f} ms")
    figures = {
        "benchmark": "widgets_import",
        "repetitions": repetitions,
        **{f"seconds_{name}": round(seconds, 4) for name, seconds in medians.items()},
        "ratio": round(medians["first_widget"] / medians["anywidget"], 2),
    }
    print(json.dumps(figures | about_this_machine()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
