"""practicum moderate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.table import Table

from practicum.cli.output import console, course_option, json_option, print_json, show_progress
from practicum.errors import BadInput

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.records import Case

__all__ = ["command"]


@click.command()
@click.argument("brief", required=False)
@click.argument("student", required=False)
@click.argument("criterion", required=False)
@click.option("--level", type=click.IntRange(0, 4), help="The level you decide on.")
@click.option("--reason", help="Why; the student reads it.")
@click.option("--by", metavar="ID", help="Who decides (default: the only instructor).")
@course_option
@json_option
def command(  # noqa: PLR0913, PLR0917 (click hands over every option)
    course: Course,
    brief: str | None,
    student: str | None,
    criterion: str | None,
    level: int | None,
    reason: str | None,
    by: str | None,
    *,
    as_json: bool,
) -> int:
    """List where reviewers are far apart, or decide one case.

    STUDENT is a student's id or a submission's blind code.

    \b
    Example:
      practicum moderate
      practicum moderate first-steps alice advice --level 3 --reason "It names the next step."
    """
    if student is None and level is None and reason is None:
        return _list(course, brief, as_json=as_json)
    if brief is None or student is None or criterion is None or level is None or reason is None:
        message = (
            "to decide a case, give all of it: "
            'practicum moderate BRIEF STUDENT CRITERION --level N --reason "..."'
        )
        raise BadInput(message)
    from practicum.review import moderate  # noqa: PLC0415 (keeps --help quick)

    decider = by or _only_instructor(course)
    with show_progress(quiet=as_json) as progress:
        report = moderate(
            course, brief, student, criterion, level, reason, decider, progress=progress
        )
    if as_json:
        print_json(report)
        return 0
    done = "decided" if report.new else "was decided already"
    console.print(
        f"{brief} {report.case.student} {criterion}: {done}, level {level}; "
        f"{report.marks.changed} marks changed, {len(report.marks.pending)} cases left."
    )
    return 0


def _only_instructor(course: Course) -> str:
    instructors = [instructor.id for instructor in course.roster.instructors]
    if len(instructors) > 1:
        message = f"say who decides with --by: {', '.join(instructors)}"
        raise BadInput(message)
    return instructors[0]


def _list(course: Course, brief: str | None, *, as_json: bool) -> int:
    from practicum.review import pending  # noqa: PLC0415 (keeps --help quick)

    cases = pending(course, brief)
    if as_json:
        print_json(cases)
    elif cases:
        console.print(_table(cases))
        console.print(
            'Decide with: practicum moderate BRIEF STUDENT CRITERION --level N --reason "..."',
            markup=False,
        )
    else:
        console.print("There is nothing to moderate.")
    return 0


def _table(cases: tuple[Case, ...]) -> Table:
    table = Table("Brief", "Student", "Criterion", "Levels", "Words", "State", show_lines=True)
    for case in cases:
        words = "\n".join(
            f"{level}: {text}" for level, text in zip(case.levels, case.words, strict=True) if text
        )
        state = f"level {case.decision.level}, {case.state}" if case.decision else case.state
        table.add_row(
            case.brief,
            case.student,
            case.criterion,
            ", ".join(map(str, case.levels)),
            escape(words),
            state,
        )
    return table
