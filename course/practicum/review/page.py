"""The pages' HTML: one file each that fetches nothing, runs nothing, and has no clock in it."""

from __future__ import annotations

from practicum.briefs import Brief
from practicum.rendering import Document, template
from practicum.review.showing import Shown
from practicum.rubrics import Rubric

__all__ = ["index_html", "submission_html"]


def submission_html(brief: Brief, code: str, shown: Shown) -> bytes:
    """Return the page of one submission as UTF-8; the same values give the same bytes."""
    return _html("submission.html.j2", brief=brief, code=code, shown=shown)


def index_html(brief: Brief, rubric: Rubric, codes: tuple[str, ...], *, table: str) -> bytes:
    """Return the first page: the brief, the rubric, and every submission's code.

    Args:
        brief: The brief.
        rubric: Its rubric; the employer's criteria are shown.
        codes: The codes of the submissions that have a page.
        table: The name of the file to fill in.

    """
    criteria = rubric.rated_by("employer")
    return _html("index.html.j2", brief=brief, criteria=criteria, codes=codes, table=table)


def _html(name: str, **values: object) -> bytes:
    document = Document.with_style("practicum.review")
    html = template("practicum.review", name).render(document=document, **values)
    return html.encode("utf-8", "replace")
