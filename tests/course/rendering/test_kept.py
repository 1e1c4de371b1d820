from __future__ import annotations

from typing import Any

from markupsafe import Markup

from practicum.marks import Marks
from practicum.records import values
from practicum.rendering.kept import Kept
from practicum.rendering.notebook import notebook_view
from practicum.rendering.outputs import Budget, markdown_html
from practicum.rendering.plain_text import plain

GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def test_the_same_text_is_made_once() -> None:
    """What was made of a text is given again; another text is made anew."""
    kept: Kept[Markup] = Kept()
    made: list[int] = []

    def make() -> Markup:
        made.append(1)
        return Markup("<p>x</p>")

    assert kept.get(("a", "b"), make) is kept.get(("a", "b"), make)
    kept.get(("ab", ""), make)
    assert len(made) == 2


def test_no_more_is_kept_than_there_is_room_for() -> None:
    """What was used longest ago goes first, and what is very large is not kept."""
    kept: Kept[Markup] = Kept(most=320)
    made: list[str] = []

    def ask(text: str, size: int = 9) -> None:
        def make() -> Markup:
            made.append(text)
            return Markup("x") * size

        kept.get((text,), make)

    for text in "abcdefghijklmnopqrstuvwxyz012345":  # 32 of 10 characters: all there is room for
        ask(text)
    ask("a")
    ask("6")  # b goes, which was used longest ago
    ask("a")
    assert made.count("a") == 1
    ask("b")
    assert made.count("b") == 2
    ask("L", size=100)
    ask("L", size=100)
    assert made.count("L") == 2


def test_pictures_are_never_kept() -> None:
    """The same text shows a picture on one page, and none on a page that has no room left."""
    source = f"![a bird]({GIF})"
    assert "<img" in markdown_html(source, {}, Budget(), alt="x")
    assert "<img" not in markdown_html(source, {}, Budget(pictures=0), alt="x")


def test_one_attachment_is_not_shown_for_another() -> None:
    """Two texts that are equal but for the pictures attached to them are two texts."""
    first = markdown_html("![x](attachment:a.gif)", {"a.gif": GIF}, Budget(), alt="x")
    second = markdown_html("![x](attachment:a.gif)", {}, Budget(), alt="x")
    assert GIF in first
    assert GIF not in second


def test_code_and_text_do_not_share_what_is_kept(empty_key: Any) -> None:
    """The same source as code and as text is shown as what it is, however often."""
    source = "# print(1)"
    cells: list[dict[str, Any]] = [
        {"cell_type": kind, "source": source, "metadata": {}, "outputs": []}
        for kind in ("code", "markdown", "code", "markdown")
    ]
    marks = Marks(student="ada", brief="tiny", cells=())
    shown = [str(cell.source) for cell in notebook_view({"cells": cells}, marks, empty_key).cells]
    assert shown[0].startswith("<pre><code>")
    assert shown[1].startswith("<h")
    assert shown[2] == shown[0]
    assert shown[3].startswith("<h")


def test_clean_text_is_told_from_other_text() -> None:
    """The quick look removes exactly what the records remove."""
    for code in [*range(0x300), *range(0x2000, 0x2100), 0xD800, 0xFEFF, 0xFFFD, 0x1F427]:
        text = f"a{chr(code)}b\n\tc"
        assert plain(text) == values.plain(text)
