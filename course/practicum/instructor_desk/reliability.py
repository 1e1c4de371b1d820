"""How far the reviewers of a brief can be relied on, in plots, tables and plain words."""

from __future__ import annotations

from practicum.instructor_desk import markup, plots
from practicum.reliability import Adjusted, Figure, Reliability
from practicum.report.readings import some
from practicum.review import ReliabilityReport

__all__ = ["reliability"]

HEADINGS = ("Figure", "Value", "95% interval", "In words")
NEVER = "Never applied: no mark is made of these levels"


def reliability(report: ReliabilityReport) -> str:
    """Return the section on agreement, severity and levels without severity; it changes nothing."""
    if not report.n_reviewers:
        nothing = "No level was taken in yet, so there is nothing to compare."
        return markup.section(markup.heading("Reliability"), markup.paragraph(nothing))
    groups = [("All criteria together", report.together)]
    groups += [(one.title, one) for one in report.criteria]
    return markup.section(
        markup.heading("Reliability"),
        markup.paragraph(
            f"{some(report.n_reviewers, 'reviewer')} and "
            f"{some(report.n_submissions, 'submission')}, on the employer's criteria. The "
            "intervals are for other work that the same reviewers judge; others may be further "
            "apart."
        ),
        markup.picture(plots.agreement_chart(report)),
        *(_figures(title, found) for title, found in groups),
        markup.heading("Severity", 3),
        markup.picture(plots.severity_chart(report.severity)),
        markup.table(
            "Who gives more or less than the others on the same work",
            ("Reviewer", "Shared submissions", "In words"),
            [(one.name or one.rater, one.n_submissions, one.words) for one in report.severity],
        ),
        markup.heading("Levels without severity", 3),
        *_adjusted(report),
    )


def _figures(title: str, found: Reliability) -> str:
    if all(one.value is None for one in found.figures):
        return markup.paragraph(f"{title}: {found.figures[0].words}.")
    said = f"{title}: {some(found.n_items, 'item')} with two reviewers or more"
    rows = [(one.name, _number(one.value), _ends(one), one.words) for one in found.figures]
    return markup.folded(said, markup.table(f"Figures of: {title}", HEADINGS, rows))


def _number(value: float | None) -> str:
    """Return a number as text; zero is added so that none prints as -0.0."""
    return "" if value is None else f"{round(value, 2) + 0.0:.2f}"


def _ends(one: Figure) -> str:
    if one.low is None or one.high is None:
        return ""
    return f"{_number(one.low)} to {_number(one.high)}"


def _adjusted(report: ReliabilityReport) -> tuple[str, ...]:
    if all(one.adjusted is None for one in report.adjusted):
        return (markup.paragraph("Too few to say."),)
    rows: dict[str, dict[str, str]] = {}
    for one in report.adjusted:
        rows.setdefault(one.item, {})[one.criterion] = _beside(one)
    table = markup.table(
        f"Mean level given, and what it would be without severity. {NEVER}",
        ("Submission", *(one.title for one in report.criteria)),
        (
            (code, *(cells.get(one.criterion, "") for one in report.criteria))
            for code, cells in rows.items()
        ),
    )
    return (
        markup.paragraph(f"{NEVER}; they show where severity may matter to a case."),
        markup.folded("Given levels, and levels without severity", table),
    )


def _beside(one: Adjusted) -> str:
    if one.adjusted is None:
        return f"{one.given:.1f} (not known)"
    return f"{one.given:.1f} ({round(one.adjusted, 1) + 0.0:.1f} without severity)"
