"""The desk's plots, in the looks of the cohort report."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from practicum.records import plain
from practicum.reliability import Figure, Reliability
from practicum.report.display import Chart, chart
from practicum.report.drawing import COLOURS, INK, PALE, drawing, styles
from practicum.review import ReliabilityReport, ReviewerCalibration, ReviewerSeverity
from practicum.review.progress import ReviewerProgress

__all__ = ["agreement_chart", "drift_chart", "progress_chart", "severity_chart", "short"]

SHOWN = ("exact agreement", "weighted kappa", "ICC(2,1)", "Krippendorff's alpha", "Gwet's AC2")
"""The figures that are drawn; the table has all of them."""
LONGEST = 26


def short(name: str) -> str:
    """Return a name that fits beside a plot."""
    line = " ".join(plain(name).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def progress_chart(progress: Sequence[ReviewerProgress]) -> Chart:
    """Draw what each reviewer has submitted, begun, and not begun."""
    names = [one.name for one in progress]
    with drawing("Submissions by reviewer", height=1.4 + 0.4 * len(names)) as (figure, axes):
        left = [0] * len(names)
        rest = [max(0, one.left - one.begun) for one in progress]
        for label, counts, colour in (
            ("done", [one.done for one in progress], COLOURS[0]),
            ("begun", [one.begun for one in progress], COLOURS[5]),
            ("not begun", rest, PALE),
        ):
            axes.barh(range(len(names)), counts, left=left, height=0.6, color=colour, label=label)
            left = [before + count for before, count in zip(left, counts, strict=True)]
        _names(axes, names)
        axes.set_xlabel("submissions (number)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlim(0, max(1, *left))
        figure.legend(loc="outside lower center", ncols=3, fontsize=9, handlelength=1)
        said = "; ".join(
            f"{one.name}: {one.done} done, {one.begun} begun, {none} not begun"
            for one, none in zip(progress, rest, strict=True)
        )
        reading = "What is done counts; what is begun is a draft that only its reviewer sees."
        return chart(figure, alt=f"Bars by reviewer. {said}.", reading=reading)


def agreement_chart(report: ReliabilityReport) -> Chart:
    """Draw the figures of agreement with their intervals, criterion by criterion."""
    rows: list[tuple[str, Reliability]] = [("All together", report.together)]
    rows += [(one.title, one) for one in report.criteria]
    with drawing("How far reviewers agree", height=1.9 + 0.78 * len(rows)) as (figure, axes):
        looks, seen = styles(list(SHOWN)), set()
        for place, (_, found) in enumerate(rows):
            told = [found.figure(name) for name in SHOWN]
            if all(one.value is None for one in told):
                axes.text(0.02, place, "too few to say", va="center", fontsize=9, style="italic")
            for number, one in enumerate(told):
                if one.value is not None:
                    at = place + (number - (len(SHOWN) - 1) / 2) * 0.16
                    _interval(axes, at, (one.value, one.low, one.high), looks[one.name],
                              "" if one.name in seen else one.name)  # fmt: skip
                    seen.add(one.name)
        axes.axvline(0, color=INK, linewidth=0.8, linestyle="--")
        _names(axes, [title for title, _ in rows])
        for between in range(1, len(rows)):
            axes.axhline(between - 0.5, color=PALE, linewidth=0.6)
        axes.set_xlim(_least(rows), 1.04)
        axes.set_xlabel("0: no more than by chance; 1: all the same", fontsize=9)
        if seen:
            figure.legend(loc="outside lower center", ncols=2, fontsize=9)
        said = "; ".join(f"{title}: {_figures_words(found)}" for title, found in rows)
        reading = "A dot is a figure, its line the 95% interval: the longer, the less is known."
        return chart(figure, alt=f"Dots with intervals by criterion. {said}.", reading=reading)


def severity_chart(severity: Sequence[ReviewerSeverity]) -> Chart:
    """Draw how many levels more or less each reviewer gives than the others."""
    names = [one.name or one.rater for one in severity]
    with drawing("Who gives more, who less", height=1.3 + 0.45 * len(names)) as (figure, axes):
        for place, one in enumerate(severity):
            if one.difference is None:
                axes.text(0.04, place, "too few to say", va="center", fontsize=9, style="italic")
            else:
                ends = (one.difference, one.low, one.high)
                _interval(axes, place, ends, (COLOURS[0], "o"), "")
        axes.axvline(0, color=INK, linewidth=0.8, linestyle="--")
        _names(axes, names)
        far = [abs(end) for one in severity for end in (one.difference, one.low, one.high) if end]
        reach = max([1.0, *far]) * 1.1
        axes.set_xlim(-reach, reach)
        axes.set_xlabel("levels less or more than the others", fontsize=9)
        said = "; ".join(f"{name}: {one.words}" for name, one in zip(names, severity, strict=True))
        reading = "Where the line crosses 0, the difference may be chance."
        return chart(figure, alt=f"Dots with intervals by reviewer. {said}.", reading=reading)


def drift_chart(calibration: Sequence[ReviewerCalibration]) -> Chart:
    """Draw how far each reviewer is from the agreed levels, at the first and at the last try."""
    names = [one.name for one in calibration]
    with drawing("Distance from the agreed levels", height=1.6 + 0.45 * len(names)) as (
        figure,
        axes,
    ):
        reach = 1.0
        for place, one in enumerate(calibration):
            tries = (one.first.mean_difference, one.last.mean_difference)
            if tries == (None, None):
                axes.text(0.04, place, "too few to say", va="center", fontsize=9, style="italic")
            for value, colour, marker, shift in zip(
                tries, COLOURS, "os", (-0.1, 0.1), strict=False
            ):
                if value is not None:
                    axes.plot([value], [place + shift], marker, color=colour)
                    reach = max(reach, abs(value))
        for label, colour, marker in zip(("first try", "last try"), COLOURS, "os", strict=False):
            axes.plot([], [], marker, color=colour, label=label)
        axes.axvline(0, color=INK, linewidth=0.8, linestyle="--")
        _names(axes, names)
        axes.set_xlim(-reach * 1.1, reach * 1.1)
        axes.set_xlabel("levels less or more than agreed", fontsize=9)
        figure.legend(loc="outside lower center", ncols=2, fontsize=9)
        said = "; ".join(
            f"{one.name}: first try {one.first.words}, last try {one.last.words}"
            for one in calibration
        )
        reading = "On the dashed line a reviewer gives, on the whole, what was agreed."
        return chart(figure, alt=f"Dots by reviewer. {said}.", reading=reading)


def _interval(
    axes: Axes,
    at: float,
    ends: tuple[float, float | None, float | None],
    look: tuple[str, str],
    label: str,
) -> None:
    """Draw a dot and, where there is one, its interval as a line."""
    value, low, high = ends
    colour, marker = look
    if low is not None and high is not None:
        axes.plot([low, high], [at, at], color=colour, linewidth=1.6, solid_capstyle="butt")
    axes.plot([value], [at], marker, color=colour, markersize=6, label=label or "_nolegend_")


def _names(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [short(name) for name in names])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.5, -0.5)


def _least(rows: Sequence[tuple[str, Reliability]]) -> float:
    lows = [
        end
        for _, found in rows
        for name in SHOWN
        for end in (found.figure(name).value, found.figure(name).low)
        if end is not None
    ]
    return max(-1.04, min([-0.04, *(low - 0.04 for low in lows)]))


def _figures_words(found: Reliability) -> str:
    told = [found.figure(name) for name in SHOWN]
    return ", ".join(_figure_words(one) for one in told if one.value is not None) or (
        "too few to say"
    )


def _figure_words(one: Figure) -> str:
    words = f"{one.name} {one.value:.2f}"
    if one.low is None or one.high is None:
        return words
    return f"{words} ({one.low:.2f} to {one.high:.2f})"
