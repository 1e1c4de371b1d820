"""What a new file still leaves to its author: each text in which TODO stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from practicum.documents import Document, Location
from practicum.problems import Problem

__all__ = ["notebook_todos", "todos"]

TODO = re.compile(r"\bTODO\b.*")
SHOWN = 60
FIX = "write what belongs there"


def todos(document: Document) -> Iterator[Problem]:
    """Yield a problem for each text of a YAML file that still says TODO; comments may."""
    yield from _inside(document, document.data, ())


def notebook_todos(notebook: object, file: Path) -> Iterator[Problem]:
    """Yield a problem for each cell of a source notebook (its JSON) that still says TODO."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
        source = cell.get("source") if isinstance(cell, dict) else None
        lines = source if isinstance(source, list) else [source]
        found = TODO.search("".join(line for line in lines if isinstance(line, str)))
        if found:
            yield Problem(file, 0, f"cell {number}: still says {_shown(found[0])}", FIX)


def _inside(document: Document, value: Any, location: Location) -> Iterator[Problem]:  # noqa: ANN401 (YAML is any data)
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _inside(document, item, (*location, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inside(document, item, (*location, index))
    elif isinstance(value, str):
        found = TODO.search(value)
        if found:
            name = ".".join(str(part) for part in location)
            yield document.problem(location, f"{name} still says {_shown(found[0])}", FIX)


def _shown(text: str) -> str:
    text = text.strip()
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 3] + "...")
