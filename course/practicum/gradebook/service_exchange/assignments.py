"""Assignments, from who runs the course to its students."""

from __future__ import annotations

from pathlib import Path
from shutil import ignore_patterns

from nbgrader.exchange import abc

from practicum.gradebook.service_exchange.answers import Offer
from practicum.gradebook.service_exchange.base import Exchange
from practicum.gradebook.service_exchange.folders import files_in, new_folder, place_in

__all__ = ["ExchangeFetchAssignment", "ExchangeReleaseAssignment"]


class ExchangeReleaseAssignment(Exchange, abc.ExchangeReleaseAssignment):  # type: ignore[misc] # (nbgrader is untyped)
    """``nbgrader release_assignment``, and formgrader's button."""

    def init_src(self) -> None:
        """Find the release that nbgrader generated."""
        place = self.coursedir.format_path
        self.src_path = place(self.coursedir.release_directory, ".", self.assignment)
        if Path(self.src_path).is_dir():
            return
        source = place(self.coursedir.source_directory, ".", self.assignment)
        if Path(source).is_dir():
            self.fail(
                f"Assignment found in '{source}' but not '{self.src_path}', run "
                "`nbgrader generate_assignment` first."
            )
        releases = Path(self.src_path).parent
        known = [entry.name for entry in releases.iterdir()] if releases.is_dir() else []
        self.not_found(self.assignment, known)

    def copy_files(self) -> None:
        """Send it; another one of that name is replaced with --force alone."""
        course = self.course
        if not self.force and self.service.offer(course, self.assignment):
            self.fail(
                f"Destination already exists, add --force to overwrite: {course} {self.assignment}"
            )
        files = files_in(Path(self.src_path), self.coursedir, self.log)
        self.log.info("Source: %s", self.src_path)
        self.service.release(course, self.assignment, files, replace=self.force, told=self.tell)
        self.log.info("Released as: %s %s", course, self.assignment)


class ExchangeFetchAssignment(Exchange, abc.ExchangeFetchAssignment):  # type: ignore[misc] # (as above)
    """``nbgrader fetch_assignment``, and the button of Assignment List."""

    def init_src(self) -> None:
        """Ask for the released assignment."""
        course = self.course
        if not self.authenticator.has_access(self.coursedir.student_id, course):
            self.fail("You do not have access to this course.")
        offer = self.service.offer(course, self.assignment)
        if offer is None:
            self.not_found(self.assignment, [one.assignment for one in self.service.offers(course)])
        self.offer: Offer = offer

    def init_dest(self) -> None:
        """Find the folder; one that is there is only completed on purpose."""
        self.dest_path = self.folder_of(self.course, self.assignment)
        if self.dest_path.is_dir() and not self.replace_missing_files:
            self.fail(
                "You already have a copy of the assignment in this directory: "
                f"{self.dest_path.name} (add --replace to get files that are missing)"
            )

    def copy_files(self) -> None:
        """Write the files; none that is there is changed."""
        self.log.info("Destination: %s", self.dest_path)
        if self.dest_path.is_dir():
            self._fetch(self.dest_path, "Replacing missing file '%s'")
        else:
            with new_folder(self.dest_path) as folder:
                self._fetch(folder)
        self.log.info("Fetched as: %s %s", self.course, self.assignment)

    def _fetch(self, folder: Path, said: str = "") -> None:
        ignored = ignore_patterns(*self.coursedir.ignore)
        for file in self.offer.files:
            if any(ignored("", [part]) for part in file.path.split("/")):
                continue
            place = place_in(folder, file.path)
            if place.exists():
                continue
            if said:
                self.log.warning(said, file.path)
            self.service.fetch_release(self.offer, file, place)
