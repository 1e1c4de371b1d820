"""Feedback, from who runs the course to the one whom it is for."""

from __future__ import annotations

import re
from pathlib import Path

from nbgrader.exchange import abc

from practicum.gradebook.service_exchange.answers import Feedback
from practicum.gradebook.service_exchange.base import Exchange
from practicum.gradebook.service_exchange.folders import LocalFile, place_in

__all__ = ["ExchangeFetchFeedback", "ExchangeReleaseFeedback", "FeedbackByPracticum"]


class ExchangeReleaseFeedback(Exchange, abc.ExchangeReleaseFeedback):  # type: ignore[misc] # (nbgrader is untyped)
    """``nbgrader release_feedback``, and formgrader's button."""

    def copy_files(self) -> None:
        """Give each student's pages back on the submission whose time lies beside them."""
        course = self.course
        excluded = set(filter(None, str(self.coursedir.student_id_exclude).split(",")))
        for student, folder in self._folders():
            if student in excluded or (self.student and student != self.student):
                self.log.debug("Skipping student '%s'", student)
                continue
            pages = [LocalFile.of(page.name, page) for page in sorted(folder.glob("*.html"))]
            if pages:
                self._give_back(course, student, folder, pages)

    def _folders(self) -> list[tuple[str, Path]]:
        """Return each student's folder of feedback on the assignment."""
        place = self.coursedir.format_path
        step, name = self.coursedir.feedback_directory, self.assignment
        pattern = re.compile(place(step, "(?P<student>[^/\\\\]+)", name, escape=True))
        base = Path(place(step, "*", name))
        found = Path(base.anchor).glob(str(base.relative_to(base.anchor)))
        matches = ((pattern.fullmatch(str(folder)), folder) for folder in found)
        return sorted((match["student"], folder) for match, folder in matches if match)

    def _give_back(self, course: str, student: str, folder: Path, pages: list[LocalFile]) -> None:
        said = folder / "timestamp.txt"
        timestamp = said.read_text(encoding="utf-8") if said.is_file() else ""
        for one in self.service.submissions(course, self.assignment, student):
            if self.same_time(timestamp, one.received_at):
                self.log.info(
                    "Releasing feedback for student '%s' on assignment '%s/%s' (%s)",
                    *(student, course, self.assignment, timestamp),
                )
                self.service.give_back(course, one.id, pages, self.tell)
                return
        self.log.warning(
            "No submission of student '%s' was received at '%s': no feedback released to them",
            *(student, timestamp.strip()),
        )


class FeedbackByPracticum(ExchangeReleaseFeedback):
    """Refuses ``nbgrader release_feedback`` and formgrader's button in a course of practicum.

    nbgrader's pages show hidden tests and mark schemes, whatever is still open; those of
    ``practicum release`` do not, and wait until every mark is there.
    """

    def start(self) -> None:
        """Say what gives the feedback instead; nothing is sent."""
        self.fail(
            "nbgrader's feedback would show students the hidden tests: press Release at the "
            f"instructor's desk, or run `practicum release {self.coursedir.assignment_id}`"
        )


class ExchangeFetchFeedback(Exchange, abc.ExchangeFetchFeedback):  # type: ignore[misc] # (as above)
    """``nbgrader fetch_feedback``, and the button of Assignment List."""

    def init_src(self) -> None:
        """Ask for one's feedback."""
        found = self.service.feedback(self.course, self.assignment or None)
        self.feedback: tuple[Feedback, ...] = tuple(
            one for one in found if self.student in {None, one.student}
        )
        if not self.feedback:
            self.log.warning("Could not find feedback for '%s/%s'", self.course, self.assignment)

    def copy_files(self) -> None:
        """Write the pages below the assignment, by the time of the submission."""
        for one in self.feedback:
            folder = self.folder_of(self.course, one.assignment) / "feedback"
            timestamp = self.written(one.received_at)
            for file in one.files:
                place = place_in(folder / timestamp, file.path)
                draft = place.with_name(f".{place.name}.new")
                draft.unlink(missing_ok=True)
                self.service.fetch_feedback(self.course, file, draft)
                draft.replace(place)
                self.log.info("Fetched feedback: %s", place)
