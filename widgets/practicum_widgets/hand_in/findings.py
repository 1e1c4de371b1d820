"""What a student should know before handing in: found in the notebook and in the own file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from practicum.internship import Internship
from practicum_widgets.desk import Desk
from practicum_widgets.hand_in.saved import Notebook, source_of

__all__ = [
    "Cell",
    "Finding",
    "heading_above",
    "in_notebook",
    "in_the_file",
    "is_test",
    "name_of",
]

Cell = dict[str, Any]
NO_CODE: Final = "raise NotImplementedError()"
NO_WORDS: Final = "YOUR ANSWER HERE"
WORDS: Final = re.compile(r"(\d{2,4})\s*(?:to|–|-)\s*(\d{2,4})\s+words")


@dataclass(frozen=True)
class Finding:
    """Something to look at: a key of the words, what it is about, and whether it costs points."""

    key: str
    grave: bool
    about: dict[str, str] = field(default_factory=dict)


def in_notebook(desk: Desk, notebook: Notebook) -> Iterator[Finding]:
    """Yield what is open in a notebook as it lies on the disk, before it is run."""
    cells: list[Cell] = notebook["cells"]
    named = {name_of(cell): index for index, cell in enumerate(cells) if name_of(cell)}
    for name in _expected(desk):
        if name not in named:
            yield Finding("cell_missing", grave=True, about={"cell": name})
    for index, cell in enumerate(cells):
        about = {"cell": name_of(cell), "heading": heading_above(cells, index)}
        if named.get(name_of(cell), index) != index:
            yield Finding("cell_twice", grave=True, about=about)
        elif key := _gap(cell):
            yield Finding(key, grave=key != "words_around", about=about)
        elif _is_changed(cell):
            yield Finding("locked_changed", grave=False, about=about)
    yield from _word_counts(desk, cells, named)


def in_the_file(desk: Desk, internship: Internship) -> Iterator[Finding]:
    """Yield reminders: hours, goals, self-assessment."""
    if not internship.time:
        yield Finding("no_hours", grave=False)
    if internship.timer is not None:
        yield Finding("clock_runs", grave=False)
    if not internship.objectives:
        yield Finding("no_goals", grave=False)
    elif left := [goal.text for goal in internship.objectives if goal.reached == "open"]:
        yield Finding("goals_open", grave=False, about={"names": "; ".join(left)[:300]})
    judged = {entry.criterion for entry in internship.self_assessment}
    missing = [c.title for c in desk.rubric.criteria if c.id not in judged] if desk.rubric else []
    if missing:
        yield Finding("not_judged", grave=False, about={"names": ", ".join(missing)})


def heading_above(cells: list[Cell], index: int) -> str:
    """Return the nearest heading above a cell, without its marks; "" if there is none."""
    for cell in reversed(cells[: index + 1]):
        if cell["cell_type"] == "markdown" and not _about(cell).get("solution"):
            for line in reversed(source_of(cell).splitlines()):
                if line.startswith("#"):
                    return line.strip("# ").strip()[:120]
    return ""


def name_of(cell: Cell) -> str:
    """Return a cell's grade_id; "" if nbgrader does not know it."""
    return str(_about(cell).get("grade_id", ""))


def is_test(cell: Cell) -> bool:
    """Tell whether a cell is a test that carries points."""
    about = _about(cell)
    return bool(cell["cell_type"] == "code" and about.get("grade") and not about.get("solution"))


def _expected(desk: Desk) -> Iterator[str]:
    for deliverable in desk.brief.deliverables:
        yield from deliverable.cells
    for criterion in desk.rubric.criteria if desk.rubric else ():
        yield criterion.cell


def _word_counts(desk: Desk, cells: list[Cell], named: dict[str, int]) -> Iterator[Finding]:
    """Yield written answers that are shorter or longer than the brief asks for."""
    for deliverable in desk.brief.deliverables:
        match = WORDS.search(f"{deliverable.title} {deliverable.acceptance}")
        if match is None:
            continue
        least, most = int(match[1]), int(match[2])
        for name in deliverable.cells:
            cell = cells[named[name]] if name in named else None
            if cell is None or cell["cell_type"] != "markdown" or _gap(cell):
                continue
            count = len(source_of(cell).split())
            if not least <= count <= most:
                about = {"what": deliverable.title, "n": str(count)}
                about |= {"least": match[1], "most": match[2]}
                yield Finding("word_count", grave=count < least, about=about)


def _gap(cell: Cell) -> str:
    """Say what an answer lacks: all of it, or only that a placeholder is taken out; "" if nothing.

    A cell that is as it was handed out has no answer, whatever stands around its placeholder.
    """
    about, source = _about(cell), source_of(cell)
    if not about.get("solution") or cell["cell_type"] == "raw":
        return ""
    given_out = about.get("checksum") == _checksum(cell)
    if cell["cell_type"] == "code":
        lines = [line.strip() for line in source.splitlines()]
        code = [line for line in lines if line and not line.startswith("#")]
        if code in ([], [NO_CODE]) or (given_out and NO_CODE in code):
            return "no_code"
        return "placeholder" if NO_CODE in code else ""
    if not source.replace(NO_WORDS, "").strip() or (given_out and NO_WORDS in source):
        return "no_words"
    return "words_around" if NO_WORDS in source else ""


def _is_changed(cell: Cell) -> bool:
    """Tell whether a locked cell is not as it was handed out."""
    about = _about(cell)
    if not about.get("locked") or about.get("solution") or not about.get("checksum"):
        return False
    return bool(about["checksum"] != _checksum(cell))


def _checksum(cell: Cell) -> str:
    """Return nbgrader's checksum of a cell: of its source, and of what it is to nbgrader."""
    about = _about(cell)
    grade, solution = bool(about.get("grade")), bool(about.get("solution"))
    locked = not solution and (grade or bool(about.get("locked")))
    parts = [source_of(cell), cell["cell_type"], str(grade), str(solution), str(locked)]
    parts.append(name_of(cell))
    if grade:
        try:
            parts.append(str(float(about.get("points", 0))))
        except (TypeError, ValueError):
            parts.append("?")  # somebody has changed it: it equals no checksum
    text = "".join(parts).encode("utf-8", "replace")
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def _about(cell: Cell) -> dict[str, Any]:
    about = cell.get("metadata", {}).get("nbgrader", {})
    return about if isinstance(about, dict) else {}
