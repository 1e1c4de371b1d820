"""The process behind formgrader's autograde button: it keeps an engine warm between clicks.

    python -m practicum.grade.plain_desk

Each line of standard input is a JSON list of options of ``nbgrader autograde``, and is answered
by a line of JSON. It ends with its input.
"""

from __future__ import annotations

import json
import os
import sys

from practicum.grade.plain_switch import use_engine, warm_engines
from practicum.gradebook import autograde_once

__all__ = ["main"]


def main() -> None:
    """Answer requests until there are no more."""
    # What libraries print must not get between the answers.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers, warm_engines():
        os.dup2(2, 1)
        use_engine()
        for line in sys.stdin:
            answers.write(f"{json.dumps(autograde_once(json.loads(line)))}\n")
            answers.flush()


if __name__ == "__main__":
    main()
