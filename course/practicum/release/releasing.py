"""The verb: who is complete gets a page, through nbgrader's exchange, and a row of marks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from practicum.course import Course
from practicum.errors import NotReady, UnknownName
from practicum.gradebook import hand_out, marks_source, sole_writer
from practicum.marks import Marks
from practicum.progress import Progress, Step, silent
from practicum.records import Finding, Records
from practicum.release.making import PageMaker
from practicum.release.marks_csv import marks_csv
from practicum.release.outdated import ReleaseDigest
from practicum.release.page import page_html
from practicum.release.readiness import (
    MarksSource,
    Noted,
    Readiness,
    RecordsSource,
    grouped,
    readiness,
)
from practicum.rendering import write_if_changed
from practicum.rendering.forks import processes_for, spread
from practicum.values import Value

__all__ = ["ReleaseReport", "Releasing", "release"]

_NOT_READY = """\
{brief}: {count} still missing for {students}, so nothing was released:
  {list}"""
_PARTIAL = """
Release the {complete} complete ones with `practicum release {brief} --partial`."""
_NOTHING = "{brief}: nobody has handed in anything: run `practicum collect {brief}`"
_LEAK = "an output shows text of a hidden test and was left out: ask how it came there"


FETCHED = {"exchange", "service"}
"""Whoever handed in this way fetches the feedback the same way."""


class ReleaseReport(Value):
    """What a release did.

    ``released`` were given a new page, ``unchanged`` have theirs already. ``left_out`` says
    what is missing for the others, one line each; ``not_handed_in`` were expected.
    ``findings`` are outputs that showed hidden tests and were withheld. ``to_send`` were
    given a new page but came by an LMS, so that they cannot fetch it by the exchange.
    """

    brief: str
    released: tuple[str, ...]
    unchanged: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    not_handed_in: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    to_send: tuple[str, ...] = ()
    marks_file: Path
    feedback_folder: Path

    @property
    def complete(self) -> bool:
        """Whether everybody who handed in has a page."""
        return not self.left_out


def release(
    course: Course,
    brief: str,
    *,
    partial: bool = False,
    students: Sequence[str] | None = None,
    progress: Progress = silent,
) -> ReleaseReport:
    """Give students their feedback on ``brief``, and write the marks as CSV.

    Run again, it changes nothing: a page has no clock in it, and the exchange is only
    touched for a student whose page or submission is new.

    Args:
        course: The course.
        brief: The brief's id.
        partial: Release those that are complete, and list the others, instead of refusing.
        students: Look at these only; None for all who are expected.
        progress: Is told after each student.

    Raises:
        NotReady: Nobody has handed in, or marks, assessments or moderation are missing.
        UnknownName: There is no such brief or student.
        Busy: Another command is at work on the course.

    """
    with (
        sole_writer(course),
        marks_source(course, brief) as gradebook,
        Records(course.records_url) as records,
    ):
        run = Releasing(course, brief, gradebook, records, _giver(course, records))
        return run.release(partial=partial, students=students, progress=progress)


def _giver(course: Course, records: Records) -> Callable[[Course, str, str], None]:
    """Return what hands a page to a student: nbgrader's exchange, or the service of a hub."""
    if course.settings.hub is None:
        return hand_out
    from practicum.depot import feedback_giver  # noqa: PLC0415 (an extra)

    return feedback_giver(course, records)


class Releasing:
    """One release of one brief, with the edges that it reads from and hands pages to."""

    def __init__(
        self,
        course: Course,
        brief: str,
        gradebook: MarksSource,
        records: RecordsSource,
        hand_out: Callable[[Course, str, str], None],
    ) -> None:
        self._course = course
        self._brief = course.brief(brief)
        self._gradebook = gradebook
        self._records = records
        self._hand_out = hand_out
        self._noted = Noted.read(course, brief, records)
        # Nobody else releases meanwhile.
        self._released = records.releases(brief)
        self._given: set[str] = set()

    def release(
        self, *, partial: bool, students: Sequence[str] | None, progress: Progress = silent
    ) -> ReleaseReport:
        """Do it; see the function of the same name."""
        brief = self._brief.id
        ready = self._readiness(self._expected(students))
        if ready.missing and not partial:
            raise self._refusal(ready)
        if not ready.complete and not ready.missing:
            raise NotReady(_NOTHING.format(brief=brief))
        released: list[str] = []
        findings: list[Finding] = []
        for done, (student, page, found) in enumerate(self._pages(ready.complete), 1):
            findings += found
            if self._deliver(student, page):
                released.append(student)
                self._log(student, found)
            progress(Step(f"release {brief}", done, len(ready.complete), student))
        return ReleaseReport(
            brief=brief,
            released=tuple(released),
            unchanged=tuple(s for s in ready.complete if s not in released),
            left_out=tuple(str(entry) for entry in ready.missing),
            not_handed_in=ready.not_handed_in,
            findings=tuple(findings),
            to_send=tuple(s for s in released if self._noted.receipts[s].source not in FETCHED),
            marks_file=self._write_marks(),
            feedback_folder=self._course.station("feedback"),
        )

    def _expected(self, students: Sequence[str] | None) -> tuple[str, ...]:
        known = [student.id for student in self._course.roster.students]
        for student in students or ():
            if student not in known:
                raise UnknownName("student", student, known)
        if students is not None:
            return tuple(students)
        # Somebody who handed in without a placement is not forgotten.
        everybody = {*self._course.students_of(self._brief.id), *self._noted.receipts}
        return tuple(sorted(everybody & set(known)))

    def _readiness(self, expected: Sequence[str]) -> Readiness:
        return readiness(expected, self._gradebook, self._noted)

    def _refusal(self, ready: Readiness) -> NotReady:
        lines = [str(entry) for entry in ready.missing]
        students = len({entry.student for entry in ready.missing})
        message = _NOT_READY.format(
            brief=self._brief.id,
            count=f"{len(lines)} thing{'s are' if len(lines) != 1 else ' is'}",
            students=f"{students} student{'s' if students != 1 else ''}",
            list="\n  ".join(grouped(lines)),
        )
        if ready.complete:
            message += _PARTIAL.format(complete=len(ready.complete), brief=self._brief.id)
        return NotReady(message, lines)

    def _pages(self, students: Sequence[str]) -> Iterator[tuple[str, bytes, tuple[Finding, ...]]]:
        """Yield each student's page, and what was withheld on it, in order."""
        brief = self._brief
        key = self._gradebook.answer_key(brief.id)
        maker = PageMaker(self._course, brief, self._noted.rubric, key)
        # Read here: what works in forks must not use a connection.
        marks = [self._gradebook.marks(brief.id, student) for student in students]

        def work(place: int) -> bytes:
            student = students[place]
            noted = self._noted
            receipt, cases = noted.receipts[student], noted.judged(student)
            page = maker.page(marks[place], receipt, cases, noted.answered(student))
            withheld = [
                view.mark.cell if view.mark else f"cell {view.number}"
                for view in page.notebook.withheld
            ]
            return json.dumps(withheld).encode() + b"\n" + page_html(page)

        made = spread(work, len(students), processes=processes_for(len(students)))
        for student, answer in zip(students, made, strict=True):
            withheld, _, html = answer.partition(b"\n")
            yield student, html, _findings(json.loads(withheld), student)

    def _deliver(self, student: str, html: bytes) -> bool:
        """Write the page and hand it out if it is new; tell whether it was."""
        brief = self._brief.id
        folder = self._course.station("feedback", student=student, brief=brief)
        write_if_changed(folder / f"{self._brief.grading.notebook}.html", html)
        marks, noted = self._gradebook.marks(brief, student), self._noted
        digest = ReleaseDigest.of(
            html,
            marks,
            noted.judged(student),
            noted.receipts[student],
            noted.answered(student),
        )
        last = self._released.get(student)
        self._given.add(student)
        if last is not None and last.digest == str(digest):
            return False
        new = last is None or ReleaseDigest.read(last.digest).page != digest.page
        if new:
            self._hand_out(self._course, brief, student)
        # Also where only what is not on the page has changed: it is not outdated any more.
        self._records.released(brief, student, digest=str(digest))
        return new

    def _log(self, student: str, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self._records.log(
                "withheld",
                brief=self._brief.id,
                student=student,
                detail=f"{finding.cell}: {finding.message}",
            )

    def _write_marks(self) -> Path:
        """Write the marks of all who have their feedback, this time or before."""
        brief = self._brief.id
        rows: list[Marks] = [
            self._gradebook.marks(brief, student)
            for student in self._readiness(self._expected(None)).complete
            if student in self._given or student in self._released
        ]
        file = self._course.work / "marks" / f"{brief}.csv"
        write_if_changed(file, marks_csv(self._noted.rubric, rows))
        return file


def _findings(cells: Sequence[str], student: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(cell=cell, kind="hidden-test-shown", message=_LEAK, student=student)
        for cell in cells
    )
