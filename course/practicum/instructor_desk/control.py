"""The control room: where every brief stands, what to do next, and what runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import ipywidgets as widgets

from practicum.course import Course
from practicum.errors import PracticumError
from practicum.instructor_desk import markup
from practicum.instructor_desk.actions import Action, actions, formgrader
from practicum.instructor_desk.case import nearest_place
from practicum.instructor_desk.jobs import Jobs, Logged
from practicum.instructor_desk.letters import Letters, Thread, answer
from practicum.instructor_desk.overview import Overview, overview, read_overview
from practicum.instructor_desk.reading import who_decides
from practicum.instructor_desk.run_panel import RunPanel
from practicum.instructor_desk.steps import Steps
from practicum.instructor_desk.students import Students
from practicum.records.base import Clock

__all__ = ["ControlRoom"]

EVERY: Final = 0.5
"""Seconds between two looks at what runs."""


class ControlRoom:
    """The upper part of the desk: ``view`` is what is shown.

    Clicks and the look at what runs come from two threads; ``lock`` keeps them apart.

    Args:
        clock: Where the time comes from.
        renew: Called when something has ended, so that all of the desk is read again.
        go: Called with the brief whose sections are to be shown.

    """

    def __init__(self, clock: Clock, renew: Callable[[], None], go: Callable[[str], None]) -> None:
        self.lock = threading.RLock()
        self._clock, self._renew = clock, renew
        self._course: Course | None = None
        self._jobs: Jobs | None = None
        self._watcher: threading.Thread | None = None
        self._running: set[str] = set()
        self.panels: dict[str, RunPanel] = {}
        self.table, self.said, self.log = markup.block(), markup.block(), markup.block()
        self.report = widgets.Output()
        self.runs = widgets.VBox()
        self.steps = Steps(self._start, go)
        self.students = Students()
        self.letters = Letters(self._answer, renew)
        self.view = widgets.VBox(
            [
                self.table,
                self.steps.view,
                self.said,
                self.runs,
                self.log,
                self.students.view,
                self.letters.view,
                self.report,
            ]
        )

    def show(self, course: Course) -> None:
        """Read the state of a course, show it, and find again what runs.

        Raises:
            PracticumError: A file of the course or a database cannot be read.

        """
        with self.lock:
            self._course = course
            self._jobs = Jobs(course, who_decides(course))
            found = read_overview(course, self._clock())
            self.table.value = markup.section(
                markup.heading("Where the briefs stand"),
                overview(found, ZoneInfo(course.settings.timezone)),
                markup.command("practicum status"),
            )
            instructors = tuple((one.name, one.id) for one in course.roster.instructors)
            self.letters.offer(instructors, who_decides(course))
            self.letters.show(found.threads)
            self.students.show(course, found.status)
            self.report.outputs = (_report(course),)
            self._find_again()
            self._show_steps(course, found)
            self.log.value = _log(self._jobs.log())

    def look(self) -> bool:
        """Show how far everything is; return whether something runs on."""
        with self.lock:
            if self._jobs is None:
                return False
            ended = False
            for brief in sorted(self._running):
                run = self._jobs.run(brief)
                if run is not None:
                    self._panel(brief).show(run)
                if run is None or not run.runs:
                    self._running.discard(brief)
                    ended = True
            runs_on = bool(self._running)
        if ended:
            self._renew()
        return runs_on

    def _show_steps(self, course: Course, found: Overview) -> None:
        self.steps.show(actions(found.status, formgrader(course)), self._running)

    def _start(self, action: Action) -> None:
        with self.lock:
            if self._jobs is None:
                return
            try:
                self._jobs.start(action.brief, action.command)
            except PracticumError as error:
                self.said.value = markup.notice(str(error))
            except OSError as error:
                words = f"Nothing was started: {error.strerror}. Check the free space and rights"
                self.said.value = markup.notice(f"{words} of course/work/desk.")
            else:
                self.said.value = ""
                self._panel(action.brief).begin()
            self._find_again()
            if action.brief in self._running:
                # Until the list is made anew; a second click that came already is refused above.
                self.steps.wait(action.brief)

    def _find_again(self) -> None:
        """Show what runs, whoever has started it, and keep looking until it has ended."""
        if self._jobs is None:
            return
        for run in self._jobs.running():
            self._running.add(run.job.brief)
            self._panel(run.job.brief).show(run)
        if self._running and (self._watcher is None or not self._watcher.is_alive()):
            self._watcher = threading.Thread(target=self._watch, daemon=True)
            self._watcher.start()

    def _watch(self) -> None:
        while True:
            time.sleep(EVERY)
            if not self.look():
                with self.lock:
                    if not self._running:
                        self._watcher = None
                        return

    def _panel(self, brief: str) -> RunPanel:
        if brief not in self.panels:
            self.panels[brief] = RunPanel(brief, self._stop)
        # The one that was touched last stands on top.
        panel = self.panels[brief]
        if panel.view not in self.runs.children:
            self.runs.children = (panel.view, *self.runs.children)
        return panel

    def _stop(self, brief: str, at_once: bool) -> None:  # noqa: FBT001 (a callback)
        with self.lock:
            if self._jobs is not None:
                self._jobs.stop(brief, at_once=at_once)

    def _answer(self, thread: Thread, text: str, by: str) -> None:
        if self._course is not None:
            answer(self._course, thread, text, by, self._clock)


def _report(course: Course) -> dict[str, object]:
    """Return the section on the cohort report, as an output: JupyterLab follows its links."""
    page: Path = course.work / "reports" / "cohort_report.html"
    parts = [markup.heading("Cohort report")]
    if page.is_file():
        parts.append(
            f'<p><a href="{markup.text(nearest_place(page))}">Open the cohort report</a> '
            "(marks, levels, agreement, tests that tell little).</p>"
        )
    else:
        parts.append(markup.paragraph("There is none yet: it is made after the first release."))
    parts.append(markup.command("practicum report"))
    html = {"text/html": markup.section(*parts)}
    return {"output_type": "display_data", "data": html, "metadata": {}}


def _log(runs: tuple[Logged, ...]) -> str:
    if not runs:
        return ""
    rows = [
        (
            f"{one.started:%Y-%m-%d %H:%M}",
            f"practicum {' '.join(one.command)}",
            one.by,
            f"{(one.at - one.started).total_seconds():.0f} s",
            "done" if one.code == 0 else f"code {one.code}",
        )
        for one in runs
    ]
    headings = ("When (UTC)", "Command", "By", "Took", "Ended")
    return markup.folded("What ran here before", markup.table("The newest first", headings, rows))
