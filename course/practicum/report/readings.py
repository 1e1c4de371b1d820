"""The sentence under each chart, and the words for those who cannot see it. Pure."""

from __future__ import annotations

import pandas as pd

from practicum.report.statistics import ENOUGH, POOR, Agreement, Correlation

__all__ = [
    "agreement_words",
    "by_brief",
    "correlation_words",
    "criteria_words",
    "difficulty_words",
    "findings_words",
    "funnel_words",
    "hours_words",
    "items_words",
    "marks_words",
    "some",
]


def some(number: int, thing: str, things: str = "") -> str:
    """Return a number with its noun: ``1 mark``, ``2 marks``."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def by_brief(frame: pd.DataFrame, words: str) -> str:
    """Return ``words``, a format string over a row's columns, for every row, joined."""
    return "; ".join(words.format_map(row) for row in frame.to_dict("records"))


def funnel_words(funnel: pd.DataFrame) -> str:
    """Say how many of those who were expected have come how far."""
    expected, handed_in, graded, released = (
        int(funnel[name].sum()) for name in ("expected", "handed_in", "graded", "released")
    )
    missing = max(0, expected - handed_in)
    open_ones = max(0, handed_in - released)
    words = f"Of {some(expected, 'expected submission')}, {handed_in} came in, {graded} "
    words += f"{'is' if graded == 1 else 'are'} graded and {released} released"
    if not missing and not open_ones:
        return f"{words}: nobody waits for anything."
    waits = "" if not missing else f"{missing} did not come in"
    waits += " and " if missing and open_ones else ""
    waits += "" if not open_ones else f"{open_ones} wait for feedback"
    return f"{words}: {waits}."


def marks_words(marks: pd.DataFrame) -> str:
    """Say where the middle of each brief's marks lies, and what was left out."""
    complete = marks[marks["complete"]]
    left_out = len(marks) - len(complete)
    if complete.empty:
        return "No submission is fully marked yet."
    medians = complete.groupby("brief", sort=False)["percent"].median()
    if len(medians) == 1:
        words = f"The median mark is {medians.iloc[0]:.0f} percent"
    else:
        words = (
            f"The median mark is highest on {medians.idxmax()} ({medians.max():.0f} percent) "
            f"and lowest on {medians.idxmin()} ({medians.min():.0f} percent)"
        )
    if left_out:
        words += f"; {some(left_out, 'submission')} not fully marked yet {_are(left_out)} left out"
    return words + "."


def criteria_words(means: pd.DataFrame) -> str:
    """Name the weakest and the strongest criterion.

    Args:
        means: Columns ``brief``, ``criterion``, ``level`` (mean of the consensus) and ``n``.

    """
    if means.empty:
        return "No criterion has a level yet."
    weak = means.iloc[int(means["level"].argmin())]
    strong = means.iloc[int(means["level"].argmax())]
    if weak["level"] == strong["level"]:
        return f"Every criterion has the mean level {weak['level']:.1f} of 4."
    return (
        f"The strongest criterion is {strong['criterion']} on {strong['brief']} (mean level "
        f"{strong['level']:.1f} of 4), the weakest {weak['criterion']} on {weak['brief']} "
        f"({weak['level']:.1f})."
    )


def correlation_words(found: Correlation | None, n: int, difference: float) -> str:
    """Say how employers' and instructors' marks go together.

    Args:
        found: The correlation, or None when it cannot be told.
        n: How many submissions have both marks.
        difference: The employers' mean share less the instructors', in percent of the
            maximum.

    """
    side = "more" if difference > 0 else "less"
    gap = f"{abs(difference):.0f} points of 100 {side} than"
    mean = (
        f"On average employers give {gap if round(abs(difference)) else 'as much as'} instructors"
    )
    if n < ENOUGH:
        return (
            f"{mean}; with {some(n, 'submission')} there are too few to say whether the two go "
            f"together (it takes {ENOUGH})."
        )
    if found is None:
        return f"{mean}; one of the two is the same for everybody, so that they cannot be compared."
    return (
        f"{mean}, and the two go together with a correlation of {found.r:.2f} "
        f"({found.n} submissions, 95 percent interval {found.low:.2f} to {found.high:.2f})."
    )


def agreement_words(found: Agreement) -> str:
    """Say how often reviewers agree."""
    exact, adjacent = (f"{100 * share:.0f} percent" for share in (found.exact, found.adjacent))
    return (
        f"All reviewers gave the same level in {exact} of {found.n} judged criteria (exact "
        f"agreement), and were at most one level apart in {adjacent} (adjacent agreement)."
    )


def hours_words(hours: pd.DataFrame) -> str:
    """Say how much work was asked for."""
    asked = hours.groupby("brief", sort=False)["hours"].sum()
    if len(asked) == 1:
        return f"The brief asks for {asked.iloc[0]:g} hours of work; time spent is not measured."
    return (
        f"The briefs ask for {asked.min():g} to {asked.max():g} hours of work each; "
        "time spent is not measured."
    )


def difficulty_words(items: pd.DataFrame) -> str:
    """Say between which items the difficulties lie: what the items' chart shows.

    Args:
        items: What ``item_statistics`` returns, with a row at least.

    """
    hard = items.iloc[int(items["difficulty"].argmin())]
    easy = items.iloc[int(items["difficulty"].argmax())]
    return (
        f"A mark for each of {some(len(items), 'item')}; the figures stand in the table below. "
        f"The hardest item is {hard['cell']} on {hard['brief']} (difficulty "
        f"{hard['difficulty']:.2f}), the easiest {easy['cell']} on {easy['brief']} "
        f"({easy['difficulty']:.2f})."
    )


def items_words(items: pd.DataFrame) -> str:
    """Name the items that discriminate badly, by Ebel's rule.

    Args:
        items: What ``item_statistics`` returns.

    """
    rule = (
        f"By Ebel's rule (Ebel and Frisbie, Essentials of Educational Measurement, 1991) a "
        f"correlation below {POOR:.2f} between an item and the rest of the mark is poor"
    )
    told = items[items["verdict"] != "too few to say"]
    if told.empty:
        return (
            f"{rule}, but there are too few to say for any item: it takes {ENOUGH} fully marked "
            "submissions on a brief."
        )
    poor = told[told["verdict"] == "poor"]
    if poor.empty:
        words = f"{rule}: no item is."
    else:
        names = by_brief(poor, "{cell} on {brief} ({discrimination:.2f})")
        words = f"{rule}. Look at: {names}."
    silent = items.loc[items["verdict"] == "too few to say", "brief"].nunique()
    if silent:
        words += f" For {some(silent, 'brief')} there are too few to say (fewer than {ENOUGH})."
    return words


def findings_words(findings: pd.DataFrame, shown: int) -> str:
    """Say how many submissions have findings, and how many are listed."""
    who = findings[["brief", "student"]].drop_duplicates().shape[0]
    words = f"Grading noticed {some(len(findings), 'thing')} in {some(who, 'submission')}"
    return f"{words}; the first {shown} are listed." if shown < len(findings) else f"{words}."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
