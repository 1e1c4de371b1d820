"""What a brief, its rubric and its notebook must agree on. Pure: nothing is read here.

Every deliverable is judged by criteria that the rubric has; every criterion is used, and has
its task cell; every test belongs to a deliverable; none of the three says TODO any more. A
problem is told at the line of brief.yml, or at the notebook with the cell's number.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

from practicum.briefs.brief import Brief
from practicum.briefs.source import SourceCell, cells_of, notebook_problems
from practicum.briefs.unfinished import notebook_todos, todos
from practicum.briefs.variants import PARAMETERS
from practicum.documents import Document
from practicum.problems import Problem
from practicum.rubrics import Rubric

__all__ = ["agreement_problems"]


def agreement_problems(  # noqa: PLR0913 (three values, and where each lies)
    brief: Brief,
    rubric: Rubric,
    notebook: object,
    *,
    brief_document: Document,
    rubric_document: Document,
    notebook_file: Path,
) -> Iterator[Problem]:
    """Yield where a brief, its rubric and its notebook contradict each other or say TODO.

    Args:
        brief: A brief without problems of its own.
        rubric: The rubric that the brief names.
        notebook: The JSON of the source notebook.
        brief_document: Where the brief was read from.
        rubric_document: Where the rubric was read from.
        notebook_file: Where the notebook was read from.

    """
    yield from _criteria(brief, rubric, brief_document, rubric_document)
    for problem in notebook_problems(notebook):
        yield _in_notebook(notebook_file, problem.number, problem.what, problem.fix)
    cells = cells_of(notebook)
    yield from _graded_cells(brief, brief_document, cells, notebook_file)
    yield from _criterion_cells(rubric, rubric_document, cells, notebook_file)
    yield from _parameters(brief, brief_document, cells, notebook_file)
    yield from todos(brief_document)
    yield from todos(rubric_document)
    yield from notebook_todos(notebook, notebook_file)


def _criteria(
    brief: Brief, rubric: Rubric, brief_document: Document, rubric_document: Document
) -> Iterator[Problem]:
    known = [criterion.id for criterion in rubric.criteria]
    used: set[str] = set()
    for index, deliverable in enumerate(brief.deliverables):
        used.update(deliverable.criteria)
        for place, name in enumerate(deliverable.criteria):
            if name not in known:
                yield brief_document.problem(
                    ("deliverables", index, "criteria", place),
                    f"deliverable {deliverable.id!r} is judged by {name!r}, "
                    f"which is no criterion of the rubric {rubric.id!r}",
                    _nearest(name, known),
                )
    for index, name in enumerate(known):
        if name not in used:
            yield rubric_document.problem(
                ("criteria", index, "id"),
                f"no deliverable of the brief {brief.id!r} is judged by {name!r}",
                f"add it to the `criteria:` of a deliverable in {brief_document.file}",
            )


def _graded_cells(
    brief: Brief, document: Document, cells: tuple[SourceCell, ...], file: Path
) -> Iterator[Problem]:
    graded = {cell.id: cell for cell in cells if cell.graded}
    others = {cell.id for cell in cells if not cell.graded}
    named: dict[str, str] = {}
    for index, deliverable in enumerate(brief.deliverables):
        for place, name in enumerate(deliverable.cells):
            where = ("deliverables", index, "cells", place)
            if name in others:
                what = f"the cell {name!r} earns no points by itself"
                yield document.problem(where, what, "name the test cell or the written answer")
            elif name not in graded:
                what = f"there is no graded cell {name!r} in {file.name}"
                yield document.problem(where, what, _nearest(name, graded))
            elif name in named:
                what = f"the cell {name!r} belongs to {named[name]!r} already"
                yield document.problem(where, what, "leave it with one deliverable")
            named.setdefault(name, deliverable.id)
    for name, cell in graded.items():
        # A written answer may be the student's own, such as a reflection.
        if name not in named and not cell.solution:
            what = f"no deliverable names the graded cell {name!r}"
            yield _in_notebook(file, cell.number, what, f"add it in {document.file}")


def _criterion_cells(
    rubric: Rubric, document: Document, cells: tuple[SourceCell, ...], file: Path
) -> Iterator[Problem]:
    tasks = {cell.id: cell for cell in cells if cell.task}
    for criterion in rubric.criteria:
        if criterion.cell not in tasks:
            what = f"there is no task cell {criterion.cell!r} for the criterion {criterion.id!r}"
            fix = "add a markdown cell with that grade_id, marked `Manually graded task`"
            yield Problem(file, 0, what, fix)
    wanted = {criterion.cell for criterion in rubric.criteria}
    for name, cell in tasks.items():
        if name not in wanted:
            what = f"the task cell {name!r} belongs to no criterion of {document.file}"
            yield _in_notebook(file, cell.number, what, _nearest(name, wanted))


def _parameters(
    brief: Brief, document: Document, cells: tuple[SourceCell, ...], file: Path
) -> Iterator[Problem]:
    """A brief with variants has one locked cell with the defaults, which papermill finds."""
    cell = next((cell for cell in cells if cell.id == PARAMETERS), None)
    if not brief.variants:
        return
    fix = f"tag it {PARAMETERS!r} and mark it `Read-only`, with the grade_id {PARAMETERS!r}"
    if cell is None:
        what = f"{file.name} has no cell {PARAMETERS!r} with the defaults of the variants"
        yield document.problem(("variants",), what, fix)
    elif cell.cell_type != "code" or cell.grade or cell.solution or not cell.locked:
        yield _in_notebook(file, cell.number, "the defaults of the variants may be changed", fix)
    elif PARAMETERS not in cell.tags:
        what = f"it lacks the tag {PARAMETERS!r}, by which values are put in"
        yield _in_notebook(file, cell.number, what, fix)


def _in_notebook(file: Path, number: int, what: str, fix: str) -> Problem:
    return Problem(file, 0, f"cell {number}: {what}" if number else what, fix)


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else "known: " + (", ".join(known) or "none")
