"""From what a student handed in to a notebook that can be run: only his sources are taken.

Metadata, outputs, execution counts and locked cells of the submission are never used.
The result is that of nbgrader's sanitizers for honest work, hidden tests included.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from practicum.briefs.variants import INJECTED, PARAMETERS
from practicum.errors import BadSubmission
from practicum.notebooks import notebook_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from practicum.gradebook.answer_key import AnswerKey, KeyCell

__all__ = ["Restored", "restore"]

Cell = dict[str, Any]


@dataclass(frozen=True)
class Restored:
    """A notebook (JSON text) that is safe to read, and what was changed on the way.

    ``findings`` are pairs of a grade_id (or ``""``) and a message.
    """

    notebook: str
    findings: tuple[tuple[str, str], ...]


def restore(
    key: AnswerKey, submitted: str, *, add_missing: bool = True, parameters: str = ""
) -> Restored:
    """Rebuild a submission around the answer key.

    The student's order of cells is kept, cells without a name are kept as plain code or
    text, a name that occurs twice counts where it stands last (as in nbgrader), and graded
    cells that are missing come back behind their predecessor.

    Args:
        key: The released notebook's cells as they must be.
        submitted: The student's notebook as JSON text.
        add_missing: Put graded cells back that are missing.
        parameters: The code that sets the student's own variant. It stands behind the defaults,
            and again before each test that code of the student's comes before, so that a test
            never sees values that the student has set.

    Raises:
        BadSubmission: It is not a notebook.

    """
    cells, findings = _restored_cells(key, _cells(submitted), without_injected=bool(parameters))
    _add_missing(key, cells, findings, put_back=add_missing)
    if parameters:
        cells = list(_with_parameters(key, cells, parameters))
    notebook = {
        "cells": [cell | {"id": f"cell-{index}"} for index, cell in enumerate(cells)],
        "metadata": {"kernelspec": key.kernelspec},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return Restored(notebook_text(notebook), tuple(findings))


def _cells(submitted: str) -> list[Cell]:
    try:
        content = json.loads(submitted)
        cells = content["cells"]
        usable = isinstance(cells, list) and all(
            cell["cell_type"] in ("code", "markdown", "raw")
            and isinstance(cell["source"], str | list)
            and isinstance(cell.get("metadata", {}), dict)
            for cell in cells
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"the submitted file is not a notebook ({type(error).__name__})"
        raise BadSubmission(message) from None
    if not usable:
        message = "the submitted notebook has something that is neither a cell of code nor of text"
        raise BadSubmission(message)
    return list(cells)


def _restored_cells(
    key: AnswerKey, submitted: list[Cell], *, without_injected: bool
) -> tuple[list[Cell], list[tuple[str, str]]]:
    named = key.by_id()
    last = {_name(cell): index for index, cell in enumerate(submitted)}
    cells: list[Cell] = []
    findings: list[tuple[str, str]] = []
    for index, cell in enumerate(submitted):
        name, source = _name(cell), _source(cell)
        if name not in named and without_injected and _is_injected(cell):
            continue  # the recorded values take its place
        if name not in named:
            cells.append(_plain(cell["cell_type"], source))
        elif last[name] != index:
            findings.append((name, "this cell was handed in more than once: the last one counts"))
            if not named[name].locked:
                cells.append(_plain(cell["cell_type"], source))
        else:
            original = named[name]
            if original.locked and _tampered(original, source):
                findings.append((name, "a locked cell had been changed: the original was run"))
            if cell["cell_type"] != original.cell_type:
                findings.append((name, f"the cell had become {cell['cell_type']}: changed back"))
            cells.append(_original(original, original.source if original.locked else source))
    return cells, findings


def _tampered(original: KeyCell, source: str) -> bool:
    """Tell whether a line of the student's copy is not in the original.

    The copy that students get lacks hidden tests and mark schemes, so that only lines
    that were added or changed can be told.
    """
    known = {line.strip() for line in original.source.splitlines()}
    return any(line.strip() not in known for line in source.splitlines())


def _add_missing(
    key: AnswerKey, cells: list[Cell], findings: list[tuple[str, str]], *, put_back: bool
) -> None:
    """Put graded cells that are not there behind their predecessor in the release."""
    for position, original in enumerate(key.cells):
        if any(_name(cell) == original.id for cell in cells):
            continue
        findings.append((original.id, "this cell was missing"))
        if not put_back or not (original.is_graded or original.locked):
            continue
        before = {cell.id for cell in key.cells[:position]}
        at = max((i + 1 for i, cell in enumerate(cells) if _name(cell) in before), default=0)
        cells.insert(at, _original(original, original.source))


def _with_parameters(key: AnswerKey, cells: list[Cell], source: str) -> Iterator[Cell]:
    named = key.by_id()
    injected = _plain("code", source) | {"metadata": {"tags": [INJECTED]}}
    changed = all(_name(cell) != PARAMETERS for cell in cells)
    for cell in cells:
        original = named.get(_name(cell))
        if changed and original is not None and original.is_test:
            yield dict(injected)
            changed = False
        yield cell
        if _name(cell) == PARAMETERS:
            yield dict(injected)
            changed = False
        elif cell["cell_type"] == "code" and (original is None or not original.locked):
            changed = True


def _is_injected(cell: Cell) -> bool:
    tags = cell.get("metadata", {}).get("tags")
    return isinstance(tags, list) and INJECTED in tags


def _name(cell: Cell) -> str:
    meta = cell.get("metadata", {}).get("nbgrader")
    name = meta.get("grade_id") if isinstance(meta, dict) else None
    return name if isinstance(name, str) else ""


def _source(cell: Cell) -> str:
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(str(part) for part in source)
    # JSON can name half a character, which no file and no kernel takes.
    return text.encode("utf-8", "replace").decode("utf-8")


def _plain(kind: str, source: str) -> Cell:
    cell: Cell = {"cell_type": kind, "metadata": {}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _original(key: KeyCell, source: str) -> Cell:
    return _plain(key.cell_type, source) | {"metadata": {"nbgrader": key.metadata}}
