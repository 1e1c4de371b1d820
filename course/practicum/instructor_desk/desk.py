"""The desk as a whole: a brief is chosen, and its sections are shown."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import ipywidgets as widgets

from practicum.course import Course
from practicum.errors import Busy, Conflict, PracticumError
from practicum.instructor_desk import markup
from practicum.instructor_desk.anchors import anchors
from practicum.instructor_desk.control import ControlRoom
from practicum.instructor_desk.invitations import Invitations
from practicum.instructor_desk.moderation import LABEL, Moderation
from practicum.instructor_desk.reading import graded, read_judged, read_reviewed, who_decides
from practicum.instructor_desk.reliability import reliability
from practicum.instructor_desk.reviews import reviews
from practicum.records.base import Clock, utc_now
from practicum.report.readings import some
from practicum.review import Dispute, Gradebook, disputes, invitation, moderate

__all__ = ["Desk", "desk"]

NOTHING_PUBLISHED = (
    "No brief is published yet, so there is nothing to review. Next: run `practicum check`, then "
    "`practicum publish {brief}` in the course's folder, and press Renew."
)
NOTHING_GRADED = (
    "Nothing of {brief} is graded yet, so there is nothing to review. Next: `practicum collect "
    "{brief}`, then `practicum grade {brief}`, and press Renew."
)
CHANGED = (
    "{student}, {title}: somebody has decided it, or a reviewer has said something new, since it "
    "was shown here. It is read again: press Renew and look once more"
)


def desk(place: str = "") -> Desk:
    """Return the desk of the course at or above ``place``, for the last line of a cell.

    An empty ``place`` means ``$PRACTICUM_COURSE``, or the current folder. What cannot be read is
    said on the desk.
    """
    return Desk(place or os.environ.get("PRACTICUM_COURSE") or ".")


class Desk:
    """The instructor's desk: ``view`` is what is shown, the other widgets are its parts.

    Args:
        place: A folder of the course, or below it.
        gradebook: The gradebook; the course's own one if None.
        clock: Where the time comes from by which links expire.

    """

    def __init__(
        self,
        place: str | Path,
        *,
        gradebook: Gradebook | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._place, self._gradebook, self._clock = Path(place), gradebook, clock
        self._course: Course | None = None
        self._graded: dict[str, tuple[str, ...]] = {}
        self._renewing = False
        self.brief = widgets.Dropdown(description="Brief", style=LABEL)
        self.renew_button = widgets.Button(description="Renew", tooltip="Read everything again")
        self.title, self.said, self.trouble = markup.block(), markup.block(), markup.block()
        self.judging = markup.block(markup.heading("Reviewing one brief"))
        self.reviews, self.reliability, self.anchors = (markup.block() for _ in range(3))
        self.control = ControlRoom(clock, self.renew, self._go)
        self.moderation = Moderation(self._decide, self._after_decision)
        self.invitations = Invitations(self._invite)
        self.sections = widgets.VBox(
            [
                self.reviews,
                self.invitations.view,
                self.moderation.view,
                self.reliability,
                self.anchors,
            ]
        )
        self.view = widgets.VBox(
            [
                markup.block(markup.stylesheet()),
                self.title,
                widgets.HBox([self.renew_button]),
                self.trouble,
                self.control.view,
                self.judging,
                self.brief,
                self.said,
                self.sections,
            ]
        )
        self.view.add_class("practicum-desk")
        self.brief.observe(self._chosen, "value")
        self.renew_button.on_click(lambda _: self.renew())
        self.renew()

    def __repr__(self) -> str:
        return f"The instructor's desk of {self._course.id if self._course else 'no course'}"

    def _ipython_display_(self) -> None:
        from IPython.display import display  # noqa: PLC0415 (only in a kernel)

        display(self.view)  # type: ignore[no-untyped-call]

    def renew(self) -> None:
        """Read everything again; what stands on the desk, and what was typed, stays."""
        with self.control.lock:
            self._renew()

    def _renew(self) -> None:
        try:
            self._course = Course.find(self._place)
            self.title.value = markup.paragraph(self._course.settings.title)
            self.control.show(self._course)
            self._graded = graded(self._course, self._gradebook)
        except Busy as error:
            # What stands on the desk was true a moment ago, and stays.
            self.trouble.value = markup.notice(f"{error}. Press Renew in a moment")
            return
        except PracticumError as error:
            self._nothing_but(str(error))
            return
        self._nothing_but("")
        kept = self.brief.value
        self._renewing = True
        self.brief.options = tuple(self._graded)
        self.brief.value = kept if kept in self._graded else next(iter(self._graded), None)
        self._renewing = False
        self._show()

    def _nothing_but(self, words: str) -> None:
        """Say what is wrong with the course, in place of what cannot be read; or show all again."""
        self.trouble.value = markup.notice(words)
        shown = "none" if words else ""
        for part in (self.control.view, self.judging, self.brief, self.said, self.sections):
            part.layout.display = shown

    def _go(self, brief: str) -> None:
        """Show the sections of a brief, and go there."""
        if brief in self._graded:
            self.brief.value = brief
        self.brief.focus()

    def _chosen(self, _: object) -> None:
        if not self._renewing:
            with self.control.lock:
                self._show()

    def _show(self) -> None:
        """Show the sections of the chosen brief, or what to do before there is something."""
        course, brief = self._course, self.brief.value
        if course is None or brief is None:
            names = course.brief_names if course else ("BRIEF",)
            self._only_say(NOTHING_PUBLISHED.format(brief=names[0]))
            return
        if not self._graded[brief]:
            self._only_say(NOTHING_GRADED.format(brief=brief))
            return
        try:
            reviewed = read_reviewed(course, brief, self._clock())
            self.reviews.value = reviews(reviewed, ZoneInfo(course.settings.timezone))
            self._show_invitations(course, brief)
            self.reliability.value = reliability(reviewed.reliability)
            self.anchors.value = anchors(brief, reviewed.calibration)
            self._show_judged()
        except PracticumError as error:
            self._only_say(str(error))
            return
        self.said.value, self.sections.layout.display = "", ""

    def _show_invitations(self, course: Course, brief: str) -> None:
        who = tuple((f"{one.name} ({one.id})", one.id) for one in course.roster.reviewers_of(brief))
        hub = course.settings.hub
        self.invitations.show(brief, who, "" if hub is None else hub.address)

    def _invite(self, reviewer: str) -> str:
        """Make a link for a reviewer of the brief that is shown; the table then tells of it."""
        course, brief = self._course, self.brief.value
        if course is None or brief is None:
            raise Conflict("nothing is shown to invite to: press Renew")
        link = invitation(course, brief, reviewer)
        reviewed = read_reviewed(course, brief, self._clock())
        self.reviews.value = reviews(reviewed, ZoneInfo(course.settings.timezone))
        return link

    def _show_judged(self) -> None:
        course, brief = self._course, self.brief.value
        if course is not None and brief is not None:
            instructors = tuple((one.name, one.id) for one in course.roster.instructors)
            self.moderation.offer(instructors, who_decides(course))
            self.moderation.show(read_judged(course, brief), course.rubric(brief))

    def _after_decision(self) -> None:
        try:
            self._show_judged()
        except PracticumError as error:
            self._only_say(str(error))

    def _only_say(self, words: str) -> None:
        self.said.value, self.sections.layout.display = markup.notice(words), "none"

    def _decide(self, case: Dispute, level: int, reason: str, by: str) -> str:
        """Decide a case if it is still the one that was shown; return the answer."""
        course = self._course
        if course is None or case not in disputes(course, case.brief):
            raise Conflict(CHANGED.format(student=case.student, title=case.title))
        report = moderate(
            course,
            case.brief,
            case.student,
            case.criterion,
            level,
            reason,
            by,
            gradebook=self._gradebook,
        )
        left = len(report.marks.pending)
        return (
            f"{case.student}, {case.title}: decided, level {level}. "
            f"{some(report.marks.changed, 'mark')} changed, "
            f"{some(left, 'other case') if left else 'no other case'} left. Kept in the log."
        )
