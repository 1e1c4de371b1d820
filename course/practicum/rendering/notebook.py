"""The notebook on the page: each cell's source and outputs, inert, with its mark beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]
from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

from practicum.marks import CellMark, Marks
from practicum.rendering.hidden import Parted, part, verdict
from practicum.rendering.kept import Kept
from practicum.rendering.leaks import secrets_of
from practicum.rendering.outputs import MAX_SOURCE, Budget, Shown, markdown_html, shown_outputs
from practicum.rendering.pictures import data_uri
from practicum.rendering.plain_text import plain
from practicum.rendering.sanitize import clean_code

if TYPE_CHECKING:
    from practicum.gradebook import AnswerKey

__all__ = ["CellView", "NotebookView", "cells_shown", "notebook_view", "with_headings_in_order"]

MAX_CELLS = 500

WITHHELD = (
    "This output is not shown, because it has text of a hidden test in it. "
    "Please talk to your instructor."
)
_CLASSES = {f"c-{name}" for name in STANDARD_TYPES.values() if name}
_LEXER = PythonLexer(stripnl=False, ensurenl=False)
_COLOURS = HtmlFormatter(nowrap=True, classprefix="c-")
_kept: Kept[Markup] = Kept()
_HEADING = re.compile(r"<(/?)h([1-6])>")
_FIRST_LEVEL = 3
_LAST_LEVEL = 6


@dataclass(frozen=True)
class CellView:
    """A cell as it is shown.

    ``name`` is its grade_id, "" without one. ``mark`` is None for a cell without points;
    ``says`` is what may be said of hidden tests.
    """

    number: int
    kind: str
    source: Markup
    mark: CellMark | None = None
    outputs: tuple[Shown, ...] = ()
    says: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class NotebookView:
    """The cells in order, whether some were left out, and which ones had to be withheld."""

    cells: tuple[CellView, ...]
    cut: bool
    withheld: tuple[CellView, ...]


def notebook_view(notebook: Mapping[str, Any], marks: Marks, key: AnswerKey) -> NotebookView:
    """Return what is shown of an autograded notebook; see ``cells_shown``.

    Its headings stand below the page's own ones, so that no level is skipped.
    """
    view = cells_shown(notebook, marks, key)
    ordered = with_headings_in_order([(cell, cell.mark is not None) for cell in view.cells])
    return replace(view, cells=tuple(ordered))


def cells_shown(notebook: Mapping[str, Any], marks: Marks, key: AnswerKey) -> NotebookView:
    """Return what is shown of an autograded notebook, with its headings as they are.

    Args:
        notebook: The notebook's JSON (nbformat 4). Nothing in it is trusted.
        marks: The marks of its cells.
        key: The cells as they were released, with their hidden parts.

    """
    cells = notebook.get("cells")
    cells = [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    budget = Budget()
    released = _released(key)
    parted = {**_given_here(cells, released.given), **released.given}
    views = [
        _cell_view(number, cell, marks, parted, budget)
        for number, cell in enumerate(cells[:MAX_CELLS], 1)
    ]
    known = [p.visible for p in parted.values()]
    known += [_source(cell) for cell in cells if _grade_id(cell) not in parted]
    hidden = [p.hidden for p in parted.values()] + list(released.hidden)
    leaking = _leaking(views, secrets_of(hidden, known).found_in)
    views = [_withhold(view) if view.number in leaking else view for view in views]
    return NotebookView(
        cells=tuple(views),
        cut=len(cells) > MAX_CELLS,
        withheld=tuple(view for view in views if view.number in leaking),
    )


def _cell_view(
    number: int, cell: dict[str, Any], marks: Marks, key: Mapping[str, Parted], budget: Budget
) -> CellView:
    name = _grade_id(cell)
    parted = key.get(name) or Parted(_source(cell), "")
    mark = next((mark for mark in marks.cells if mark.cell == name), None)
    kind = cell.get("cell_type")
    alt = f"A picture in cell {number} of the notebook"
    if kind == "markdown":
        text = markdown_html(parted.visible, _attachments(cell), budget, alt=alt)
        return CellView(number, "Text", text, mark, name=name)
    if kind != "code":
        text = Markup("<pre>{}</pre>").format(plain(parted.visible[:MAX_SOURCE]))
        return CellView(number, "Raw text", text, mark, name=name)
    code = Markup("<pre><code>{}</code></pre>").format(_highlighted(parted.visible))
    found = cell.get("outputs")
    outputs = [out for out in found if isinstance(out, dict)] if isinstance(found, list) else []
    if parted.has_hidden:
        # The run saw the hidden tests, so that nothing which it printed here can be shown.
        score, most = (mark.score or 0.0, mark.max_points) if mark else (0.0, 0.0)
        says = verdict(parted, outputs, score, most)
        return CellView(number, "Tests", code, mark, says=says, name=name)
    shown = shown_outputs(outputs, budget, alt=alt)
    return CellView(number, "Code", code, mark, shown, name=name)


def _is_given(nbgrader: Mapping[str, Any]) -> bool:
    """Tell whether a cell's source comes from the course and not from the student."""
    if nbgrader.get("solution"):
        return False
    return any(nbgrader.get(flag) for flag in ("locked", "grade", "task"))


@dataclass(frozen=True)
class _Released:
    """A key's given cells by their name, and the hidden part of every cell."""

    given: Mapping[str, Parted]
    hidden: tuple[str, ...]


@lru_cache(maxsize=4)
def _released(key: AnswerKey) -> _Released:
    """Take a key apart; all pages of a brief share it."""
    return _Released(
        given={cell.id: part(cell.source) for cell in key.cells if _is_given(cell.metadata)},
        hidden=tuple(part(cell.source).hidden for cell in key.cells),
    )


def _given_here(
    cells: Sequence[Mapping[str, Any]], released: Mapping[str, Parted]
) -> dict[str, Parted]:
    """Return the given cells that only the notebook names, for a key that has changed since."""
    return {
        name: part(_source(cell))
        for cell in cells
        if (name := _grade_id(cell)) and name not in released
        if _is_given(cell["metadata"]["nbgrader"])
    }


def _highlighted(source: str) -> Markup:
    if len(source) > MAX_SOURCE:
        note = f"\n… (the first {MAX_SOURCE:,} characters are shown)"
        return Markup.escape(plain(source[:MAX_SOURCE]) + note)
    return _kept.get(
        (source,), lambda: clean_code(highlight(plain(source), _LEXER, _COLOURS), _CLASSES)
    )


def _attachments(cell: Mapping[str, Any]) -> dict[str, str]:
    """Return the pictures that are attached to a text cell, as data: URIs by name."""
    attached = cell.get("attachments")
    pictures: dict[str, str] = {}
    for name, bundle in attached.items() if isinstance(attached, dict) else ():
        for mime, text in bundle.items() if isinstance(bundle, dict) else ():
            uri = data_uri(mime, text) if isinstance(text, str) else None
            if uri is not None:
                pictures.setdefault(name, uri)
    return pictures


def _leaking(
    views: Sequence[CellView], found_in: Callable[[Sequence[str]], frozenset[int]]
) -> frozenset[int]:
    """Return the numbers of the cells whose outputs show a hidden line."""
    owners: list[int] = []
    texts: list[str] = []
    for view in views:
        for shown in view.outputs:
            owners += [view.number] * len(shown.looked_at)
            texts += shown.looked_at
    return frozenset(owners[place] for place in found_in(texts))


def _withhold(view: CellView) -> CellView:
    note = Shown(Markup("<p>{}</p>").format(WITHHELD), "note")
    return replace(view, outputs=(note,))


def with_headings_in_order(views: Iterable[tuple[CellView, bool]]) -> list[CellView]:
    """Put the headings of cells below the page's, so that no level is skipped.

    Each cell comes with whether the page gives it a heading (of the third level) of its own.
    """
    last = _FIRST_LEVEL - 1
    opened: list[int] = []
    ordered = []
    for view, titled in views:
        if titled:
            last = _FIRST_LEVEL

        def lowered(found: re.Match[str]) -> str:
            nonlocal last
            if found[1]:
                return f"</h{opened.pop()}>"
            last = min(int(found[2]) + _FIRST_LEVEL, _LAST_LEVEL, last + 1)
            opened.append(last)
            return f"<h{last}>"

        source = Markup(_HEADING.sub(lowered, view.source))  # noqa: S704 (only levels change)
        outputs = tuple(
            replace(out, html=Markup(_HEADING.sub(lowered, out.html)))  # noqa: S704 (see above)
            for out in view.outputs
        )
        ordered.append(replace(view, source=source, outputs=outputs))
    return ordered


def _grade_id(cell: Mapping[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) else ""


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source")
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""
