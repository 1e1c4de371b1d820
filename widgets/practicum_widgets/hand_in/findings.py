"""What a student should know before handing in: found in the notebook and in the own file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from practicum.internship import Internship
from practicum_widgets.desk import Desk

__all__ = ["Finding", "heading_above", "in_notebook", "in_the_file", "is_test"]

Notebook = dict[str, Any]
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
    named = {_name(cell): index for index, cell in enumerate(cells) if _name(cell)}
    for name in _expected(desk):
        if name not in named:
            yield Finding("cell_missing", grave=True, about={"cell": name})
    for index, cell in enumerate(cells):
        about = {"cell": _name(cell), "heading": heading_above(cells, index)}
        if _is_untouched(cell):
            kind = "no_code" if cell["cell_type"] == "code" else "no_words"
            yield Finding(kind, grave=True, about=about)
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
    elif all(goal.reached == "open" for goal in internship.objectives):
        yield Finding("goals_open", grave=False)
    judged = {entry.criterion for entry in internship.self_assessment}
    left = [c.title for c in desk.rubric.criteria if c.id not in judged] if desk.rubric else []
    if left:
        yield Finding("not_judged", grave=False, about={"names": ", ".join(left)})


def heading_above(cells: list[Cell], index: int) -> str:
    """Return the nearest heading above a cell, without its marks; "" if there is none."""
    for cell in reversed(cells[: index + 1]):
        if cell["cell_type"] == "markdown" and not _about(cell).get("solution"):
            for line in reversed(_source(cell).splitlines()):
                if line.startswith("#"):
                    return line.strip("# ").strip()[:120]
    return ""


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
            if cell is None or cell["cell_type"] != "markdown" or _is_untouched(cell):
                continue
            count = len(_source(cell).split())
            if not least <= count <= most:
                about = {"what": deliverable.title, "n": str(count)}
                yield Finding(
                    "word_count", grave=False, about=about | {"least": match[1], "most": match[2]}
                )


def _is_untouched(cell: Cell) -> bool:
    if not _about(cell).get("solution"):
        return False
    return (NO_CODE if cell["cell_type"] == "code" else NO_WORDS) in _source(cell)


def _is_changed(cell: Cell) -> bool:
    """Tell whether a locked cell is not as it was handed out, by nbgrader's checksum."""
    about = _about(cell)
    if not about.get("locked") or about.get("solution") or not about.get("checksum"):
        return False
    grade = bool(about.get("grade"))
    parts = [_source(cell), cell["cell_type"], str(grade), "False", "True", _name(cell)]
    if grade:
        parts.append(str(float(about.get("points", 0))))
    digest = hashlib.md5("".join(parts).encode("utf-8", "replace"), usedforsecurity=False)
    return bool(digest.hexdigest() != about["checksum"])


def _about(cell: Cell) -> dict[str, Any]:
    about = cell.get("metadata", {}).get("nbgrader", {})
    return about if isinstance(about, dict) else {}


def _name(cell: Cell) -> str:
    return str(_about(cell).get("grade_id", ""))


def _source(cell: Cell) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
