"""HTML from plain text: everything that a course, a student or an employer wrote is escaped here.

Each function takes plain text and returns HTML; only what one of them returned is handed to
another as HTML, and to ``block``. Nothing is typeset, so that a dollar sign stays one.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources

import ipywidgets as widgets

from practicum.records import plain
from practicum.report.display import Chart

__all__ = [
    "block",
    "command",
    "folded",
    "heading",
    "link",
    "notice",
    "paragraph",
    "picture",
    "printed",
    "section",
    "stylesheet",
    "table",
    "text",
]


def text(words: object) -> str:
    """Return words as HTML: markup in them is shown, not obeyed."""
    return escape(plain(str(words)))


def block(html: str = "") -> widgets.HTML:
    """Return a widget with HTML that this module made."""
    return widgets.HTML(html)


def heading(words: str, depth: int = 2) -> str:
    """Return a heading; 2 is that of a section."""
    return f"<h{depth}>{text(words)}</h{depth}>"


def paragraph(words: str) -> str:
    """Return a paragraph; the lines of the words stay lines."""
    return f"<p>{text(words)}</p>"


def notice(words: str) -> str:
    """Return what a screen reader says when it comes, such as the answer to a click."""
    return f'<p class="notice" role="status">{text(words)}</p>' if words else ""


def section(*parts: str) -> str:
    """Return parts one below the other."""
    return "".join(parts)


def table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    compact: bool = False,
) -> str:
    """Return a table; it scrolls by itself where it is too wide, also by the keyboard.

    A ``compact`` one has many columns of numbers.
    """
    head = "".join(f'<th scope="col">{text(words)}</th>' for words in headings)
    body = "".join(
        f"<tr>{''.join(f'<td>{text(words)}</td>' for words in row)}</tr>" for row in rows
    )
    looks = "scroll compact" if compact else "scroll"
    return (
        f'<div class="{looks}" role="region" tabindex="0" aria-label="{text(caption)}"><table>'
        f"<caption>{text(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def command(line: str) -> str:
    """Return the line that does in a terminal what a button does here."""
    return f'<p class="command">In a terminal: <code>{text(line)}</code></p>'


def printed(words: str) -> str:
    """Return what a command printed, line by line."""
    return f"<pre>{text(words)}</pre>" if words else ""


def link(words: str, address: str) -> str:
    """Return a link that opens beside the desk."""
    return f'<p><a href="{text(address)}" target="_blank" rel="noopener">{text(words)}</a></p>'


def folded(words: str, *parts: str) -> str:
    """Return parts that are seen when the reader opens them."""
    return f"<details><summary>{text(words)}</summary>{''.join(parts)}</details>"


def picture(chart: Chart) -> str:
    """Return a plot with its words for those who cannot see it, and how to read it."""
    data = b64encode(chart.png).decode()
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{text(chart.alt)}">'
        f"<figcaption>{text(chart.reading)}</figcaption></figure>"
    )


def stylesheet() -> str:
    """Return the looks of the desk, as the text of a style element."""
    style = resources.files("practicum.instructor_desk").joinpath("style.css").read_text("utf-8")
    return f"<style>{style}</style>"
