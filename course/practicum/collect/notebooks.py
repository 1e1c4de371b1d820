"""Is this a notebook that can be graded? Limits first, then JSON, then its form.

Only what grading reads is checked: cells with a type, a source and metadata. What students'
editors add (identifiers, widgets' state, outputs of any kind) is theirs.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from practicum.errors import BadSubmission

__all__ = ["check_notebook"]

MAX_DEPTH = 60
MAX_BRACKETS = 1_000_000
MAX_CELLS = 2_000
# Strings are passed over as a whole, so that only the brackets of the structure count.
TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
CELL_TYPES = {"code", "markdown", "raw"}


def check_notebook(data: bytes, name: str) -> None:
    """Check a submitted notebook.

    Raises:
        BadSubmission: It is not JSON, too deep, not nbformat 4, or has no graded cell; the
            message names the reason and, where there is one, the cell's number from 1.

    """
    if not data.strip():
        _refuse(name, "an empty file: save the notebook and hand it in again")
    _check_depth(data, name)
    notebook = _parsed(data, name)
    if not isinstance(notebook, dict):
        _refuse(name, "not a notebook (its JSON is no object)")
    if notebook.get("nbformat") != 4 or isinstance(notebook.get("nbformat"), bool):  # noqa: PLR2004 (the format's number)
        said = str(notebook.get("nbformat", "missing"))[:20]
        _refuse(name, f"notebook format {said}: save it in format 4")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        _refuse(name, "`cells` is no list: this is no whole notebook")
    if len(cells) > MAX_CELLS:
        _refuse(name, f"{len(cells):,} cells: at most {MAX_CELLS:,} are accepted")
    for number, cell in enumerate(cells, start=1):
        problem = _cell_problem(cell)
        if problem:
            _refuse(name, f"cell {number}: {problem}")
    if not any(_graded(cell) for cell in cells):
        _refuse(name, "no cell of the assignment is in it: start from the released notebook")


def _refuse(name: str, reason: str) -> NoReturn:
    raise BadSubmission(f"{name}: {reason}")


def _check_depth(data: bytes, name: str) -> None:
    depth = brackets = 0
    for token in TOKEN.finditer(data):
        first = token[0][:1]
        if first in b"[{":
            depth += 1
            brackets += 1
            if depth > MAX_DEPTH:
                _refuse(name, f"nested more than {MAX_DEPTH} deep")
            if brackets > MAX_BRACKETS:
                _refuse(name, f"more than {MAX_BRACKETS:,} lists and objects")
        elif first in b"]}":
            depth -= 1


def _parsed(data: bytes, name: str) -> Any:  # noqa: ANN401 (JSON is any data)
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        _refuse(name, f"byte {error.start} is not UTF-8")
    except json.JSONDecodeError as error:
        _refuse(name, f"not JSON ({error.msg}, line {error.lineno}): save it and hand it in again")
    except (ValueError, RecursionError) as error:
        _refuse(name, f"not JSON ({str(error)[:60]})")


def _no_constant(constant: str) -> NoReturn:
    message = f"{constant} is not JSON"
    raise ValueError(message)


def _cell_problem(cell: object) -> str:
    if not isinstance(cell, dict):
        return "not an object"
    if cell.get("cell_type") not in CELL_TYPES:
        return f"unknown cell_type {str(cell.get('cell_type'))[:20]!r}"
    if not isinstance(cell.get("metadata"), dict):
        return "`metadata` is no object"
    source = cell.get("source")
    if not isinstance(source, str) and not (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    ):
        return "`source` is no text"
    if cell["cell_type"] == "code" and not (
        isinstance(cell.get("outputs"), list)
        and all(isinstance(output, dict) for output in cell["outputs"])
    ):
        return "`outputs` is no list of objects"
    return ""


def _graded(cell: dict[str, Any]) -> bool:
    about = cell["metadata"].get("nbgrader")
    return isinstance(about, dict) and isinstance(about.get("grade_id"), str)
