"""The report of a run: one page that needs no network and runs nothing.

Times, marks, failures by cell, how sure each mark is, and what somebody should look at.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from jinja2 import Template
from markupsafe import Markup

from practicum.grade.basis import versions
from practicum.grade.report_pictures import Picture, pictures
from practicum.grade.report_tables import RunTables, run_tables
from practicum.gradebook import read_marks
from practicum.records import Records, are_there
from practicum.rendering import Document, template, write_if_changed
from practicum.rendering.plain_text import readable
from practicum.rendering.sanitize import clean_html

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.grade.graded import GradeReport

__all__ = ["report_page", "write_report"]

SCROLLS = '<div class="scroll" tabindex="0">'


def write_report(course: Course, report: GradeReport, file: Path) -> None:
    """Write the page about a run, in one step.

    Args:
        course: The course; its gradebook tells the marks by cell, its records the findings.
        report: What came of the run.
        file: The page.

    Raises:
        OSError: It cannot be written.

    """
    brief = course.brief(report.brief)
    marks = read_marks(course, [(brief, course.rubric(brief.id))])[brief.id]
    findings = {graded.student: graded.findings for graded in report.graded}
    if are_there(course.records_url):
        with Records(course.records_url) as records:
            noted = records.findings(brief.id)
        # What has not changed brings no findings: those of its last grading still hold.
        for graded in report.graded:
            if graded.outcome == "unchanged":
                findings[graded.student] = tuple(f for f in noted if f.student == graded.student)
    write_if_changed(file, report_page(brief.title, run_tables(report, marks, findings)))


def report_page(title: str, run: RunTables) -> bytes:
    """Return the page about a run as UTF-8.

    Args:
        title: The brief's title.
        run: The run as tables.

    """
    page, document = _frame()
    html = page.render(
        document=document,
        title=title,
        run=run,
        pictures=pictures(run),
        tables={
            "errors": _table(run.errors, "Submissions that could not be graded"),
            "marks": _table(run.marks, "Autograded points", numbers=True),
            "tests": _table(run.tests, "How each test went", numbers=True),
            "steps": _table(run.steps, "Seconds by step", numbers=True),
            "submissions": _table(run.submissions, "All submissions", numbers=True),
        },
        topics=[
            (topic, _table(frame, f"Findings: {topic.title}")) for topic, frame in run.findings
        ],
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        versions=", ".join(f"{name} {version}" for name, version in versions().items()),
    )
    return html.encode("utf-8", "replace")


def _table(frame: pd.DataFrame, caption: str, *, numbers: bool = False) -> Markup:
    """Return a table as inert HTML; the frame's index becomes the rows' headings."""
    if frame.empty:
        return Markup()
    shown = frame.map(lambda value: readable(value) if isinstance(value, str) else value)
    shown.index = shown.index.map(readable)
    # In the corner, not in a row of its own.
    shown = shown.rename_axis(index=None).rename_axis(columns=str(frame.index.name))
    html = shown.to_html(border=0, na_rep="", float_format="{:,.2f}".format)
    html = html.replace("<thead>", f"<caption>{escape(caption)}</caption><thead>", 1)
    label = f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
    inert = clean_html(html, {}).replace(Markup(SCROLLS), Markup(label))  # noqa: S704 (escaped)
    return Markup('<div class="{}">{}</div>').format("numbers" if numbers else "told", inert)


@cache
def _frame() -> tuple[Template, Document]:
    return template("practicum.grade", "report.html.j2", figure=_figure), Document.with_style(
        "practicum.grade"
    )


def _figure(found: Iterable[Picture], name: str) -> Markup:
    """Return a picture for light and dark pages, with its words; nothing where there is none."""
    for picture in found:
        if picture.name == name:
            return Markup(
                '<figure><picture><source media="(prefers-color-scheme: dark)" srcset="{}">'
                '<img src="{}" alt="{}"></picture><figcaption>{}</figcaption></figure>'
            ).format(picture.dark, picture.light, picture.words, picture.caption)
    return Markup()
