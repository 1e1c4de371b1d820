"""The static twin: a widget's state as plain HTML, for pages that run nothing.

Every text is escaped here, and only here.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Final

__all__ = ["Node", "h"]

VOID: Final = ("br", "hr", "img")
"""Elements that have no end."""


@dataclass(frozen=True)
class Node:
    """A piece of HTML that is safe to show."""

    html: str

    def __str__(self) -> str:
        return self.html


def h(tag: str, *children: object, **attributes: str) -> Node:
    """Return an element; children are nodes, or texts, which are escaped; None is left out."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for name, value in attributes.items()
    )
    inner = "".join(
        child.html if isinstance(child, Node) else html.escape(str(child))
        for child in children
        if child is not None
    )
    return Node(f"<{tag}{named}>" if tag in VOID else f"<{tag}{named}>{inner}</{tag}>")
