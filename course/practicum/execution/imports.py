"""Which libraries a notebook imports: what the fork server imports ahead of it."""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

__all__ = ["imported_modules"]

MANY_CHARACTERS = 1_000_000


def imported_modules(notebooks: Iterable[str]) -> tuple[str, ...]:
    """Return the installed modules that notebooks (JSON text) import, by dotted name, sorted.

    A module that lies beside a notebook is not among them: only what is installed is looked
    up, by its first name, and nothing is imported here.
    """
    found = {
        name
        for notebook in notebooks
        for source in _code(notebook)
        for name in _imports(source)
        if _is_installed(name.partition(".")[0])
    }
    return tuple(sorted(found))


def _code(notebook: str) -> Iterator[str]:
    with suppress(ValueError, KeyError, TypeError):
        for cell in json.loads(notebook)["cells"]:
            if cell["cell_type"] == "code":
                source = cell["source"]
                yield source if isinstance(source, str) else "".join(source)


def _imports(source: str) -> Iterator[str]:
    """Yield the modules of import statements; a cell that is no plain Python has none."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
    try:
        tree = ast.parse("\n".join(lines)[:MANY_CHARACTERS])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _is_installed(name: str) -> bool:
    if name in sys.stdlib_module_names or name == "practicum":
        return name not in ("antigravity", "this", "idlelib", "turtle", "turtledemo")
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None and "site-packages" in spec.origin
