"""practicum room status, and reminders."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from practicum.cli.output import course_option, json_option, print_json
from practicum.cli.saying import say, some
from practicum.course import Course
from practicum.errors import BadInput

if TYPE_CHECKING:
    from practicum.review import SupervisionView
    from practicum.review.progress import ReviewerProgress

__all__ = ["reminders", "status"]

SAID = {
    "done": "done",
    "working": "at work",
    "waiting": "has not opened the link yet",
    "silent": "no sign for a week",
    "overdue": "overdue",
    "not invited": "not invited",
}


@click.command()
@click.argument("brief")
@course_option
@json_option
def status(course: Course, brief: str, *, as_json: bool) -> int:
    """Show who of BRIEF's reviewers has done what: overdue, silent, median time, notes."""
    from practicum.records import Records  # noqa: PLC0415 (keeps --help quick)
    from practicum.review import supervision_of  # noqa: PLC0415
    from practicum.review.progress import reviewers_progress, without_reviewer  # noqa: PLC0415

    with Records(course.records_url) as records:
        lines = reviewers_progress(course, brief, records, datetime.now(UTC))
        nobodys = without_reviewer(course, brief, records)
        supervision = supervision_of(course, brief, records)
    if as_json:
        print_json(lines)
        return 0
    for line in lines:
        _show(line)
    if supervision is not None:
        _show_supervision(supervision)
    if nobodys:
        say(f"With nobody: {', '.join(nobodys)}. Next: `practicum room assign {brief}`.")
    if any(line.state in {"overdue", "silent"} for line in lines):
        say(f"Next: `practicum room reminders {brief}`, or `practicum room reassign {brief} ID`.")
    if not lines:
        say(f"{brief}: the roster has no reviewers for it.")
    return 0


def _show(line: ReviewerProgress) -> None:
    minutes = f", median {line.minutes:g} min" if line.minutes is not None else ""
    due = f", due {line.due:%Y-%m-%d}" if line.due else ""
    say(f"{line.name} ({line.reviewer}): {SAID[line.state]}{due}")
    say(f"  {line.done} of {line.assigned} submitted, {line.begun} begun{minutes}")
    if line.anchors:
        say(f"  anchors: {line.anchors_done} of {line.anchors} scored")
    say(f"  link: {line.link}")
    for note in line.notes:
        say(f"  {note.code}, note to you: {' '.join(note.words.split())}")
    for one in line.conflicts:
        judged = " (judged already, and that still counts)" if one.judged else ""
        say(f"  {one.code}, must not judge it: {' '.join(one.why.split())}{judged}")


def _show_supervision(view: SupervisionView) -> None:
    """Print what students said of the supervision, which the reviewers see, too."""
    if view.few:
        say(f"Supervision: rated by {some(view.n, 'student')}, too few to be told without names")
        return
    say(f"Supervision, rated by {some(view.n, 'student')} (how often each level 0 to 4):")
    for name, counts in view.levels.items():
        say(f"  {name:10} {' '.join(map(str, counts))}")
    for words in view.words:
        say(f"  “{' '.join(words.split())}”")


@click.command()
@click.argument("brief")
@click.option("--csv", "table", type=click.Path(path_type=Path), help="Write a table here.")
@click.option("--calendar", type=click.Path(path_type=Path), help="Write a calendar (.ics) here.")
@course_option
@json_option
def reminders(
    course: Course, brief: str, table: Path | None, calendar: Path | None, *, as_json: bool
) -> int:
    """List the reviewers of BRIEF who are not done, the most urgent first.

    The table is one for a mail merge; the calendar holds an entry for each reviewer on the day
    that `review_due` in course.yml names. Both are written anew.
    """
    from practicum.records import Records  # noqa: PLC0415 (keeps --help quick)
    from practicum.review.reminders import calendar_of, table_of  # noqa: PLC0415
    from practicum.review.reminders import reminders as due  # noqa: PLC0415

    now = datetime.now(UTC)
    with Records(course.records_url) as records:
        found = due(course, brief, records, now)
    if calendar is not None and course.review_due(brief) is None:
        message = f"{brief} has no date for reviews: add review_due to it in course/course.yml"
        raise BadInput(message)
    if table is not None:
        _write(table, table_of(found).encode())
    if calendar is not None:
        _write(calendar, calendar_of(course, found, now))
    if as_json:
        print_json(found)
        return 0
    for one in found:
        left = some(one.left, "submission")
        when = f", due {one.due:%Y-%m-%d}" if one.due else ""
        mail = f" <{one.email}>" if one.email else ""
        say(f"{one.name}{mail}: {left} left{when}, {SAID[one.state]}; link {one.link}")
    if not found:
        say(f"{brief}: nobody is to be reminded.")
    return 0


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        message = f"{file}: cannot be written ({error.strerror}): check the path and its rights"
        raise BadInput(message) from None
    say(f"Written: {file}")
