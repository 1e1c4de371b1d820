"""What in a student's code reaches for the machinery around it: named, for a person to look at.

A name is no proof of anything, and code can hide one: this only tells an instructor where to
look first. What protects the mark is the judge.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from practicum.notebooks import read_notebook

__all__ = ["suspicious_cells"]

MODULES: Final = frozenset({"builtins", "ctypes", "gc", "inspect", "ipykernel", "nbgrader"})
ATTRIBUTES: Final = {
    "ast_transformers": "changes how cells are compiled",
    "input_transformers_cleanup": "changes the text of cells before they run",
    "input_transformers_post": "changes the text of cells before they run",
    "settrace": "follows the code that runs",
    "setprofile": "follows the code that runs",
    "_getframe": "looks at the code that calls it",
    "set_custom_exc": "catches the errors of all cells",
    "displayhook": "changes how results are shown",
    "display_pub": "changes how results are shown",
    "__globals__": "reads another function's names",
    "__builtins__": "reaches for built-in names",
}
WRITTEN: Final = frozenset({"modules", "events"})
LIBRARIES: Final = frozenset({"np", "numpy", "pd", "pandas"})


def suspicious_cells(notebook: str) -> tuple[tuple[str, str], ...]:
    """Return pairs of a grade_id (or ``""``) and what its code does, of a restored notebook.

    Only cells that a student can have written are read. A cell that is no plain Python, or
    that has nothing suspicious, is not among them.
    """
    found = []
    for cell in read_notebook(notebook)["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and (about.get("solution") or not about.get("locked")):
            name = str(about.get("grade_id", ""))
            notes = dict.fromkeys(_notes(cell["source"]))
            found += [(name, f"its code {note}: read it") for note in notes]
    return tuple(found)


def _notes(source: str) -> Iterator[str]:
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if node.attr in ATTRIBUTES:
                yield f"uses `{node.attr}` ({ATTRIBUTES[node.attr]})"
            elif node.attr == "register" and isinstance(node.value, ast.Attribute):
                yield f"registers a hook (`{node.value.attr}.register`)"
        elif isinstance(node, ast.Import):
            yield from (f"imports {a.name}" for a in node.names if _first(a.name) in MODULES)
        elif isinstance(node, ast.ImportFrom) and _first(node.module or "") in MODULES:
            yield f"imports from {node.module}"
        elif isinstance(node, ast.Assign | ast.AugAssign):
            yield from _assigned(node)


def _assigned(node: ast.Assign | ast.AugAssign) -> Iterator[str]:
    """Name an assignment into a module's own names, or into the table of modules."""
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Attribute):
            if target.value.attr in WRITTEN:
                yield f"writes into `{target.value.attr}`"
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Attribute):
            value = target.value
            if isinstance(value.value, ast.Name) and value.value.id in LIBRARIES:
                yield f"replaces `{value.value.id}.{value.attr}.{target.attr}`"


def _first(name: str) -> str:
    return name.partition(".")[0]
