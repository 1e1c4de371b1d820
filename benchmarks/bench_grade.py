"""`nbgrader autograde` and `practicum grade` on the same submissions, one after the other.

    python benchmarks/bench_grade.py [SUBMISSIONS]

Refuses to report figures when the marks differ. The last line is one JSON object.
"""

from __future__ import annotations

import json
import shutil
import sys

from cohort import BRIEF, cohort, marks, run, show


def main(count: int) -> None:
    """Measure both and print what came of it."""
    with cohort(count) as root:
        other = root.with_name("other")
        shutil.copytree(root, other)
        peer = run(other, "nbgrader", "autograde", BRIEF)
        ours = run(root, "practicum", "grade", BRIEF)
        assert len(marks(root)) >= count
        assert marks(root) == marks(other), "the marks differ"
    names = ("nbgrader autograde", "practicum grade")
    figures = show("Grading first-steps", names, (peer, ours), count, "submission")
    print(f"  all {count} submissions have the same marks from both")
    print(json.dumps({"benchmark": "grade", **figures}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
