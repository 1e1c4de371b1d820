"""From the executed notebook to one page that is complete in itself. Pure."""

from __future__ import annotations

import copy
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["page_of"]

SHOWN = frozenset({"image/png", "image/jpeg", "text/html", "text/markdown", "text/plain"})
"""What a page shows; scripts and widgets would ask the network for more."""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
<footer><p>{footer}</p></footer>
</body>
</html>
"""


def page_of(notebook: NotebookNode, *, title: str, footer: str) -> str:
    """Return a notebook's text and outputs as one HTML page, without its code.

    The page has no script, and its policy forbids every request, so that it can be mailed,
    archived and opened without a network.

    Args:
        notebook: The executed notebook; it is not changed.
        title: The page's title, as plain text.
        footer: A sentence under the page, as plain text.

    """
    from nbconvert import HTMLExporter  # noqa: PLC0415 (slow to import)

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="basic",
        exclude_input=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        mathjax_url="",
        require_js_url="",
    )
    body, _ = exporter.from_notebook_node(_shown(notebook))
    style = files("practicum.report").joinpath("style.css").read_text(encoding="utf-8")
    return _PAGE.format(title=escape(title), style=style, body=body, footer=escape(footer))


def _shown(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with the outputs that a page can show; warnings are no part of it."""
    shown = copy.deepcopy(notebook)
    shown.metadata.pop("widgets", None)
    # The cell that papermill puts in has a new id each time, and nothing to show.
    shown.cells = [cell for cell in shown.cells if cell.get("outputs", True)]
    for cell in shown.cells:
        kept = []
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data = {kind: output.data[kind] for kind in output.data if kind in SHOWN}
            if output.get("name") != "stderr" and output.get("data", True):
                kept.append(output)
        if "outputs" in cell:
            cell.outputs = kept
    return shown
