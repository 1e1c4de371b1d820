"""Submissions made from a brief's own solution by mistakes that students really make.

Each kind is deterministic. ``KINDS`` documents them; what is special to a brief (which
column is confused, what an answer of middling quality reads like) comes from the course's
``cohort/<brief>.yml``.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from practicum.documents import read_document
from practicum.errors import UnknownName
from practicum.validation import value_from
from practicum.values import Id, Value

__all__ = ["KINDS", "Answers", "Mistake", "Quality", "hand_in", "read_answers"]

Notebook = dict[str, Any]
Quality = Literal["strong", "fair", "weak"]

KINDS: dict[str, str] = {
    "right": "every task solved as in the model solution",
    "off-by-one": "a boundary is missed by one",
    "wrong-column": "the right method on the wrong column",
    "partial": "some of a task's parts are right",
    "half-done": "the first half of the tasks is solved, the rest is as it came",
    "empty": "handed in as it came",
    "syntax-error": "one cell cannot be parsed",
    "exception": "one cell raises an exception",
    "late": "right, but handed in a day too late",
    "missing-cell": "right, but a test cell was deleted",
    "duplicated-cell": "right, but a cell was copied with its name",
    "endless-loop": "one cell never ends",
    "output-flood": "right, but one cell prints 20 MB",
    "reads-solution": "one cell looks for the solution and the gradebook on the disk",
}

FLOOD_LINES = 200_000
OWN = {"exception": "stderr-free-exception"}


class Mistake(Value):
    """A replacement in the model solution of one cell, and the autograded points it leaves."""

    cell: str
    find: str
    replace: str
    earns: float
    why: str


class Written(Value):
    """The two written answers of one quality."""

    recommendation: str
    reflection: str


class Answers(Value):
    """What a brief's cohort says: mistakes by kind, written answers, reviewers' words."""

    brief: Id
    mistakes: dict[str, Mistake]
    written: dict[Quality, Written]
    words: dict[str, dict[int, str]] = Field(default_factory=dict)


def read_answers(file: Path) -> Answers:
    """Read ``cohort/<brief>.yml``; raise InvalidDocument when it has problems."""
    return value_from(Answers, read_document(file))


def hand_in(
    kind: str, quality: Quality, *, release: Notebook, source: Notebook, answers: Answers
) -> Notebook:
    """Return what a student of that kind hands in.

    Args:
        kind: One of KINDS.
        quality: How good the two written answers are.
        release: The released notebook, as a student fetches it.
        source: The instructor's notebook with the solutions.
        answers: What is special to the brief.

    Raises:
        UnknownName: There is no such kind.

    """
    if kind not in KINDS:
        raise UnknownName("kind of submission", kind, KINDS)
    notebook = copy.deepcopy(release)
    if kind == "empty":
        return notebook
    solutions = _solutions(source)
    mistake = answers.mistakes.get(OWN.get(kind, kind))
    if mistake is not None:
        code = solutions[mistake.cell]
        if mistake.find not in code:
            message = f"{answers.brief}: {kind}: {mistake.find!r} is not in cell {mistake.cell!r}"
            raise ValueError(message)
        solutions[mistake.cell] = code.replace(mistake.find, mistake.replace, 1)
    if kind == "half-done":
        kept = list(solutions)[: len(solutions) // 2]
        solutions = {name: solutions[name] for name in kept}
    written = answers.written[quality]
    texts = {"recommendation": written.recommendation, "reflection": written.reflection}
    for cell in notebook["cells"]:
        name = _name(cell)
        if name in solutions:
            cell["source"] = solutions[name]
        elif name in texts:
            cell["source"] = texts[name]
    if kind in _SPOILERS:
        _SPOILERS[kind](notebook, list(solutions))
    return notebook


def _name(cell: Notebook) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _text(cell: Notebook) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _solutions(source: Notebook) -> dict[str, str]:
    """Return the code of each solution cell, without markers and canaries."""
    solutions = {}
    for cell in source["cells"]:
        meta = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and meta.get("solution"):
            lines = _text(cell).splitlines()
            kept = [line for line in lines if "### " not in line and "# canary:" not in line]
            solutions[_name(cell)] = "\n".join(kept)
    return solutions


def _find(notebook: Notebook, name: str) -> Notebook:
    found: Notebook = next(cell for cell in notebook["cells"] if _name(cell) == name)
    return found


def _syntax_error(notebook: Notebook, names: list[str]) -> None:
    cell = _find(notebook, names[1])
    cell["source"] = _text(cell) + '\nprint("nearly done"'


def _missing_cell(notebook: Notebook, _names: list[str]) -> None:
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade"):
            del notebook["cells"][index]
            return


def _duplicated_cell(notebook: Notebook, names: list[str]) -> None:
    cell = _find(notebook, names[0])
    double = copy.deepcopy(cell)
    double["id"] = f"{cell.get('id', 'cell')}-copy"
    notebook["cells"].insert(notebook["cells"].index(cell), double)


def _endless_loop(notebook: Notebook, names: list[str]) -> None:
    cell = _find(notebook, names[-1])
    cell["source"] = "count = 1\nwhile count > 0:\n    count += 1\n" + _text(cell)


def _output_flood(notebook: Notebook, names: list[str]) -> None:
    cell = _find(notebook, names[0])
    flood = f"for row in range({FLOOD_LINES}):\n    print(row, 'x' * 94)\n"
    cell["source"] = flood + _text(cell)


def _reads_solution(notebook: Notebook, names: list[str]) -> None:
    cell = _find(notebook, names[0])
    cell["source"] = (
        "from pathlib import Path\n"
        "loot = [file for up in (Path.cwd(), *list(Path.cwd().parents)[:-1])\n"
        "        for pattern in ('assignments/*/*.ipynb', 'gradebook.db', '*/gradebook.db')\n"
        "        for file in up.glob(pattern)]\n"
        "print('found:', loot)\n"
        "raise SystemError('no solution found')"
    )


_SPOILERS: dict[str, Callable[[Notebook, list[str]], None]] = {
    "syntax-error": _syntax_error,
    "missing-cell": _missing_cell,
    "duplicated-cell": _duplicated_cell,
    "endless-loop": _endless_loop,
    "output-flood": _output_flood,
    "reads-solution": _reads_solution,
}


def read_notebook(file: Path) -> Notebook:
    """Read a notebook file as plain data."""
    notebook: Notebook = json.loads(file.read_text(encoding="utf-8"))
    return notebook
