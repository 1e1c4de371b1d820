"""The charts of a run's report: drawn once, coloured for light and for dark pages."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from practicum.grade.report_tables import STANDINGS, RunTables

__all__ = ["Picture", "pictures"]

INK, PALE = "#23211d", "#ebe7df"
"""The colour of letters and lines on a light page, and on a dark one."""

BARS = "#2f8fc4"
EARNED = {"all": "#009e73", "some": "#e69f00", "none": "#d55e00"}
SURE = dict(zip(STANDINGS, ("#2f8fc4", "#9a948a", "#d55e00"), strict=True))
WIDTH = 4.6
MOST_TESTS = 30
FEW = 2

STYLE: dict[Any, Any] = {
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "savefig.transparent": True,
    "svg.hashsalt": "practicum",
    # A dollar sign in a name is a dollar sign, not the start of a formula.
    "text.parse_math": False,
    **dict.fromkeys(
        ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color"), INK
    ),
}

# On a new machine matplotlib announces its font cache; that is no news for a reader.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Picture:
    """A chart as two data: URIs, with the words that say the same, and a caption."""

    name: str
    light: str
    dark: str
    words: str
    caption: str


def pictures(run: RunTables) -> tuple[Picture, ...]:
    """Draw what there is to draw of a run."""
    makers = (_times, _steps, _marks, _failures, _standing)
    return tuple(picture for make in makers if (picture := make(run)) is not None)


def _times(run: RunTables) -> Picture | None:
    seconds = run.submissions["seconds"].dropna()
    if len(seconds) < FEW:
        return None

    def draw(axes: Axes) -> None:
        axes.hist(seconds, bins=min(30, max(5, len(seconds) // 4)), color=BARS)
        axes.set_xlabel("seconds")
        axes.set_ylabel("submissions")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))

    words = (
        f"Histogram of the seconds that each of {len(seconds)} submissions took: median "
        f"{seconds.median():.2f}, longest {seconds.max():.2f} ({seconds.idxmax()})."
    )
    return _picture("times", draw, 2.4, words, "Seconds that each submission took")


def _steps(run: RunTables) -> Picture | None:
    if run.steps.empty:
        return None
    mean = run.steps["mean"][::-1]

    def draw(axes: Axes) -> None:
        axes.barh([str(name) for name in mean.index], mean.to_numpy(), color=BARS)
        axes.set_xlabel("seconds, mean of all submissions")

    named = ", ".join(f"{name} {value:.3f}" for name, value in run.steps["mean"].items())
    words = f"Bars of the mean seconds by step: {named}."
    return _picture("steps", draw, 2.4, words, "Where the time goes: mean seconds by step")


def _marks(run: RunTables) -> Picture | None:
    if len(run.points) < FEW or not run.most:
        return None

    def draw(axes: Axes) -> None:
        edges = np.linspace(min(0.0, float(run.points.min())), run.most, 11)
        axes.hist(run.points, bins=[*edges], color=BARS, rwidth=0.94)
        axes.set_xlabel(f"autograded points, of {run.most:g}")
        axes.set_ylabel("submissions")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))

    words = (
        f"Histogram of the autograded points of {len(run.points)} submissions: from "
        f"{run.points.min():g} to {run.points.max():g}, median {run.points.median():g} of "
        f"{run.most:g}."
    )
    return _picture("marks", draw, 2.4, words, "Autograded points")


def _failures(run: RunTables) -> Picture | None:
    if run.tests.empty:
        return None
    named = ", ".join(f"{name} {count}" for name, count in run.tests["none"].items() if count)
    words = f"Bars by test, how many earned all, some or none. None: {named or 'in no test'}."
    caption = "How many earned all, some or none of a test's points"
    return _stacked("failures", run.tests, EARNED, words, caption)


def _standing(run: RunTables) -> Picture | None:
    if run.tests.empty or not run.tests[[*STANDINGS]].to_numpy().sum():
        return None
    sums = run.tests[[*STANDINGS]].sum()
    named = ", ".join(f"{name} {count}" for name, count in sums.items())
    words = f"Bars by test, how sure its marks are. Over all tests: {named}."
    caption = "How many marks of a test the judge has proved, could not prove, or contradicts"
    return _stacked("standing", run.tests, SURE, words, caption)


def _stacked(
    name: str, tests: pd.DataFrame, colours: dict[str, str], words: str, caption: str
) -> Picture:
    """Draw a bar a test, the one that fails most often on top."""
    shown = tests.head(MOST_TESTS)[::-1]
    if len(tests) > MOST_TESTS:
        caption += f" (the {MOST_TESTS} that fail most often, of {len(tests)})"

    def draw(axes: Axes) -> None:
        left = np.zeros(len(shown))
        labels = [_short(str(test)) for test in shown.index]
        for column, colour in colours.items():
            width = shown[column].to_numpy(float)
            axes.barh(labels, width, left=left, color=colour, label=column)
            left += width
        axes.set_xlabel("submissions")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure = axes.get_figure()
        if figure is not None:
            figure.legend(loc="outside upper left", ncols=3, handlelength=1)

    return _picture(name, draw, 1.2 + 0.28 * len(shown), words, caption)


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"  # noqa: PLR2004 (half the picture)


def _picture(
    name: str, draw: Callable[[Axes], None], height: float, words: str, caption: str
) -> Picture:
    with _figure(height) as (figure, axes):
        draw(axes)
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    svg = target.getvalue()
    return Picture(name, _uri(svg), _uri(svg.replace(INK, PALE)), words, caption)


@contextmanager
def _figure(height: float) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure (``height`` in inches) with one pair of axes, in the report's style."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        yield figure, figure.add_subplot()


def _uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode('ascii')}"
