"""The charts of the cohort report: each takes the tables and says how to read what it shows.

On a course where there is nothing to draw yet, a function returns a sentence instead.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from practicum.report import readings
from practicum.report.display import Chart, Listing, Words, chart
from practicum.report.drawing import COLOURS, INK, PALE, drawing, readable_on, styles
from practicum.report.statistics import (
    GOOD,
    POOR,
    agreement,
    correlation,
    item_statistics,
    spreads,
)
from practicum.report.tables import Tables
from practicum.rubrics.rubric import TOP_LEVEL

__all__ = [
    "agreement_chart",
    "criteria_chart",
    "findings_list",
    "funnel_chart",
    "heading",
    "hours_chart",
    "items_chart",
    "items_list",
    "marks_chart",
    "raters_chart",
]

STAGES = {
    "expected": PALE,
    "handed_in": "#56B4E9",
    "graded": "#0072B2",
    "released": "#003B5C",
}
LISTED = 200
SIDE_BY_SIDE = 2
"""So many briefs' names fit beside one another under a picture."""


def heading(tables: Tables) -> Words:
    """Return what the report is about."""
    if tables.place is None:
        return Words(("There is no course here. The command practicum init makes one.",))
    graded = int(tables.funnel["graded"].sum())
    if not graded:
        todo = "Nothing has been graded yet, so there is little to show."
        return Words((tables.title, f"{todo} The command practicum status tells what is next."))
    briefs = int((tables.funnel["graded"] > 0).sum())
    words = f"{readings.some(graded, 'graded submission')} on {readings.some(briefs, 'brief')}."
    return Words((tables.title, words))


def funnel_chart(tables: Tables) -> Chart | Words:
    """Draw how many submissions have come to each station, by brief."""
    funnel = tables.funnel
    if funnel.empty:
        return Words(("The course has no briefs yet.",))
    with drawing("How far the submissions have come", height=1.2 + 0.95 * len(funnel)) as (
        figure,
        axes,
    ):
        places = np.arange(len(funnel))
        for number, (stage, colour) in enumerate(STAGES.items()):
            counts = funnel[stage].to_numpy(int)
            at = places + (number - 1.5) * 0.2
            axes.barh(at, counts, height=0.19, color=colour, label=stage.replace("_", " "))
            for place, count in zip(at, counts, strict=True):
                axes.annotate(
                    str(count), (count, place), xytext=(3, 0), textcoords="offset points",
                    va="center", fontsize=8,
                )  # fmt: skip
        _brief_axis(axes, list(funnel["brief"]))
        axes.set_xlabel("submissions (number)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlim(0, max(1, int(funnel[list(STAGES)].to_numpy().max())) * 1.1)
        figure.legend(loc="outside lower center", ncols=4, fontsize=9, handlelength=1)
        words = (
            "{brief}: {expected} expected, {handed_in} handed in, {graded} graded, "
            "{released} released"
        )
        alt = "Bars by brief. " + readings.by_brief(funnel, words) + "."
        return chart(figure, alt=alt, reading=readings.funnel_words(funnel))


def marks_chart(tables: Tables) -> Chart | Words:
    """Draw each fully marked submission's mark, and the median, by brief."""
    marks = tables.marks[tables.marks["complete"]].dropna(subset=["percent"])
    if marks.empty:
        return Words((readings.marks_words(tables.marks),))
    briefs = list(marks["brief"].unique())
    with drawing("Marks by brief, after late penalties", height=1.3 + 0.75 * len(briefs)) as (
        figure,
        axes,
    ):
        for place, brief in enumerate(briefs):
            percent = np.sort(marks.loc[marks["brief"] == brief, "percent"].to_numpy(float))
            at = place + _apart(percent)
            dots = axes.plot(
                percent, at, "o", color=COLOURS[0], alpha=0.65, markersize=6, mec="white",
                label="a submission",
            )  # fmt: skip
            middle = [float(np.median(percent))] * 2
            ends = [place - 0.36, place + 0.36]
            line = axes.plot(middle, ends, color=COLOURS[1], linewidth=2.5, label="median")
        figure.legend(handles=[*dots, *line], loc="outside lower center", ncols=2, fontsize=9)
        _brief_axis(axes, briefs)
        axes.set_xlim(-3, max(103.0, float(marks["percent"].max()) + 3))
        axes.set_xlabel("mark (percent of the maximum)")
        axes.grid(axis="x", color=PALE, linewidth=0.6)
        axes.set_axisbelow(True)
        summary = marks.groupby("brief", sort=False)["percent"].describe().reset_index()
        words = "{brief}: {count:.0f} marks from {min:.0f} to {max:.0f} percent, median {50%:.0f}"
        alt = "Dots by brief. " + readings.by_brief(summary, words) + "."
        return chart(figure, alt=alt, reading=readings.marks_words(tables.marks))


def criteria_chart(tables: Tables) -> Chart | Words:
    """Draw the mean level of each criterion on each brief, with the figures."""
    told = tables.criteria.dropna(subset=["consensus"])
    means = (
        told.groupby(["brief", "criterion"], sort=False)["consensus"]
        .agg(level="mean", n="size")
        .reset_index()
    )
    if means.empty:
        return Words((readings.criteria_words(means),))
    grid = means.pivot_table(index="criterion", columns="brief", values="level", sort=False)
    rows, columns = grid.shape
    with drawing("Mean level by criterion and brief", height=1.6 + 0.34 * rows) as (figure, axes):
        image = axes.imshow(
            np.ma.masked_invalid(grid.to_numpy(float)), cmap="YlGnBu", vmin=0, vmax=TOP_LEVEL,
            aspect="auto",
        )  # fmt: skip
        for (row, column), level in np.ndenumerate(grid.to_numpy(float)):
            if np.isnan(level):
                continue
            colour = readable_on(tuple(image.cmap(image.norm(level))))
            axes.text(
                column, row, f"{level:.1f}", ha="center", va="center", color=colour, weight="bold"
            )
        axes.set_yticks(range(rows), [_short(name) for name in grid.index])
        axes.set_xticks(range(columns), [_short(name) for name in grid.columns])
        axes.tick_params(axis="x", labelsize=9)
        if columns > SIDE_BY_SIDE:
            for text in axes.get_xticklabels():
                text.set(rotation=30, ha="right", rotation_mode="anchor")
        axes.set_xlabel("brief (empty: not in its rubric)")
        axes.set_ylabel("criterion")
        figure.colorbar(image, ax=axes, label="mean level (0 to 4)", ticks=range(TOP_LEVEL + 1))
        words = "{criterion} on {brief}: {level:.1f} over {n}"
        alt = "Heat map of mean levels, 0 to 4. " + readings.by_brief(means, words) + "."
        return chart(figure, alt=alt, reading=readings.criteria_words(means))


def raters_chart(tables: Tables) -> Chart | Words:
    """Draw the employers' share of the maximum against the instructors'."""
    marks = tables.marks[tables.marks["complete"]]
    instructor = (marks["written"] + marks["instructor"]) / (
        marks["written_max"] + marks["instructor_max"]
    ).replace(0, np.nan)
    shares = pd.DataFrame(
        {
            "brief": marks["brief"],
            "employer": 100 * marks["employer"] / marks["employer_max"].replace(0, np.nan),
            "instructor": 100 * instructor,
        }
    ).dropna()
    if shares.empty:
        return Words(("No submission has marks of both an employer and an instructor yet.",))
    found = correlation(shares["employer"], shares["instructor"])
    difference = float((shares["employer"] - shares["instructor"]).mean())
    reading = readings.correlation_words(found, len(shares), difference)
    with drawing("Employers' marks against instructors' marks", height=4.6) as (figure, axes):
        axes.plot([0, 100], [0, 100], color=INK, linewidth=1, linestyle="--", label="both the same")
        looks = styles(list(shares["brief"].unique()))
        for brief, group in shares.groupby("brief", sort=False):
            colour, marker = looks[str(brief)]
            points = group.groupby(["instructor", "employer"]).size().reset_index(name="n")
            axes.scatter(
                points["instructor"], points["employer"], s=30 + 18 * (points["n"] - 1),
                facecolors="none", edgecolors=colour, marker=marker, linewidths=1.5,
                label=_short(str(brief)),
            )  # fmt: skip
        axes.set_xlim(-4, 104)
        axes.set_ylim(-4, 104)
        axes.set_xlabel("instructor: written answers (percent)")
        axes.set_ylabel("employer: criteria (percent)")
        figure.legend(loc="outside lower center", ncols=2, fontsize=9)
        alt = (
            f"Scatter of {readings.some(len(shares), 'submission')}; a larger mark stands for "
            f"several at one place. {reading}"
        )
        return chart(figure, alt=alt, reading=reading)


def agreement_chart(tables: Tables) -> Chart | Words:
    """Draw how far apart the reviewers of one criterion are, and by how often."""
    gaps = spreads(tables.criteria)
    if gaps.empty:
        return Words(("No criterion has been judged by two reviewers yet.",))
    counts = gaps["gap"].value_counts().reindex(range(TOP_LEVEL + 1), fill_value=0)
    reading = readings.agreement_words(agreement(tables.criteria))
    with drawing("How far apart reviewers are", height=3.0) as (figure, axes):
        bars = axes.bar(counts.index, counts, color=COLOURS[0], width=0.7)
        axes.bar_label(bars, padding=2, fontsize=9)
        axes.set_xlabel("gap between the highest and the lowest level (levels)")
        axes.set_ylabel("judged criteria (number)")
        axes.set_xticks(range(TOP_LEVEL + 1))
        axes.set_ylim(0, max(counts) * 1.15)
        pairs = ", ".join(f"{count} with a gap of {gap}" for gap, count in counts.items())
        return chart(figure, alt=f"Bars: {pairs}. {reading}", reading=reading)


def hours_chart(tables: Tables) -> Chart | Words:
    """Draw the hours that each brief asks for, milestone by milestone."""
    hours = tables.hours
    if hours.empty:
        return Words(("No brief says how long it takes.",))
    briefs = list(hours["brief"].unique())
    with drawing("Hours that the briefs ask for", height=1.1 + 0.5 * len(briefs)) as (figure, axes):
        for place, brief in enumerate(briefs):
            left = 0.0
            for number, length in enumerate(hours.loc[hours["brief"] == brief, "hours"]):
                shade = COLOURS[0] if number % 2 == 0 else COLOURS[5]
                axes.barh(place, length, left=left, height=0.55, color=shade, edgecolor="white")
                left += length
            axes.annotate(
                f"{left:g} h", (left, place), xytext=(4, 0), textcoords="offset points",
                va="center", fontsize=9,
            )  # fmt: skip
        _brief_axis(axes, briefs)
        axes.set_xlabel("planned work (hours); each block is a milestone")
        axes.set_xlim(0, float(hours.groupby("brief")["hours"].sum().max()) * 1.15)
        total = hours.groupby("brief", sort=False)["hours"].agg(["sum", "size"]).reset_index()
        alt = "Bars by brief. " + readings.by_brief(
            total, "{brief}: {sum:g} hours in {size} milestones"
        )
        return chart(figure, alt=alt + ".", reading=readings.hours_words(hours))


def items_chart(tables: Tables) -> Chart | Words:
    """Draw each item's difficulty, and its discrimination where enough can be told."""
    items = item_statistics(tables.items)
    items = items[items["n"] > 0]
    if items.empty:
        return Words(("No brief has a fully marked submission yet, so no item can be judged.",))
    reading = readings.items_words(items)
    places, labels = _rows(items)
    told = bool(items["discrimination"].notna().any())
    height = 1.5 + 0.27 * len(labels)
    with drawing("How easy items are, and what they tell", height=height) as (figure, axes):
        axes.plot(
            items["difficulty"], places, "o", color=COLOURS[0], markerfacecolor="white",
            label="difficulty: mean share of the points",
        )  # fmt: skip
        if told:
            axes.plot(
                items["discrimination"], places, "D", color=COLOURS[1],
                label="discrimination: correlation with the rest",
            )  # fmt: skip
            axes.axvspan(-1, POOR, color="#f3e3d7", zorder=0, label=f"poor: below {POOR:.2f}")
            axes.axvline(GOOD, color=PALE, linewidth=1, linestyle="--", label=f"good: {GOOD:.2f}")
        axes.set_yticks(range(len(labels)), labels, fontsize=9)
        for row, text in enumerate(axes.get_yticklabels()):
            text.set_fontweight("normal" if row in places else "bold")
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.set_xlim(min(-0.05, float(items["discrimination"].fillna(0).min()) - 0.05), 1.05)
        axes.grid(axis="y", color="#eef1f4", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_ylabel("item, by brief")
        axes.set_xlabel("share and correlation (0 to 1)" if told else "share (0 to 1)")
        figure.legend(loc="outside lower center", ncols=1, fontsize=9)
        return chart(figure, alt=readings.difficulty_words(items), reading=reading)


def items_list(tables: Tables) -> Listing | Words:
    """List the figures of every item, folded away; they are what the chart shows."""
    items = item_statistics(tables.items)
    items = items[items["n"] > 0]
    if items.empty:
        return Words(())
    rows = tuple(
        (
            str(item["brief"]),
            str(item["cell"]),
            str(item["n"]),
            f"{item['difficulty']:.2f}",
            "" if np.isnan(item["discrimination"]) else f"{item['discrimination']:.2f}",
            str(item["verdict"]),
        )
        for item in items.to_dict("records")
    )
    headings = ("brief", "item", "submissions", "difficulty", "discrimination", "verdict")
    return Listing(headings, rows, "", folded="The figures of all items")


def findings_list(tables: Tables) -> Listing | Words:
    """List what grading noticed, student by student."""
    findings = tables.findings
    if findings.empty and not int(tables.funnel["graded"].sum()):
        return Words(("Nothing has been graded yet.",))
    if findings.empty:
        return Words(("Grading noticed nothing unusual.",))
    headings = {
        "brief": "brief",
        "student": "student",
        "cell": "cell",
        "message": "what was noticed",
    }
    shown = findings.head(LISTED)
    return Listing.of(shown, headings, readings.findings_words(findings, len(shown)))


def _rows(items: pd.DataFrame) -> tuple[list[int], list[str]]:
    """Return the row of each item, and the labels of all rows: each brief heads its items."""
    places: list[int] = []
    labels: list[str] = []
    for brief, group in items.groupby("brief", sort=False):
        labels.append(_short(str(brief)))
        for cell in group["cell"]:
            places.append(len(labels))
            labels.append(_short(str(cell), 26))
    return places, labels


def _brief_axis(axes: Axes, briefs: list[str]) -> None:
    axes.set_yticks(range(len(briefs)), [_short(brief) for brief in briefs])
    axes.set_ylim(len(briefs) - 0.5, -0.5)
    axes.set_ylabel("brief")
    axes.tick_params(axis="y", length=0)


def _apart(values: np.ndarray) -> np.ndarray:
    """Return small offsets, so that equal and nearly equal sorted values do not hide each other."""
    offsets = np.zeros(len(values))
    steps = (0.0, 0.12, -0.12, 0.24, -0.24, 0.32, -0.32)
    run = 0
    for number in range(1, len(values)):
        run = run + 1 if values[number] - values[number - 1] < 2 else 0  # noqa: PLR2004 (a dot's width)
        offsets[number] = steps[run % len(steps)]
    return offsets


def _short(name: str, most: int = 24) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
