"""The notebook as it was saved, which is what is checked and handed in; and what was not saved."""

from __future__ import annotations

import json
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

from practicum.errors import BadInput
from practicum_widgets.desk import Desk

__all__ = ["Notebook", "has_unsaved", "notebook_file", "read_notebook", "source_of", "watch"]

Notebook = dict[str, Any]


def notebook_file(desk: Desk) -> Path:
    """Return where the desk's notebook belongs."""
    return desk.folder / f"{desk.brief.grading.notebook}.ipynb"


def read_notebook(desk: Desk) -> Notebook:
    """Return the desk's notebook as it lies on the disk.

    Raises:
        BadInput: There is none, or it is none.

    """
    file = notebook_file(desk)
    if not file.is_file():
        message = f"{file.name} is not in this folder: rename your notebook back to {file.name}"
        raise BadInput(message)
    try:
        content: Notebook = json.loads(file.read_bytes())
        for cell in content["cells"]:
            _check_form(cell)
    except OSError as error:
        message = f"{file.name} cannot be read ({error.strerror}): ask your instructor for help"
        raise BadInput(message) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        message = f"{file.name} is no notebook any more: take an older one from its checkpoints"
        raise BadInput(message) from None
    return content


def source_of(cell: dict[str, Any]) -> str:
    """Return the text of a cell, which a file may hold in lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def has_unsaved(desk: Desk) -> bool:
    """Tell whether code was run in this kernel that the saved notebook does not hold.

    Code that was run before the notebook was last saved may have been deleted since; what was
    run after it, and is not in it, would be missing from what is handed in.
    """
    ran = watch()
    if not ran:
        return False
    try:
        saved = notebook_file(desk).stat().st_mtime
        known = {source_of(cell).strip() for cell in read_notebook(desk)["cells"]}
    except (OSError, BadInput):
        return False  # what is wrong with the file is said elsewhere
    return any(at > saved and source not in known for source, at in ran.items())


@cache
def watch() -> dict[str, float]:
    """Begin to note what is run in this kernel, and when; nothing outside of a notebook.

    Of what was run before, nobody knows when: it accuses nobody.
    """
    ran: dict[str, float] = {}
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive else None
    if shell is None:
        return ran

    def note(about: Any) -> None:  # noqa: ANN401 (IPython's ExecutionInfo)
        if about.store_history and about.raw_cell.strip():
            ran[about.raw_cell.strip()] = time.time()

    shell.events.register("pre_run_cell", note)
    return ran


def _check_form(cell: dict[str, Any]) -> None:
    """Refuse a cell that would trip up what follows."""
    source, about = cell["source"], cell.get("metadata", {})
    texts = [source] if isinstance(source, str) else source
    fits = isinstance(about, dict) and isinstance(texts, list)
    if not fits or not all(isinstance(text, str) for text in texts):
        raise TypeError
    if cell["cell_type"] not in ("code", "markdown", "raw"):
        raise ValueError
