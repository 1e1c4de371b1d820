"""The page around the form: the instructor's notebook, rendered with Voilà once."""

from __future__ import annotations

import ast
import json
from importlib import resources
from pathlib import Path

import nbformat
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal
from traitlets.config import Config
from voila.exporter import VoilaExporter

from practicum.errors import BadInput, InvalidDocument
from practicum.problems import Problem
from practicum.room.static import PageFiles, page_files

__all__ = ["shell"]

SECONDS = 120


def shell(notebook: Path, base: str = "/", files: PageFiles | None = None) -> str:
    """Run a notebook, which is the instructor's own, and return the page that it makes.

    The page holds nothing of any reviewer, submission or student: it is the same for all.

    Args:
        notebook: A notebook with the tag ``review-room`` on the cell that shows the form.
        base: The prefix of all addresses, with a slash at its end.
        files: The page's own script and style; those of this installation if None.

    Raises:
        BadInput: The notebook cannot be read, or a cell of it fails.

    """
    try:
        node = nbformat.read(notebook, as_version=4)
    except (OSError, ValueError, json.JSONDecodeError, nbformat.reader.NotJSONError) as error:
        message = f"{notebook}: this is no notebook ({type(error).__name__}): give another one"
        raise BadInput(message) from None
    if not any("review-room" in cell.metadata.get("tags", ()) for cell in node.cells):
        what = "no cell has the tag review-room, where the form is to stand"
        raise InvalidDocument([Problem(notebook, 1, what, "add the tag to one cell")])
    if any(_does_something(cell) for cell in node.cells):
        _run(notebook, node)
    # As nbclient does: also where a loop runs already, such as in a notebook.
    page: str = run_sync(_rendered)(node, base, files or page_files())
    return page


def _does_something(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell holds more than comments: without such a one no kernel is needed."""
    if cell.cell_type != "code":
        return False
    try:
        return bool(ast.parse(cell.source).body)
    except (SyntaxError, ValueError):
        return True  # a magic, or a mistake that the kernel names


def _run(notebook: Path, node: nbformat.NotebookNode) -> None:
    client = NotebookClient(
        node, timeout=SECONDS, resources={"metadata": {"path": str(notebook.parent)}}
    )
    try:
        client.execute()
    except (CellControlSignal, TimeoutError, RuntimeError) as error:
        line = str(error).strip().splitlines()[-1][:300]
        message = f"{notebook}: a cell fails ({line}): run it in JupyterLab and mend it"
        raise BadInput(message) from None


async def _rendered(node: nbformat.NotebookNode, base: str, files: PageFiles) -> str:
    with resources.as_file(resources.files("practicum.room") / "template") as folder:
        exporter = VoilaExporter(
            config=Config({"VoilaExporter": {"base_url": base, "exclude_anchor_links": True}}),
            extra_template_basedirs=[str(folder.parent)],
            template_name="template",
        )
        parts = [
            part
            async for part, _ in exporter.generate_from_notebook_node(
                node, extra_context={"base": base, "static": files.place, "modules": files.modules}
            )
        ]
    return "".join(parts)
