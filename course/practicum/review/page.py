"""The pages' HTML: one file each that fetches nothing, runs nothing, and has no clock in it."""

from __future__ import annotations

from functools import cache

from jinja2 import Template

from practicum.briefs import Brief
from practicum.rendering import Document, template
from practicum.review.showing import Shown
from practicum.rubrics import Rubric

__all__ = ["SUBMISSION", "frame", "index_html", "submission_html"]

SUBMISSION = "submission.html.j2"


def submission_html(brief: Brief, code: str, shown: Shown) -> bytes:
    """Return the page of one submission as UTF-8; the same values give the same bytes."""
    return _html(SUBMISSION, brief=brief, code=code, shown=shown)


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
    page_template, document = frame(name)
    return page_template.render(document=document, **values).encode("utf-8", "replace")


@cache
def frame(name: str) -> tuple[Template, Document]:
    """Return a template and the style; making them takes longer than filling in a page."""
    return template("practicum.review", name), Document.with_style("practicum.review")
