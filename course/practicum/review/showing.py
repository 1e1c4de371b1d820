"""A submission as an employer reads it: what was asked for first, then the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from practicum.briefs import Brief, Deliverable
from practicum.marks import Marks
from practicum.rendering import CellView, cells_shown, with_headings_in_order
from practicum.review.blinding import Blinder

if TYPE_CHECKING:
    from practicum.gradebook import AnswerKey

__all__ = ["Part", "Shown", "shown"]

_WITHHELD = Markup("<p>This output is left out.</p>")
_POINTS = re.compile(r"^(\s*#.*?)\s*\(\d+(?:\.\d+)? points?\b[^()\n]*\)", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """What one deliverable asks for, and the cells that answer it."""

    deliverable: Deliverable
    cells: tuple[CellView, ...]


@dataclass(frozen=True)
class Shown:
    """A submission without its tests, marks and names; ``cut`` when it has more cells."""

    parts: tuple[Part, ...]
    rest: tuple[CellView, ...]
    cut: bool


def shown(notebook: Mapping[str, Any], key: AnswerKey, brief: Brief, blinder: Blinder) -> Shown:
    """Return what an employer may see of an autograded notebook.

    Args:
        notebook: The notebook's JSON. Nothing in it is trusted.
        key: The cells as they were released: which are tests, and what is hidden in them.
        brief: Its deliverables come first.
        blinder: Takes out who wrote it.

    """
    marks = Marks(student="nobody", brief=brief.id, cells=())
    view = cells_shown(_blind_sources(notebook, blinder), marks, key)
    withheld = {cell.number for cell in view.withheld}
    roles = _roles(key)
    kept = [
        _blind(_without_output(cell) if cell.number in withheld else cell, blinder)
        for cell in view.cells
        if cell.name not in roles.left_out and cell.kind != "Tests"
    ]
    return _ordered(brief, kept, _answers(view.cells, roles), cut=view.cut)


@dataclass(frozen=True)
class _Roles:
    """The names of a key's cells by what they are for."""

    tests: frozenset[str]
    tasks: frozenset[str]
    solutions: frozenset[str]

    @property
    def left_out(self) -> frozenset[str]:
        """The cells that no employer sees."""
        return self.tests | self.tasks


@lru_cache(maxsize=4)
def _roles(key: AnswerKey) -> _Roles:
    """Sort a key's cells; all pages of a brief share it."""
    about = {cell.id: cell.metadata for cell in key.cells}
    return _Roles(
        tests=frozenset(c.id for c in key.cells if about[c.id]["grade"] and c.locked),
        tasks=frozenset(name for name, metadata in about.items() if metadata.get("task")),
        solutions=frozenset(name for name, metadata in about.items() if metadata["solution"]),
    )


def _ordered(
    brief: Brief, cells: Sequence[CellView], answers: Mapping[str, tuple[int, ...]], *, cut: bool
) -> Shown:
    by_number = {cell.number: cell for cell in cells}
    taken: set[int] = set()
    wanted: list[tuple[Deliverable, tuple[int, ...]]] = []
    for deliverable in brief.deliverables:
        found = (n for name in deliverable.cells for n in answers.get(name, ()))
        own = tuple(n for n in dict.fromkeys(found) if n in by_number and n not in taken)
        taken.update(own)
        wanted.append((deliverable, own))
    wanted.sort(key=lambda entry: _for_reading([by_number[n] for n in entry[1]]))
    first = [(by_number[n], place == 0) for _, own in wanted for place, n in enumerate(own)]
    rest = [cell for cell in cells if cell.number not in taken]
    ordered = {
        cell.number: cell
        for cell in with_headings_in_order([*first, *((c, c is rest[0]) for c in rest)])
    }
    return Shown(
        parts=tuple(Part(d, tuple(ordered[n] for n in own)) for d, own in wanted),
        rest=tuple(ordered[cell.number] for cell in rest),
        cut=cut,
    )


def _for_reading(cells: Sequence[CellView]) -> int:
    """Return the place of a deliverable: words first, then charts, tables, and bare code."""
    if any(cell.kind == "Text" for cell in cells):
        return 0
    outputs = [out for cell in cells for out in cell.outputs]
    if any("<img" in out.html for out in outputs):
        return 1
    return 2 if outputs else 3


def _answers(cells: Sequence[CellView], roles: _Roles) -> dict[str, tuple[int, ...]]:
    """Return the cells that answer each graded one: itself, or what a test looks at.

    A test looks at the student's code since the test before it.
    """
    found: dict[str, tuple[int, ...]] = {}
    since: list[int] = []
    for cell in cells:
        if cell.name in roles.tests:
            found[cell.name] = tuple(since)
            since = []
        elif cell.name in roles.solutions and cell.kind == "Code":
            since.append(cell.number)
        if cell.name in roles.solutions:
            found.setdefault(cell.name, (cell.number,))
    return found


def _blind_sources(notebook: Mapping[str, Any], blinder: Blinder) -> dict[str, Any]:
    """Return a copy with blind sources: highlighting would cut an address into pieces."""
    cells = notebook.get("cells")
    listed = cells if isinstance(cells, list) else []
    return {
        **notebook,
        "cells": [
            {**cell, "source": _blind_source(cell, blinder)}
            for cell in listed
            if isinstance(cell, dict)
        ],
    }


def _blind_source(cell: Mapping[str, Any], blinder: Blinder) -> str:
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    if cell.get("cell_type") == "markdown":
        return _POINTS.sub(r"\1", text)
    return blinder.text(text)


def _blind(cell: CellView, blinder: Blinder) -> CellView:
    return replace(
        cell,
        source=blinder.html(cell.source),
        outputs=tuple(replace(out, html=blinder.html(out.html)) for out in cell.outputs),
    )


def _without_output(cell: CellView) -> CellView:
    notes = tuple(replace(out, html=_WITHHELD) for out in cell.outputs[:1])
    return replace(cell, outputs=notes)
