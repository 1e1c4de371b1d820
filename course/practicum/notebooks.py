"""Notebooks as plain JSON values: read, and written as nbformat writes them, only faster.

nbformat copies a notebook, wraps each mapping and checks it against a schema, which takes
longer than everything else that a grader does with it. What is written here was made here, cell
by cell, and the tests hold it against nbformat.
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["KERNEL_DIED", "TIMED_OUT", "Notebook", "notebook_text", "read_notebook"]

KERNEL_DIED = "DeadKernelError"
"""The name of the error in each cell that did not run because the kernel had died."""

TIMED_OUT = "CellTimeoutError"
"""The name of the error in a cell whose time was over, as nbgrader calls it."""

Notebook = dict[str, Any]
MULTILINE = ("text/", "application/javascript", "image/svg+xml")


def read_notebook(text: str) -> Notebook:
    """Return a notebook (format 4) with every source and text as one string.

    Args:
        text: The notebook as JSON, as nbformat or this module wrote it.

    """
    notebook: Notebook = json.loads(text)
    for cell in notebook["cells"]:
        cell["source"] = _joined(cell["source"])
        for output in cell.get("outputs", ()):
            if "text" in output:
                output["text"] = _joined(output["text"])
            data = output.get("data", {})
            for kind, value in data.items():
                if not _is_json(kind):
                    data[kind] = _joined(value)
    return notebook


def notebook_text(notebook: Notebook) -> str:
    """Return a notebook as text, byte by byte what nbformat would write."""
    written = notebook | {"cells": [_split_cell(cell) for cell in notebook["cells"]]}
    return json.dumps(written, sort_keys=True, indent=1, ensure_ascii=False, separators=(",", ": "))


def _split_cell(cell: Notebook) -> Notebook:
    split = cell | {"source": cell["source"].splitlines(keepends=True)}
    if "outputs" in cell:
        split["outputs"] = [_split_output(output) for output in cell["outputs"]]
    return split


def _split_output(output: Notebook) -> Notebook:
    if "text" in output:
        return output | {"text": output["text"].splitlines(keepends=True)}
    if "data" in output:
        data = {
            kind: value.splitlines(keepends=True)
            if isinstance(value, str) and kind.startswith(MULTILINE)
            else value
            for kind, value in output["data"].items()
        }
        return output | {"data": data}
    return output


def _is_json(kind: str) -> bool:
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _joined(value: Any) -> Any:  # noqa: ANN401 (text, or whatever JSON holds)
    return (
        "".join(value)
        if isinstance(value, list) and all(isinstance(p, str) for p in value)
        else value
    )
