"""The feedback page: one file that fetches nothing, runs nothing, and has no clock in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Template

from practicum.briefs import Brief
from practicum.marks import CellMark, Marks
from practicum.release.arithmetic import Sum, figure
from practicum.release.judgements import Judgement, NextStep
from practicum.release.machine_readable import released_of
from practicum.release.questions import Spoken
from practicum.rendering import Document, NotebookView, template

__all__ = ["Handover", "Page", "handover", "page_html"]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Handover:
    """When a submission came in, and when it was due, in words; ``late`` is "" in time."""

    received: str
    due: str
    late: str
    in_grace: bool


@dataclass(frozen=True)
class Page:
    """All that stands on a page."""

    course: str
    brief: Brief
    student: str
    handover: Handover
    marks: Marks
    sum: Sum
    judged: tuple[Judgement, ...]
    steps: tuple[NextStep, ...]
    threads: tuple[tuple[Spoken, ...], ...]
    zone: ZoneInfo
    notebook: NotebookView

    @property
    def lost(self) -> tuple[tuple[int, CellMark], ...]:
        """The tested and written cells that did not earn all points, with their numbers."""
        return tuple(
            (view.number, view.mark)
            for view in self.notebook.cells
            if view.mark is not None
            and view.mark.kind in {"autograded", "written"}
            and (view.mark.score or 0.0) < view.mark.max_points
        )


def page_html(page: Page) -> bytes:
    """Return the page as UTF-8; the same values give the same bytes."""
    page_template, document = _frame()
    data = released_of(page.brief.id, page.sum, page.judged, page.steps).model_dump_json()
    html = page_template.render(page=page, document=document, data=data)
    return html.encode("utf-8", "replace")


@cache
def _frame() -> tuple[Template, Document]:
    """Return the template and the style; making them takes longer than filling in a page."""
    made = template(
        "practicum.release",
        "page.html.j2",
        figure=figure,
        levels_in_words=_levels_in_words,
        moment=_moment,
    )
    return made, Document.with_style()


def handover(
    received: datetime, due: datetime | None, grace: timedelta, zone: ZoneInfo
) -> Handover:
    """Return when a submission came in and was due, in the course's time zone."""
    late = received - due if due is not None else timedelta(0)
    return Handover(
        received=_moment(received, zone),
        due=_moment(due, zone) if due is not None else "",
        late=_span(late) if late > timedelta(0) else "",
        in_grace=late <= grace,
    )


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    # Month names are our own: a locale must not change a page.
    local = moment.astimezone(zone)
    month = _MONTHS[local.month - 1]
    return f"{local.day} {month} {local.year}, {local:%H:%M} ({local.tzname()})"


def _span(span: timedelta) -> str:
    """Return a time in its two largest units, rounded up to the minute."""
    minutes = -(-int(span.total_seconds()) // 60) or 1
    amounts = (minutes // 1440, "day"), (minutes % 1440 // 60, "hour"), (minutes % 60, "minute")
    said = [f"{n} {unit}{'s' if n != 1 else ''}" for n, unit in amounts if n]
    return " and ".join(said[:2])


def _levels_in_words(levels: Sequence[int]) -> str:
    """Return "2, 3 and 3"."""
    *others, last = (str(level) for level in levels)
    return f"{', '.join(others)} and {last}" if others else last
