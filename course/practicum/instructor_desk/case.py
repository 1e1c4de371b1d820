"""One case in words: what is judged, what each level means, who said what."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from practicum.instructor_desk import markup
from practicum.records import plain
from practicum.review import Dispute
from practicum.rubrics import Criterion

__all__ = ["case_html", "case_label", "level_label", "link_html", "nearest_place"]


def case_label(case: Dispute) -> str:
    """Return the line of a case in the list."""
    levels = ", ".join(map(str, case.levels)) or "none"
    return f"{case.student} ({case.code}) · {_line(case.title)} · levels {levels} · {case.state}"


def level_label(level: int, descriptor: str) -> str:
    """Return a level as the choice that it is."""
    return f"{level}: {_line(descriptor)}"


def case_html(case: Dispute, criterion: Criterion) -> str:
    """Return what an instructor reads before deciding."""
    rows = [
        (one.level, one.name or one.reviewer, one.words.strip() or "(no words)")
        for one in case.ratings
    ]
    return markup.section(
        markup.heading(f"{case.title}: submission {case.code} of {case.student}", 3),
        markup.paragraph(criterion.question),
        markup.table("What the reviewers said", ("Level", "Reviewer", "Words"), rows),
        _before(case),
    )


def link_html(case: Dispute) -> str:
    """Return a link to the graded notebook that JupyterLab follows, or words where it is gone."""
    if not case.notebook.is_file():
        return markup.paragraph(f"The graded notebook is not there: {case.notebook}")
    warning = "It is a student's code: read it, and run nothing in it."
    return (
        f'<p><a href="{markup.text(nearest_place(case.notebook))}">Open the graded notebook of '
        f"{markup.text(case.code)}</a>. {warning}</p>"
    )


def nearest_place(file: Path) -> str:
    """Return the address of a file as seen from here, where the notebook of the desk lies."""
    return quote(os.path.relpath(file, Path.cwd()).replace(os.sep, "/"))


def _before(case: Dispute) -> str:
    if case.decision is None:
        return ""
    return markup.paragraph(
        f"Level {case.decision.level} was decided already ({case.decision.reason.strip()}), and a "
        "reviewer has said something new since. It counts until you decide again."
    )


def _line(words: str) -> str:
    return " ".join(plain(words).split())
