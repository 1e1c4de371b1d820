"""What a cell of the notebook shows: a chart with its words, a list, or a plain sentence.

Everything that comes from a course is escaped here: names, titles and messages are text.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Chart", "Listing", "Words", "chart"]

DOTS_PER_INCH = 220
Bundle = tuple[dict[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Chart:
    """A picture (PNG), what it shows for those who cannot see it, and how to read it."""

    png: bytes
    alt: str
    reading: str

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display  # noqa: PLC0415 (only in a kernel)

        data = {"image/png": b64encode(self.png).decode(), "text/plain": self.alt}
        display(data, metadata={"image/png": {"alt": self.alt}}, raw=True)  # type: ignore[no-untyped-call]
        display(HTML(f'<p class="reading">{escape(self.reading)}</p>'))  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Words:
    """Sentences, each a paragraph."""

    paragraphs: tuple[str, ...]

    def _repr_html_(self) -> str:
        return "".join(f'<p class="reading">{escape(text)}</p>' for text in self.paragraphs)

    def __repr__(self) -> str:
        return "\n".join(self.paragraphs)


@dataclass(frozen=True)
class Listing:
    """A table of text, with a sentence under it; on a narrow screen it scrolls by itself.

    With ``folded``, only these words are seen until the reader opens it.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reading: str
    folded: str = ""

    @classmethod
    def of(cls, frame: pd.DataFrame, headings: Mapping[str, str], reading: str) -> Listing:
        """Return the columns named by ``headings`` (column to heading) as text."""
        rows: Sequence[Sequence[object]] = frame[list(headings)].to_numpy().tolist()
        return cls(tuple(headings.values()), tuple(tuple(map(str, row)) for row in rows), reading)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in self.headings)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>"
            for row in self.rows
        )
        html = (
            f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
        if self.reading:
            html += f'<p class="reading">{escape(self.reading)}</p>'
        if self.folded:
            return f"<details><summary>{escape(self.folded)}</summary>{html}</details>"
        return html

    def __repr__(self) -> str:
        return "\n".join(" | ".join(row) for row in (self.headings, *self.rows))


def chart(figure: Figure, *, alt: str, reading: str) -> Chart:
    """Draw a figure into a Chart."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return Chart(buffer.getvalue(), alt, reading)
