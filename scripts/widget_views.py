"""Write the view.json that each widget's test page shows: a desk as a student of the demo keeps it.

    python scripts/widget_views.py

Run it after a change of what a widget shows. The page of Home has a view of its own.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import practicum_widgets
from practicum.briefs import read_brief
from practicum.demo.cohort import cohort
from practicum.demo.internships import internship_of
from practicum.internship import Terms
from practicum.internship.terms import TERMS_FILE
from practicum.rubrics import read_rubric
from practicum_widgets import Desk

ROOT = Path(__file__).resolve().parents[1]
WIDGETS = ROOT / "widgets" / "practicum_widgets"
BRIEF = "first-steps"
DUE = datetime(2027, 2, 1, 22, 59, tzinfo=UTC)
KEPT = "receipts/first-steps-20270127-170302-5f0c3e.json"
OUTCOME = {
    "state": "graded",
    "at": "2027-01-27T17:03:02+00:00",
    "number": "5f0c3e9a7b1d4c2e8f6a0b9d3c5e7f12",
    "kept": KEPT,
    "command": f"practicum receipt {KEPT}",
    "tests": [
        {"cell": "test-clean", "outcome": "passed"},
        {"cell": "test-counts", "outcome": "failed"},
    ],
    "passed": 1,
    "later": 3,
    "old": False,
    "asks": False,
    "trouble": "",
}
"""What a course's service tells of a hand-in, which the test page has none to ask."""


def main() -> None:
    """Fill a desk, and write what each widget shows of it."""
    with tempfile.TemporaryDirectory() as place:
        desk = filled_desk(Path(place))
        for name in practicum_widgets.__all__:
            if name in ("Desk", "Home"):
                continue
            widget = getattr(practicum_widgets, name)(desk)
            file = WIDGETS / widget.widget / "view.json"
            more = {"outcome": OUTCOME} if name == "HandIn" else {}
            text = json.dumps(widget.view | more, indent=1, ensure_ascii=False)
            file.write_text(text + "\n", encoding="utf-8")
            print(file.relative_to(ROOT))


def filled_desk(folder: Path) -> Desk:
    """Return a desk in ``folder`` with all that a student of the demo has written."""
    place = folder / BRIEF
    shutil.copytree(ROOT / "assignments" / BRIEF, place)
    shutil.copy(ROOT / "rubrics" / f"{BRIEF}.yml", place / "rubric.yml")
    terms = Terms(course="practicum-sample", title="Sample course", brief=BRIEF, due=DUE)
    (place / TERMS_FILE).write_text(terms.model_dump_json(), encoding="utf-8")
    desk = Desk.here(place)
    rubric = read_rubric(ROOT / "rubrics" / f"{BRIEF}.yml")
    kept = internship_of(cohort((BRIEF,))[0], read_brief(place / "brief.yml"), rubric, DUE)
    desk.sidecar.change(lambda _: kept)
    return desk


if __name__ == "__main__":
    main()
