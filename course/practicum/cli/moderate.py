"""practicum moderate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from practicum.cli.output import course_option, json_option, print_json, show_progress
from practicum.cli.saying import say, some
from practicum.errors import BadInput

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.review import Dispute

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
    left = len(report.marks.pending)
    others = f"{some(left, 'other case')} left" if left else "no other case left"
    say(
        f"{brief} {report.case.student} {criterion}: {done}, level {level}; "
        f"{some(report.marks.changed, 'mark')} changed, {others}."
    )
    return 0


def _only_instructor(course: Course) -> str:
    instructors = [instructor.id for instructor in course.roster.instructors]
    if len(instructors) > 1:
        message = f"say who decides with --by: {', '.join(instructors)}"
        raise BadInput(message)
    return instructors[0]


def _list(course: Course, brief: str | None, *, as_json: bool) -> int:
    from practicum.review import disputes  # noqa: PLC0415 (keeps --help quick)

    found = disputes(course, brief)
    if as_json:
        print_json(found)
        return 0
    for dispute in found:
        _show(dispute)
    if not found:
        say("There is nothing to moderate.")
    return 0


def _show(dispute: Dispute) -> None:
    """Print a case: what was said by whom, where the work lies, and how to decide."""
    state: str = dispute.state
    if dispute.decision:
        state = f"level {dispute.decision.level} decided, {state}"
    say(f"{dispute.brief}, {dispute.student} ({dispute.code}): {dispute.title}. {state}")
    for rating in dispute.ratings:
        who = f"{rating.name} ({rating.reviewer})" if rating.name else rating.reviewer
        words = f": {' '.join(rating.words.split())}" if rating.words.strip() else ""
        say(f"  level {rating.level}  {who}{words}")
    say(f"  work     {dispute.notebook}")
    say(
        f"  decide   practicum moderate {dispute.brief} {dispute.student} {dispute.criterion} "
        '--level N --reason "..."\n'
    )
