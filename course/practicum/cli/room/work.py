"""practicum room assign, reassign and conflict: who judges what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from practicum.cli.output import course_option, json_option, print_json
from practicum.cli.saying import say, some
from practicum.course import Course
from practicum.errors import BadInput, UnknownName

if TYPE_CHECKING:
    from practicum.review import AssignmentReport

__all__ = ["assign", "conflict", "reassign"]


@click.command()
@click.argument("brief")
@click.option("--each", type=click.IntRange(1, 20), help="Reviewers for each (default: 2).")
@click.option(
    "--overlap",
    type=click.IntRange(0),
    help="With --each 1: how many get a second one (default: a fifth, at least 10).",
)
@course_option
@json_option
def assign(
    course: Course, brief: str, each: int | None, overlap: int | None, *, as_json: bool
) -> int:
    """Give each submission of BRIEF to some of its reviewers, evenly.

    What was given stays; called again, it assigns what has come in since. As long as nothing is
    assigned, each reviewer sees all. Conflicts of interest are heeded: those that the roster
    names (`conflicts:`), and those that were declared.
    """
    if overlap is not None and each != 1:
        message = "--overlap goes with --each 1: with more, all submissions overlap"
        raise BadInput(message)
    from practicum.records import Records  # noqa: PLC0415 (keeps --help quick)
    from practicum.review import assign as assign_all  # noqa: PLC0415

    with Records(course.records_url) as records:
        report = assign_all(course, brief, records, each=each, overlap=overlap)
    return _tell(report, as_json=as_json)


@click.command()
@click.argument("brief")
@click.argument("reviewer")
@click.option("--to", metavar="ID", help="Who takes it (default: all others, evenly).")
@course_option
@json_option
def reassign(course: Course, brief: str, reviewer: str, to: str | None, *, as_json: bool) -> int:
    """Take from REVIEWER what is not submitted yet, and give it to others."""
    from practicum.records import Records  # noqa: PLC0415 (keeps --help quick)
    from practicum.review import reassign as give_away  # noqa: PLC0415

    with Records(course.records_url) as records:
        report = give_away(course, brief, records, reviewer, to=to)
    return _tell(report, as_json=as_json)


@click.command()
@click.argument("brief")
@click.argument("reviewer")
@click.argument("submission")
@click.option("--reason", required=True, help="Why; it is kept in the log.")
@click.option("--by", metavar="ID", default="", help="The instructor who declares it.")
@course_option
@json_option
def conflict(  # noqa: PLR0913, PLR0917 (click hands over every option)
    course: Course,
    brief: str,
    reviewer: str,
    submission: str,
    reason: str,
    by: str,
    as_json: bool,
) -> int:
    """Bar REVIEWER from a SUBMISSION (a blind code or a student's id) for good.

    Afterwards `practicum room assign` gives it to somebody else.
    """
    instructors = [one.id for one in course.roster.instructors]
    if by and by not in instructors:
        raise UnknownName("instructor", by, instructors)
    from practicum.records import Records, normal_code  # noqa: PLC0415 (keeps --help quick)
    from practicum.review import declare_conflict  # noqa: PLC0415

    course.brief(brief)
    with Records(course.records_url) as records:
        students = {one.id for one in course.roster.students}
        students |= {receipt.student for receipt in records.receipts(brief)}
        codes = {records.blind_code(brief, student): student for student in students}
        student = submission if submission in students else codes.get(normal_code(submission))
        if student is None:
            raise UnknownName("submission", submission, (*codes, *students))
        new = declare_conflict(course, brief, records, reviewer, student, reason, by)
    if as_json:
        print_json({"brief": brief, "reviewer": reviewer, "submission": submission, "new": new})
    else:
        done = "will not see" if new else "did not see it any more:"
        say(f"{reviewer} {done} {submission}. Next: `practicum room assign {brief}`.")
    return 0


def _tell(report: AssignmentReport, *, as_json: bool) -> int:
    if as_json:
        print_json(report)
        return 0
    say(
        f"{report.brief}: {some(report.submissions, 'submission')}, each with "
        f"{some(report.each, 'reviewer')}; {report.twice} with two or more, "
        f"{report.new} given just now."
    )
    for load in report.loads:
        new = f", {load.new} of them new" if load.new else ""
        say(f"  {load.name} ({load.reviewer}): {some(load.assigned, 'submission')}{new}")
    for short in report.short:
        say(f"  {short.code} has {short.has} of {short.wanted} reviewers: the others are barred")
    if report.submissions and not report.twice:
        say("No two reviewers share a submission: nothing can be said of how far they agree.")
    return 0
