"""Submissions, from students to who runs the course."""

from __future__ import annotations

import json
import secrets
import shutil
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange import ExchangeError, abc
from nbgrader.utils import find_all_notebooks
from traitlets import Bool

from practicum.gradebook.service_exchange.answers import Offer, Sent, Submission
from practicum.gradebook.service_exchange.base import Exchange
from practicum.gradebook.service_exchange.folders import (
    LocalFile,
    files_in,
    new_folder,
    place_in,
    share,
)

__all__ = ["ExchangeCollect", "ExchangeSubmit"]


class ExchangeSubmit(Exchange, abc.ExchangeSubmit):  # type: ignore[misc] # (nbgrader is untyped)
    """``nbgrader submit``, and the button of Assignment List.

    What is cut off is kept in mind: the same command again goes on where it ended, and what was
    taken already is not taken twice.
    """

    add_random_string = Bool(
        default_value=True, help="Not used: nobody else sees what you hand in."
    ).tag(config=True)

    def init_src(self) -> None:
        """Find the folder that is to be handed in."""
        course = self.course
        self.src_path = self.folder_of(course, self.assignment)
        self.coursedir.assignment_id = self.src_path.name
        if not self.src_path.is_dir():
            near = self.src_path.parent
            known = [entry.name for entry in near.iterdir()] if near.is_dir() else []
            self.not_found(self.assignment, known)

    def init_dest(self) -> None:
        """Check that the course is the student's, and that there is such an assignment."""
        if not self.authenticator.has_access(self.coursedir.student_id, self.course):
            self.fail("You do not have access to this course.")
        self.named = self.student
        offer = self.service.offer(self.course, self.assignment)
        if offer is None:
            self.not_found(
                self.assignment, [one.assignment for one in self.service.offers(self.course)]
            )
        self.offer: Offer = offer

    def copy_files(self) -> None:
        """Send what lies there, and keep a copy with the receipt."""
        self.log.info("Source: %s", self.src_path)
        self._compare(self.offer)
        files = files_in(self.src_path, self.coursedir, self.log)
        if not files:
            self.fail(f"There is nothing to submit in {self.src_path}")
        pending = _Pending(self.cache_of(self.course), self.assignment, self.named, files)
        sent = self.service.hand_in(
            self.course,
            self.assignment,
            files,
            key=pending.key,
            student=self.named,
            told=self.tell,
        )
        timestamp = self._keep(sent, files)
        pending.done()
        self.log.info("Submitted as: %s %s %s", self.course, self.assignment, timestamp)
        self.log.info("Receipt: %s", sent.id)

    def _keep(self, sent: Sent, files: Sequence[LocalFile]) -> str:
        timestamp = self.written(sent.received_at or datetime.now(UTC))
        place = self.cache_of(self.course) / f"{sent.student}+{self.assignment}+{timestamp}"
        if not place.exists():
            with new_folder(place) as folder:
                for file in files:
                    shutil.copyfile(file.place, place_in(folder, file.path))
                (folder / "timestamp.txt").write_text(timestamp, encoding="utf-8")
                (folder / "receipt.jws").write_text(sent.receipt, encoding="ascii")
        return timestamp

    def _compare(self, offer: Offer) -> None:
        """Warn of notebooks that are missing or more than were released; --strict refuses."""
        released = sorted(file.path for file in offer.files if file.path.endswith(".ipynb"))
        submitted = [Path(found).as_posix() for found in find_all_notebooks(str(self.src_path))]
        missing = sorted(set(released) - set(submitted))
        if not missing and set(released) == set(submitted):
            return
        expected = [f"{name}: {'MISSING' if name in missing else 'FOUND'}" for name in released]
        found = [f"{name}: {'OK' if name in released else 'EXTRA'}" for name in submitted]
        said = "Expected:\n\t{}\nSubmitted:\n\t{}".format("\n\t".join(expected), "\n\t".join(found))
        if missing and self.strict:
            self.fail(
                f"Assignment {self.assignment} not submitted. There are missing notebooks for the "
                f"submission:\n{said}"
            )
        self.log.warning(
            "Possible missing notebooks and/or extra notebooks submitted for assignment %s:\n%s",
            self.assignment,
            said,
        )


class _Pending:
    """The key of a submission until its receipt is here, so that it is taken once."""

    def __init__(
        self, folder: Path, assignment: str, student: str | None, files: Sequence[LocalFile]
    ) -> None:
        self._file = folder / f".pending-{student or ''}-{assignment}.json"
        about = [[file.path, file.sha256] for file in files]
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            self.key = str(kept["key"]) if kept["files"] == about else ""
        except (OSError, ValueError, KeyError, TypeError):
            self.key = ""
        if self.key:
            return
        self.key = secrets.token_hex(16)
        folder.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps({"key": self.key, "files": about}), encoding="utf-8")
        draft.replace(self._file)

    def done(self) -> None:
        """Forget the key: what is handed in next is another submission."""
        self._file.unlink(missing_ok=True)


class ExchangeCollect(Exchange, abc.ExchangeCollect):  # type: ignore[misc] # (as above)
    """``nbgrader collect``, and formgrader's button. Whose a submission is, the service says."""

    def init_src(self) -> None:
        """Choose a submission of each student: the newest, or the last before the due date."""
        if self.service.courses().get(self.course) != "course":
            self.fail(f"You do not run the course {self.course}: collecting is for its instructors")
        found = self.service.submissions(self.course, self.assignment, self.student)
        by_student: defaultdict[str, list[Submission]] = defaultdict(list)
        for one in found:
            by_student[one.student].append(one)
        due = self._due() if self.before_duedate else None
        self.src_records = [self._chosen(ones, due) for _, ones in sorted(by_student.items())]

    def copy_files(self) -> None:
        """Write them where nbgrader grades."""
        number, about = len(self.src_records), (self.assignment, self.course)
        if not number:
            self.log.warning("No submissions of '%s' for course '%s' to collect", *about)
            return
        self.log.info("Processing %d submissions of '%s' for course '%s'", number, *about)
        for one in self.src_records:
            self._collect(one)

    def _due(self) -> datetime | None:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                due: datetime | None = gradebook.find_assignment(self.assignment).duedate
            except MissingEntry:
                return None
        return due.replace(tzinfo=UTC) if due is not None else None

    def _chosen(self, ones: Sequence[Submission], due: datetime | None) -> Submission:
        in_time = [one for one in ones if due is None or one.received_at <= due]
        return in_time[-1] if in_time else ones[-1]

    def _collect(self, one: Submission) -> None:
        place = Path(
            self.coursedir.format_path(
                self.coursedir.submitted_directory, one.student, self.assignment
            )
        )
        who = f"{one.student} {self.assignment}"
        if place.is_dir():
            existing = self.coursedir.get_existing_timestamp(str(place))
            new = one.received_at.replace(tzinfo=None)
            newer = self.update and (existing is None or new > existing)
            if not newer and not (self.before_duedate and existing != new):
                said = (
                    "No newer submission to collect: %s"
                    if self.update
                    else "Submission already exists, use --update to update: %s"
                )
                self.log.info(said, who)
                return
            self.log.info("Updating submission: %s", who)
        else:
            self.log.info("Collecting submission: %s", who)
        self._write(one, place)

    def _write(self, one: Submission, place: Path) -> None:
        old = place.parent / f".{place.name}-{secrets.token_hex(6)}"
        moved = False
        try:
            with new_folder(place) as folder:
                for file in one.files:
                    self.service.fetch_submitted(one, file, place_in(folder, file.path))
                timestamp = self.written(one.received_at)
                (folder / "timestamp.txt").write_text(timestamp, encoding="utf-8")
                (folder / "receipt.jws").write_text(one.receipt, encoding="ascii")
                if self.coursedir.groupshared:
                    share(folder)
                if place.is_dir():
                    place.rename(old)
                    moved = True
        except (ExchangeError, OSError):
            if moved and not place.exists():
                old.rename(place)
            raise
        shutil.rmtree(old, ignore_errors=True)
