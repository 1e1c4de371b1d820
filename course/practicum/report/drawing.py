"""How every chart is drawn: its size, its letters, and colours that all readers can tell apart."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

__all__ = ["COLOURS", "INK", "MARKERS", "PALE", "drawing", "readable_on", "styles"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""The palette of Okabe and Ito, made for readers who confuse colours."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
INK, PALE = "#1f2933", "#cbd2d9"

WIDTH = 4.6
"""Inches. On a phone a picture is shown at about this size, so that 10 points stay legible."""

STYLE: dict[Any, Any] = {
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
    "legend.frameon": False,
    # A dollar sign in a name is a dollar sign, not the start of a formula.
    "text.parse_math": False,
}

# On a new machine matplotlib announces its font cache; that is no news for a reader.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


@contextmanager
def drawing(title: str, *, height: float) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure (``height`` in inches) with one pair of axes, in the report's style."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.add_subplot()
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
        yield figure, axes


def readable_on(ground: Sequence[float]) -> str:
    """Return white or black, whichever stands out more from a colour (red, green, blue; 0 to 1)."""
    light = _luminance(ground)
    return max("black", "white", key=lambda text: _contrast(light, _luminance(to_rgb(text))))


def _contrast(one: float, other: float) -> float:
    """Return the contrast of two luminances as WCAG 2 counts it: 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _luminance(colour: Sequence[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]  # noqa: PLR2004 (WCAG's figures)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def styles(names: list[str]) -> dict[str, tuple[str, str]]:
    """Return a colour and a marker for each name; both differ, for prints in grey."""
    return dict(zip(names, zip(cycle(COLOURS), cycle(MARKERS), strict=False), strict=False))
