"""Submissions of which each one is somebody's own, and what of them must be on any page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cohort import BRIEF
from practicum.course import Course

__all__ = ["lines_of", "name_people", "personalise", "words_of"]

FEW_LINES = 50
"""So many lines of an output are looked for; our pages cut floods off later than that."""

_WIDGET = "application/vnd.jupyter.widget-view+json"
_TAG = re.compile(r"<[^>]*>")
_NAMED = re.compile(r"(id: student-(\d+), name: )[^}]*")


def name_people(root: Path) -> None:
    """Give each student of a cohort a name of words: one of digits is found in any figure."""
    roster = root / "course" / "roster.yml"
    text = roster.read_text(encoding="utf-8")
    roster.write_text(_NAMED.sub(lambda found: found[1] + _name(found[2]), text), encoding="utf-8")


def personalise(root: Path) -> None:
    """Let each student write, print and draw something that nobody else does."""
    course = Course.find(root)
    for student in course.roster.students:
        folder = course.station("submitted", student=student.id, brief=BRIEF)
        notebook = json.loads((folder / "brief.ipynb").read_text(encoding="utf-8"))
        for number, cell in enumerate(notebook["cells"]):
            if not cell["metadata"].get("nbgrader", {}).get("solution"):
                continue
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                cell["source"] = f"{source}\n\nThese are the words of {student.name}."
                continue
            cell["source"] = (
                f"# {student.id} begins with task {number}\n"
                f"print('{student.name}, {student.id}, at {number}')\n"
                f"{source}\n"
                f"if 'ax' in globals():\n"
                f"    ax.figure.text(0.01, 0.01, 'drawn by {student.id}')\n"
            )
        (folder / "brief.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def lines_of(cells: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what the visible cells printed or displayed, line by line, as words."""
    for cell in cells:
        # What a test cell printed may be a hidden test: our pages do not show it.
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            continue
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":
                yield words_of(output["ename"])
                continue
            data = output.get("data", {"text/plain": output.get("text", "")})
            if "image/png" in data or _WIDGET in data:
                continue  # pictures are counted; a script would draw a widget on nbgrader's page
            shown = "".join(data.get("text/html", data.get("text/plain", "")))
            lines = re.sub(r"<style.*?</style>", "", shown, flags=re.DOTALL).splitlines()
            # Paths are left out: our pages shorten them, because they tell where it was run.
            said = (words_of(line) for line in lines[:FEW_LINES])
            yield from (line for line in said if line and "/" not in line)


def words_of(page: str) -> str:
    """Return the words of HTML, with one space between them."""
    return " ".join(html.unescape(_TAG.sub(" ", page)).split())


def _name(number: str) -> str:
    letters = "".join("bdfgklmnpt"[int(digit)] + "ao"[int(digit) % 2] for digit in number)
    return f"Ye{letters} Quo{letters}"
