"""The outputs of a cell as inert HTML: text, tables and pictures, and notes for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from practicum.rendering.kept import Kept
from practicum.rendering.pictures import data_uri, lift_pictures, text_in
from practicum.rendering.plain_text import plain, readable
from practicum.rendering.sanitize import clean_html, text_of

__all__ = ["MAX_CELL", "MAX_SOURCE", "Budget", "Shown", "markdown_html", "shown_outputs"]

MAX_CELL = 20_000
"""So many characters of text are shown of the outputs of one cell."""

MAX_SOURCE = 50_000
"""So many characters are shown of the source of one cell."""

MAX_OUTPUTS = 60
MAX_LOOKED_AT = 200_000

_PICTURES = ("image/png", "image/jpeg", "image/gif")
_KNOWN = {
    "image/svg+xml": "a drawing (SVG)",
    "application/javascript": "a script",
    "application/pdf": "a PDF document",
    "text/latex": "a formula (LaTeX)",
    "application/vnd.jupyter.widget-view+json": "a widget",
    "application/vnd.plotly.v1+json": "an interactive chart",
}
_CUT = "The output is longer: the first {limit:,} characters of this cell are shown."
_FULL = "The page is full: the other outputs are left out. They are in the notebook itself."

_markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_kept: Kept[Markup] = Kept()
_tables: Kept[Markup] = Kept()
_kept_text: Kept[str] = Kept()


@dataclass
class Budget:
    """What is left for a whole page: characters of text, and bytes of pictures."""

    characters: int = 1_000_000
    pictures: int = 6_000_000

    def affordable(self, pictures: Mapping[str, str]) -> dict[str, str]:
        """Return the pictures that there is still room for, and take their room."""
        kept = {}
        for name, uri in pictures.items():
            if len(uri) <= self.pictures:
                self.pictures -= len(uri)
                kept[name] = uri
        return kept


@dataclass(frozen=True)
class Shown:
    """One output: HTML that may be shown, its kind, and the text in it that may be a leak."""

    html: Markup
    kind: str = "text"
    looked_at: tuple[str, ...] = ()


@dataclass
class _Cell:
    """What is left for one cell."""

    budget: Budget
    alt: str
    left: int = MAX_CELL
    shown: list[Shown] = field(default_factory=list)

    def take(self, text: str) -> str:
        """Return as much of a text as there is room for."""
        room = max(0, min(self.left, self.budget.characters))
        taken = text[:room]
        self.left -= len(text)
        self.budget.characters -= len(taken)
        return taken

    def note(self, words: str) -> None:
        """Say something in our own words."""
        self.shown.append(Shown(Markup("<p>{}</p>").format(words), "note"))


def markdown_html(source: str, attached: Mapping[str, str], budget: Budget, *, alt: str) -> Markup:
    """Return Markdown as inert HTML; ``attached`` are the cell's pictures by name."""
    lifted, pictures = lift_pictures(plain(source))
    pictures |= {f"attachment:{name}": uri for name, uri in attached.items()}
    affordable = budget.affordable(pictures)

    def made() -> Markup:
        return clean_html(_markdown.render(lifted[:MAX_SOURCE]), affordable, alt=alt)

    # The brief's own text stands on every page. Pictures depend on what the page has room for.
    return made() if pictures else _kept.get((lifted, alt), made)


def shown_outputs(
    outputs: Sequence[Mapping[str, Any]], budget: Budget, *, alt: str
) -> tuple[Shown, ...]:
    """Return what is shown of a cell's outputs, in order."""
    cell = _Cell(budget, alt)
    for number, output in enumerate(_merged(outputs)):
        if number == MAX_OUTPUTS or budget.characters <= 0:
            cell.note(_FULL)
            break
        _show(output, cell)
        if cell.left < 0:
            cell.note(_CUT.format(limit=MAX_CELL))
            break
    return tuple(cell.shown)


def _merged(outputs: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the outputs with pieces of one stream that follow each other put together."""
    pending: dict[str, Any] | None = None
    texts: list[str] = []
    for output in outputs:
        name = output.get("name") if output.get("output_type") == "stream" else None
        if pending is not None and name != pending["name"]:
            yield {**pending, "text": "".join(texts)}
            pending = None
        if name is None:
            yield output
            continue
        if pending is None:
            pending, texts = {"output_type": "stream", "name": name}, []
        texts.append(_text(output.get("text")))
    if pending is not None:
        yield {**pending, "text": "".join(texts)}


def _show(output: Mapping[str, Any], cell: _Cell) -> None:
    kind = output.get("output_type")
    if kind == "stream":
        _show_text(
            _text(output.get("text")), cell, "error" if output.get("name") == "stderr" else "text"
        )
    elif kind == "error":
        trace = output.get("traceback")
        lines = [_text(line) for line in trace] if isinstance(trace, list) else []
        said = "\n".join(lines) or f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
        _show_text(said, cell, "error")
    else:
        data = output.get("data")
        _show_data(data if isinstance(data, Mapping) else {}, cell)


def _show_text(text: str, cell: _Cell, kind: str = "text") -> None:
    clear = readable(text[:MAX_LOOKED_AT])
    if clear.strip():
        html = Markup("<pre>{}</pre>").format(cell.take(clear).rstrip("\n"))
        cell.shown.append(Shown(html, kind, (clear,)))


def _show_data(data: Mapping[str, Any], cell: _Cell) -> None:
    """Show the richest form that can be shown without being run."""
    if "text/html" in data and _show_html(_text(data["text/html"]), cell, markdown=False):
        return
    if "text/markdown" in data and _show_html(_text(data["text/markdown"]), cell, markdown=True):
        return
    for mime in _PICTURES:
        if mime in data and _show_picture(mime, _text(data[mime]), cell):
            return
    if "text/plain" in data:
        _show_text(_text(data["text/plain"]), cell)
    names = [said for mime, said in _KNOWN.items() if mime in data]
    if names or "text/plain" not in data:
        said = " and ".join(names) or "something that cannot be shown here"
        cell.note(f"Left out: {said}. The notebook itself has it.")


def _show_html(source: str, cell: _Cell, *, markdown: bool) -> bool:
    lifted, pictures = lift_pictures(source)
    looked_at = readable(lifted[:MAX_LOOKED_AT])
    text = cell.take(looked_at)
    pictures = cell.budget.affordable(pictures)

    def made() -> Markup:
        return clean_html(_markdown.render(text) if markdown else text, pictures, alt=cell.alt)

    # The first lines of the data stand on every page; pictures depend on the room that is left.
    kind = "markdown" if markdown else "html"
    html = made() if pictures else _tables.get((text, kind, cell.alt), made)
    said = text_of(html) if pictures else _kept_text.get((html,), lambda: text_of(html))
    if not said.strip() and "<img" not in html:
        return False
    drawn = tuple(text_in(uri) for uri in pictures.values() if uri in html)
    cell.shown.append(Shown(html, "html", (unescape(looked_at), said, *drawn)))
    return True


def _show_picture(mime: str, text: str, cell: _Cell) -> bool:
    uri = data_uri(mime, text)
    if uri is None:
        return False
    if not cell.budget.affordable({"": uri}):
        cell.note(_FULL)
        return True
    html = Markup('<img src="{}" alt="{}">').format(uri, cell.alt)
    cell.shown.append(Shown(html, "picture", (text_in(uri),)))
    return True


def _text(value: object) -> str:
    """Return a text that may be given as a list of lines; anything else is no text."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
