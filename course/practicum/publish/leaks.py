"""Solution text and hidden tests, and the search for them in what students get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["cells_of", "leaks_in", "secret_lines"]

REGIONS = (
    ("BEGIN SOLUTION", "END SOLUTION"),
    ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"),
    ("BEGIN MARK SCHEME", "END MARK SCHEME"),
)
"""What nbgrader looks for, anywhere in a line."""
SHORTEST_SECRET = 12
"""A shorter line, such as ``plt.show()``, says nothing."""


def cells_of(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook file as plain data."""
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return cells


def secret_lines(notebook: Path) -> set[str]:
    """Return the lines of all solutions, hidden tests and mark schemes of a source notebook.

    A solution cell without a marked region is secret as a whole: nbgrader empties it. A
    line of visible code too, such as an import, is no secret; in prose it is one.
    """
    secret: set[str] = set()
    code: list[str] = []
    for cell in cells_of(notebook):
        lines = list(_lines(_text(cell["source"])))
        solution = cell["metadata"].get("nbgrader", {}).get("solution", False)
        emptied = solution and not any(hidden for _, hidden in lines)
        for line, hidden in lines:
            if hidden or emptied:
                secret.add(line.strip())
            elif cell["cell_type"] == "code":
                code.append(line)
    shown = "\n".join(code)
    return {line for line in secret if len(line) >= SHORTEST_SECRET and line not in shown}


def leaks_in(notebook: Path, release: Path) -> tuple[list[tuple[str, str]], int, int]:
    """Search every file of a release for the secrets of its source notebook.

    Returns:
        Pairs of a file and the secret line in it; how many files were searched; how many
        secret lines there are.

    """
    secrets = sorted(secret_lines(notebook))
    found = []
    files = sorted(file for file in release.rglob("*") if file.is_file())
    for file in files:
        name, text = str(file.relative_to(release)), _readable(file)
        found += [(name, line) for line in secrets if line in text]
    return found, len(files), len(secrets)


def _readable(file: Path) -> str:
    """Return a file's text; of a notebook, the sources and outputs without JSON's escapes."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix != ".ipynb":
        return text
    try:
        return text + "\n" + "\n".join(_strings(json.loads(text)))
    except (ValueError, RecursionError):
        return text


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 (JSON is any data)
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield "".join(part for part in value if isinstance(part, str))
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield str(key)
            yield from _strings(part)


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _lines(source: str) -> Iterator[tuple[str, bool]]:
    """Yield each line with whether it lies inside a region that students must not see."""
    end = ""
    for line in source.splitlines():
        if end:
            if end in line:
                end = ""
            else:
                yield line, True
            continue
        end = next((stop for begin, stop in REGIONS if begin in line), "")
        if not end:
            yield line, False
