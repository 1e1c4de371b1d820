"""practicum status."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from practicum.cli.output import console, course_option, json_option, print_json

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.status import BriefStatus, CourseStatus

__all__ = ["command"]

COLUMNS = (
    "handed\nin",
    "graded",
    "errors",
    "to\nmark",
    "to\nassess",
    "to\nmoderate",
    "released",
)

COLOURS = {
    "expected": "dim",
    "received": "yellow",
    "graded": "yellow",
    "marked": "yellow",
    "assessed": "cyan",
    "released": "green",
}


@click.command("status")
@click.argument("brief", required=False)
@click.option("--students", is_flag=True, help="Show each student's station, too.")
@course_option
@json_option
def command(course: Course, brief: str | None, *, students: bool, as_json: bool) -> int:
    """Show where the briefs (or only BRIEF) stand on the road, and what to run next.

    Looking changes nothing. `to mark` counts written answers, `to assess` and `to moderate`
    count criteria, all of graded submissions; the other columns count submissions. (+2)
    tells that two reviewers have not assessed anything yet; nothing waits for them.

    \b
    Example:
      practicum status
      practicum status first-steps --students
    """
    from practicum.status import status  # noqa: PLC0415 (keeps --help quick)

    found = status(course, briefs=None if brief is None else (brief,))
    if as_json:
        print_json(found)
        return 0
    console.print(_briefs(found, course))
    if not all(entry.published or entry.problem for entry in found.briefs):
        console.print("[dim]draft: not published yet[/]\n")
    for entry in found.briefs:
        if entry.silent:
            names = escape(", ".join(entry.silent))
            console.print(
                f"[dim]{escape(entry.brief)}: not reviewed yet by {names}[/]", soft_wrap=True
            )
        if students and entry.students:
            console.print(_students(entry))
    _next(found)
    return 0


def _briefs(found: CourseStatus, course: Course) -> Table:
    zone = ZoneInfo(course.settings.timezone)
    table = Table(
        title=escape(f"{found.title} ({found.course})"),
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=0,
    )
    table.add_column("brief", overflow="fold")
    table.add_column("due", no_wrap=True)
    for heading in COLUMNS:
        table.add_column(heading, justify="right", no_wrap=True)
    for entry in found.briefs:
        table.add_row(
            escape(entry.brief),
            f"{entry.due.astimezone(zone):%Y-%m-%d}" if entry.due else "",
            *_cells(entry),
        )
    return table


def _cells(entry: BriefStatus) -> tuple[str, ...]:
    """Return what stands under COLUMNS."""
    if entry.problem:
        return ("[bold red]problem[/]", *[""] * (len(COLUMNS) - 1))
    received, released = entry.reached("received"), entry.reached("released")
    return (
        f"{received} of {entry.expected}" if entry.published else "draft",
        _number(entry.reached("graded")),
        _number(entry.errors, "bold red"),
        _number(entry.unmarked, "yellow"),
        _number(entry.unassessed + entry.unapplied, "yellow") + _hint(entry.silent),
        _number(entry.unmoderated, "yellow"),
        _number(released, "green" if released == received else ""),
    )


def _number(number: int, style: str = "") -> str:
    if not number:
        return "[dim]-[/]"
    return f"[{style}]{number}[/]" if style else str(number)


def _hint(silent: tuple[str, ...]) -> str:
    """Say how many reviewers are missing."""
    return f" [dim](+{len(silent)})[/]" if silent else ""


def _students(entry: BriefStatus) -> Table:
    table = Table("student", "station", "waits for", title=entry.brief, title_justify="left")
    for who in entry.students:
        notes = [who.waits_for, "not placed on this brief" if who.unplaced else ""]
        notes += [who.error.splitlines()[0][:200] if who.error else ""]
        table.add_row(
            escape(who.student),
            f"[{COLOURS[who.station]}]{who.station}[/]",
            escape("; ".join(filter(None, notes))),
        )
    return table


def _next(found: CourseStatus) -> None:
    if not found.next_steps:
        console.print("There is nothing to do.")
        return
    console.print("Next, in this order:")
    for number, step in enumerate(found.next_steps, 1):
        console.print(f"  {number}. [bold]{escape(step.command)}[/]", soft_wrap=True)
        console.print(f"     [dim]{escape(step.reason)}[/]", soft_wrap=True)
