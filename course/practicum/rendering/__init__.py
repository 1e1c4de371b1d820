"""Rendering: a notebook that nobody trusts becomes inert HTML that anybody may open.

``release`` makes feedback pages with it, ``review`` the pages for employers. What comes
out runs nothing, fetches nothing, and shows nothing of the hidden tests.
"""

from practicum.rendering.document import Document, template
from practicum.rendering.notebook import (
    CellView,
    NotebookView,
    cells_shown,
    notebook_view,
    with_headings_in_order,
)
from practicum.rendering.writing import write_if_changed

__all__ = [
    "CellView",
    "Document",
    "NotebookView",
    "cells_shown",
    "notebook_view",
    "template",
    "with_headings_in_order",
    "write_if_changed",
]
