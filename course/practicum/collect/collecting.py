"""The verb: from what was handed in to submissions in their stations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.collect.archives import archive_pieces
from practicum.collect.exchange import Arrival, arrivals, check_owners, open_arrival
from practicum.collect.exports import Group, compiled, grouped
from practicum.collect.folders import Folder
from practicum.collect.names import shown
from practicum.collect.people import People
from practicum.collect.receipts import Receipts, read_receipts
from practicum.collect.report import Collected, CollectReport
from practicum.collect.service import handed_in
from practicum.collect.store import alone
from practicum.collect.submission import Submission, read_submission
from practicum.collect.taking import Inbox, Work, take
from practicum.course import Course
from practicum.errors import BadInput, BadSubmission
from practicum.progress import Progress, Step, silent

if TYPE_CHECKING:
    from practicum.records import Records

__all__ = ["collect"]

MAX_EXPORTED = 100_000
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Times:
    """When submissions were received: as an LMS noted it, or as this run is told."""

    receipts: Receipts
    otherwise: datetime | None

    def of(self, student: str) -> datetime | None:
        """Return the receipt time that is given for a student, or None."""
        return self.receipts.at.get(student) or self.otherwise


def collect(  # noqa: PLR0913 (each is a question that an instructor answers)
    course: Course,
    brief: str,
    *,
    source: Path | None = None,
    receipts: Path | None = None,
    received_at: datetime | None = None,
    pattern: str | None = None,
    inbox: Inbox | None = None,
    on_arrival: bool = False,
    progress: Progress = silent,
) -> CollectReport:
    """Take in the submissions for a brief.

    Args:
        course: The course.
        brief: The brief's id.
        source: A folder or zip that an LMS exported; without it, nbgrader's exchange, or the
            course's service where there is a hub.
        receipts: A CSV file with the receipt times that the LMS noted; it may also say whose
            the numbers in Moodle's folders are.
        received_at: The receipt time (with a zone) of everything that ``receipts`` does not
            name; without it, now, and for the exchange the kernel's change time.
        pattern: A regular expression with a group ``student``, ``lms_id`` or ``name``, for
            exports whose names are in no known form.
        inbox: Where receipts are kept; without it, the course's records.
        on_arrival: Nobody has asked for it: what is handed in through the service by who was
            given feedback already is left for the instructor, who decides whether it counts.
        progress: Is told about each submission.

    Returns:
        An entry for each submission. One that is refused does not touch any other.

    Raises:
        UnknownName: The course has no such brief.
        BadInput: The source, the receipts or the pattern cannot be used.
        Busy: Another collector is at work on this course.

    """
    notebook = f"{course.brief(brief).grading.notebook}.ipynb"
    times = Times(read_receipts(receipts, course) if receipts else Receipts(), received_at)
    with ExitStack() as stack:
        stack.enter_context(alone(course))
        inbox = stack.enter_context(_records(course)) if inbox is None else inbox
        work = Work(course, brief, inbox, _kind(course, source))
        if source is None and course.settings.hub is not None:
            records = stack.enter_context(_records(course))
            closed = frozenset(records.releases(brief)) if on_arrival else frozenset()
            entries = tuple(_from_service(work, notebook, times, progress, records, closed))
        elif source is None:
            entries = tuple(_from_exchange(work, notebook, times, progress))
        else:
            people = People(course.roster, times.receipts.numbers)
            groups = stack.enter_context(_groups(source, people, pattern))
            entries = tuple(_from_export(work, notebook, groups, times, progress))
        expected = course.students_of(brief)
        missing = tuple(who for who in expected if inbox.receipt(brief, who) is None)
    warnings = tuple(_warnings(brief, entries, times, expected, at_once=source is not None))
    return CollectReport(brief=brief, entries=entries, warnings=warnings, missing=missing)


def _warnings(
    brief: str,
    entries: Sequence[Collected],
    times: Times,
    expected: Sequence[str],
    *,
    at_once: bool,
) -> Iterator[str]:
    for name in times.receipts.unknown:
        yield f"{shown(name)}: named in the receipts, but not in the roster"
    now = datetime.now(UTC)
    for entry in entries:
        if entry.outcome == "refused":
            continue
        if entry.received_at is not None and entry.received_at > now + CLOCKS_DIFFER:
            at = f"{entry.received_at:%Y-%m-%d %H:%M} UTC"
            yield f"{entry.student}: the receipt time {at} is in the future: correct it if wrong"
        if entry.student not in expected:
            yield f"{entry.student}: collected, but not placed on {brief}"
        given = times.of(entry.student) is not None or not times.receipts.at
        if at_once and not given and entry.outcome == "collected":
            yield f"{entry.student}: not named in the receipts: the time is that of this run"


@contextmanager
def _records(course: Course) -> Iterator[Records]:
    from practicum.records import Records  # noqa: PLC0415 (an extra; tests need none)

    with Records(course.records_url) as records:
        yield records


@contextmanager
def _groups(source: Path, people: People, pattern: str | None) -> Iterator[tuple[Group, ...]]:
    expression = compiled(pattern) if pattern else None
    with ExitStack() as stack:
        try:
            if source.is_dir():
                # The path itself is the instructor's: a link to the folder is meant.
                folder = stack.enter_context(Folder(source.resolve(), most=MAX_EXPORTED))
                pieces = folder.pieces
            else:
                file = stack.enter_context(source.open("rb"))
                pieces = archive_pieces(file, source.name, most=MAX_EXPORTED)
        except OSError as error:
            raise BadInput(f"{source}: cannot be read ({error.strerror})") from None
        except BadSubmission as error:
            raise BadInput(f"{source}: give a folder or a zip ({error})") from None
        yield grouped(pieces, people, expression)


def _from_export(
    work: Work, notebook: str, groups: Sequence[Group], times: Times, progress: Progress
) -> Iterator[Collected]:
    for done, group in enumerate(groups):
        progress(Step("collect", done, len(groups), group.label))
        if group.refusal:
            yield _refused(group.student, group.label, group.refusal)
            continue
        try:
            submission = read_submission(group.pieces, notebook, work.course.settings.limits)
        except BadSubmission as error:
            yield _refused(group.student, group.label, str(error))
        else:
            yield take(work, group.student, group.label, submission, times.of(group.student))
    progress(Step("collect", len(groups), len(groups)))


def _kind(course: Course, source: Path | None) -> str:
    """Say where submissions come from, for their receipts."""
    if source is not None:
        return f"export {source.name}"
    return "exchange" if course.settings.hub is None else "service"


def _from_service(  # noqa: PLR0913, PLR0917 (what a collection is made of)
    work: Work,
    notebook: str,
    times: Times,
    progress: Progress,
    records: Records,
    closed: frozenset[str],
) -> Iterator[Collected]:
    handed = handed_in(work.course, work.brief, records)
    found = tuple(ones for ones in handed if ones[0].student not in closed)
    for number, ones in enumerate(found):
        for one in ones:
            progress(Step("collect", number, len(found), one.label))
            try:
                submission = read_submission(one.pieces, notebook, work.course.settings.limits)
            except BadSubmission as error:
                yield _refused(one.student, one.label, str(error))
                continue
            # The newest that can be taken counts, as in the folder exchange.
            at = times.of(one.student) or one.at
            yield take(work, one.student, one.label, submission, at)
            break
    progress(Step("collect", len(found), len(found)))


def _from_exchange(
    work: Work, notebook: str, times: Times, progress: Progress
) -> Iterator[Collected]:
    found = arrivals(work.course, work.brief)
    done: set[str] = set()
    for number, arrival in enumerate(found):
        label = shown(arrival.name)
        progress(Step("collect", number, len(found), label))
        if arrival.refusal:
            yield _refused(arrival.student, label, arrival.refusal)
        elif arrival.student not in done:
            try:
                submission, at = _read_arrival(work, notebook, arrival)
            except BadSubmission as error:
                yield _refused(arrival.student, label, str(error))
            else:
                # The newest that can be taken counts; the older ones are superseded.
                done.add(arrival.student)
                at = times.of(arrival.student) or at
                yield take(work, arrival.student, label, submission, at)
    progress(Step("collect", len(found), len(found)))


def _read_arrival(work: Work, notebook: str, arrival: Arrival) -> tuple[Submission, datetime]:
    with open_arrival(work.course, arrival) as folder:
        submission = read_submission(folder.pieces, notebook, work.course.settings.limits)
        folder.look_again()
        check_owners(folder, arrival.student)
        return submission, folder.latest


def _refused(student: str, label: str, reason: str) -> Collected:
    return Collected(student=student, label=label, outcome="refused", reason=reason)
