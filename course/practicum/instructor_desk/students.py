"""Who stands where: each student on each brief, with a filter."""

from __future__ import annotations

from typing import Final

import ipywidgets as widgets

from practicum.course import Course
from practicum.instructor_desk import markup
from practicum.instructor_desk.moderation import LABEL
from practicum.status import STATIONS, CourseStatus, StudentStatus

__all__ = ["Students"]

MOST: Final = 300
HEADINGS: Final = ("Student", "Brief", "Stands at", "Waits for", "Note")


class Students:
    """The section on students: ``view`` is what is shown."""

    def __init__(self) -> None:
        self._found: CourseStatus | None = None
        self._names: dict[str, str] = {}
        self.brief = widgets.Dropdown(description="On", style=LABEL, options=[("all briefs", "")])
        self.station = widgets.Dropdown(
            description="Who stand at",
            style=LABEL,
            options=[("any station", ""), *((name, name) for name in STATIONS)],
        )
        self.table, self.line = markup.block(), markup.block()
        self.view = widgets.VBox(
            [
                markup.block(markup.heading("Students")),
                widgets.HBox([self.brief, self.station], layout=widgets.Layout(flex_flow="wrap")),
                self.table,
                self.line,
            ]
        )
        for control in (self.brief, self.station):
            control.observe(lambda _: self._show(), "value")

    def show(self, course: Course, found: CourseStatus) -> None:
        """Show who stands where; what was chosen stays chosen."""
        kept = self.brief.value
        names = [entry.brief for entry in found.briefs]
        self._found = found
        self._names = {one.id: one.name for one in course.roster.students}
        self.brief.options = [("all briefs", ""), *((name, name) for name in names)]
        self.brief.value = kept if kept in names else ""
        self._show()

    def _show(self) -> None:
        if self._found is None:
            return
        rows = [
            self._row(entry.brief, who)
            for entry in self._found.briefs
            for who in entry.students
            if self.brief.value in {"", entry.brief} and self.station.value in {"", who.station}
        ]
        parts = [markup.table(f"{len(rows)} found", HEADINGS, rows[:MOST])] if rows else []
        if not rows:
            parts.append(markup.paragraph("Nobody stands there."))
        if len(rows) > MOST:
            more = f"The first {MOST} of {len(rows)} are shown: choose a brief or a station."
            parts.append(markup.paragraph(more))
        self.table.value = markup.section(*parts)
        brief = f" {self.brief.value}" if self.brief.value else ""
        self.line.value = markup.command(f"practicum status{brief} --students")

    def _row(self, brief: str, who: StudentStatus) -> tuple[str, ...]:
        note = who.error.splitlines()[0][:200] if who.error else ""
        if who.unplaced:
            note = f"not placed on this brief; {note}".rstrip("; ")
        name = self._names.get(who.student)
        shown = f"{name} ({who.student})" if name else who.student
        return shown, brief, who.station, who.waits_for, note
