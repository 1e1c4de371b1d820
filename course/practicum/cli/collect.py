"""``practicum collect``: take in submissions from nbgrader's exchange or an LMS's export."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from practicum.cli.output import console, course_option, json_option, print_json, show_progress
from practicum.cli.saying import some
from practicum.collect import Collected, CollectReport, collect
from practicum.collect.receipts import moment
from practicum.course import Course
from practicum.errors import PracticumError

__all__ = ["command"]

WIDTH = 36
"""So many characters of a strange name are shown in the table; the line below has all."""
COLOURS = {"collected": "green", "unchanged": "dim", "refused": "red"}


@click.command("collect")
@click.argument("brief")
@click.option(
    "--from",
    "source",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A folder or zip that an LMS exported (default: nbgrader's exchange).",
)
@click.option(
    "--receipts",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A CSV with student (or lms_id, name) and received_at; or Moodle's worksheet.",
)
@click.option("--received-at", metavar="TIME", help="The receipt time of all others (ISO 8601).")
@click.option(
    "--pattern",
    metavar="REGEX",
    help="How to read names, with a group named student, lms_id or name.",
)
@click.option("--on-arrival", is_flag=True, help="Leave out who has feedback already.")
@course_option
@json_option
def command(  # noqa: PLR0913, PLR0917 (one argument an option)
    brief: str,
    source: Path | None,
    receipts: Path | None,
    received_at: str | None,
    pattern: str | None,
    on_arrival: bool,
    course: Course,
    as_json: bool,
) -> int:
    """Take in the submissions for BRIEF.

    What is submitted is not trusted: links, bombs and files that are no notebook are refused
    by name, and nothing else is lost. The time of receipt is the server's, never the file's.

    \b
    Example:
      practicum collect first-steps
      practicum collect first-steps --from moodle.zip --receipts times.csv
    """
    with show_progress(quiet=as_json) as progress:
        report = collect(
            course,
            brief,
            source=source,
            receipts=receipts,
            received_at=moment(received_at, course) if received_at else None,
            pattern=pattern,
            on_arrival=on_arrival,
            progress=progress,
        )
    notes = _take_in(course, brief)
    if as_json:
        for note in notes:
            click.echo(f"note: {note}", err=True)
        print_json(report)
    else:
        _print(report, notes)
    return 1 if report.with_outcome("refused") else 0


def _take_in(course: Course, brief: str) -> tuple[str, ...]:
    """Keep what students asked and how they rated; return what there is to say about it.

    The submissions are in by now: what goes wrong here is told, and takes nothing back.
    """
    from practicum.records import Records  # noqa: PLC0415 (keeps --help quick)
    from practicum.review.taking_in import take_in  # noqa: PLC0415 (likewise)

    try:
        with Records(course.records_url) as records:
            taken = take_in(course, brief, records)
    except PracticumError as error:
        again = f"practicum collect {brief}"
        return (f"students' questions were not taken in ({error}): run `{again}` again",)
    said = [f"{some(taken.questions, 'new question')} for the employer"] if taken.questions else []
    if taken.unreadable:
        names = ", ".join(taken.unreadable)
        said.append(f"the file of the student's desk cannot be read, and was left alone: {names}")
    return tuple(said)


def _print(report: CollectReport, notes: tuple[str, ...]) -> None:
    if report.entries:
        table = Table("student", "outcome", "received (UTC)", "files", box=None)
        for entry in report.entries:
            table.add_row(
                escape(entry.student or _short(entry.label)),
                f"[{COLOURS[entry.outcome]}]{entry.outcome}[/]",
                f"{entry.received_at:%Y-%m-%d %H:%M:%S}" if entry.received_at else "",
                str(entry.files or ""),
            )
        console.print(table)
    for entry in report.entries:
        if reason := _reason(entry):
            said = f"[{COLOURS[entry.outcome]}]{entry.outcome}:[/] {escape(_who(entry))}"
            console.print(f"{said}: {escape(reason)}", soft_wrap=True)
    for warning in (*report.warnings, *notes):
        console.print(f"[yellow]note:[/] {escape(warning)}", soft_wrap=True)
    if report.missing:
        console.print(f"nothing yet from: {escape(', '.join(report.missing))}", soft_wrap=True)
    counts = [
        f"{len(report.with_outcome(outcome))} {outcome}"
        for outcome in ("collected", "unchanged", "refused")
    ]
    console.print(f"{report.brief}: {', '.join(counts)}")
    if report.with_outcome("collected"):
        console.print(f"next: practicum grade {report.brief}", soft_wrap=True)


def _short(label: str) -> str:
    return label if len(label) <= WIDTH else label[: WIDTH - 3] + "..."


def _who(entry: Collected) -> str:
    """Return whose a submission is, and under which name it came where that tells more."""
    if entry.outcome != "refused" or entry.student in {"", entry.label}:
        return entry.student or entry.label
    return f"{entry.student} ({entry.label})"


def _reason(entry: Collected) -> str:
    left_out = [f"left out {left.name}: {left.reason}" for left in entry.left_out[:3]]
    if len(entry.left_out) > len(left_out):
        left_out.append(f"{len(entry.left_out) - len(left_out)} more left out")
    return "; ".join(filter(None, (entry.reason, *left_out)))
