"""The submissions of all briefs that the room shows, brought up to date while it is open."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import PIPE
from typing import Final, NamedTuple

from practicum.course import Course
from practicum.errors import NotReady, PracticumError
from practicum.progress import Progress, silent
from practicum.records import Records
from practicum.review import Gradebook, codes_shown, pages, pages_basis, take_in
from practicum.room.shown import ShownPages

__all__ = ["Shelf"]

LOG: Final = logging.getLogger("practicum.room")


class _Held(NamedTuple):
    pages: ShownPages
    students: Mapping[str, str]


class Shelf:
    """For each brief the pages that were made of its submissions, and whose they are.

    ``renew`` looks whether something was graded or changed since. New pages are made by a
    process of their own, so that nobody waits for them; a brief is exchanged as a whole.

    Args:
        course: The course.
        records: Its records, open.
        briefs: The briefs that are shown.
        gradebook: The gradebook; the course's own one if None.

    """

    def __init__(
        self,
        course: Course,
        records: Records,
        briefs: tuple[str, ...],
        gradebook: Gradebook | None = None,
    ) -> None:
        self.course, self.briefs = course, briefs
        self._records, self._gradebook = records, gradebook
        self._basis: dict[str, str] = {}
        self._settings = _settings(course)
        self._held = dict.fromkeys(briefs, _Held(ShownPages(course.work, ()), {}))

    def pages(self, brief: str) -> ShownPages:
        """Return the pages of one of the briefs; nothing for other briefs."""
        held = self._held.get(brief)
        return held.pages if held else ShownPages(self.course.work, ())

    def students(self, brief: str) -> Mapping[str, str]:
        """Return the student of each code that has a page; nothing for other briefs."""
        held = self._held.get(brief)
        return held.students if held else {}

    def fill(self, progress: Progress = silent) -> None:
        """Make the pages of all briefs before anybody comes; what is not graded is left out."""
        for brief in self.briefs:
            self._take_in(brief)
            basis = pages_basis(self.course, brief, self._gradebook)
            try:
                codes = self._make(brief, progress)
            except NotReady as error:
                # Nothing is graded yet, or not all can be shown: the room is open all the same.
                LOG.warning("%s", error)
                codes = self._there(brief)
            self._held[brief] = self._read(brief, codes)
            self._basis[brief] = basis

    def recall(self) -> None:
        """Show the pages that were made before, until ``renew`` has made what is new."""
        for brief in self.briefs:
            try:
                self._held[brief] = self._read(brief, self._there(brief))
            except PracticumError as error:
                LOG.warning("%s: nothing is shown yet: %s", brief, error)

    async def renew(self) -> None:
        """Bring up to date what has changed; what cannot be read now is tried again later."""
        try:
            self._read_course()
        except PracticumError as error:
            LOG.warning("the course as it was is shown on: %s", error)
        for brief in self.briefs:
            try:
                await self._renew(brief)
            except PracticumError as error:
                LOG.warning("%s: not all could be brought up to date: %s", brief, error)
            except Exception:
                # What nobody foresaw in one brief must not keep the others from being renewed.
                LOG.exception("%s: it is shown as it was", brief)

    async def _renew(self, brief: str) -> None:
        await asyncio.to_thread(self._take_in, brief)
        basis = await asyncio.to_thread(pages_basis, self.course, brief, self._gradebook)
        if basis == self._basis.get(brief):
            return
        try:
            if self._gradebook is None:
                codes = await _made(self.course, brief, self._folder(brief))
            else:
                codes = await asyncio.to_thread(self._make, brief, silent)
        except PracticumError:
            # One notebook of which no page can be made: those of all others have come in.
            self._held[brief] = await asyncio.to_thread(self._read, brief, self._there(brief))
            raise
        # Exchanged here, between two answers: each one sees pages and students that fit.
        self._held[brief] = await asyncio.to_thread(self._read, brief, codes)
        self._basis[brief] = basis

    def _make(self, brief: str, progress: Progress) -> tuple[str, ...]:
        folder = self._folder(brief)
        report = pages(self.course, brief, folder, gradebook=self._gradebook, progress=progress)
        return report.codes

    def _there(self, brief: str) -> tuple[str, ...]:
        """Return the codes of the pages that were made; others than codes are no student's."""
        return tuple(sorted(file.stem for file in self._folder(brief).glob("*.html")))

    def _read(self, brief: str, codes: tuple[str, ...]) -> _Held:
        students = codes_shown(self.course, brief, self._records, codes, gradebook=self._gradebook)
        return _Held(ShownPages(self._folder(brief), tuple(students)), students)

    def _take_in(self, brief: str) -> None:
        """Take in the questions and ratings that came with submissions."""
        taken = take_in(self.course, brief, self._records)
        if taken.unreadable:
            LOG.warning("%s: not all of what students kept can be read", brief)

    def _read_course(self) -> None:
        """Read people and dates again if somebody has changed them."""
        now = _settings(self.course)
        if now != self._settings:
            self.course = Course.find(self.course.root)
            self._settings = now

    def _folder(self, brief: str) -> Path:
        folder = self.course.work / "review" / brief
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


async def _made(course: Course, brief: str, folder: Path) -> tuple[str, ...]:
    """Let another process make the pages, and return their codes.

    Raises:
        PracticumError: It could not.

    """
    command = (sys.executable, "-m", "practicum", "review", brief, "--pages", str(folder))
    process = await asyncio.create_subprocess_exec(
        *command, "--course", str(course.root), "--json", stdout=PIPE, stderr=PIPE
    )
    try:
        out, err = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode != 0:
        raise PracticumError(err.decode(errors="replace").strip()[-500:])
    return tuple(json.loads(out)["codes"])


def _settings(course: Course) -> tuple[object, ...]:
    """Return the state of the files that say who takes part, and when."""
    folder = course.root / "course"
    files = (folder / "course.yml", folder / course.settings.roster)
    found = []
    for file in files:
        try:
            about = file.stat()
        except OSError:
            found.append((0, 0))
        else:
            found.append((about.st_mtime_ns, about.st_size))
    return tuple(found)
