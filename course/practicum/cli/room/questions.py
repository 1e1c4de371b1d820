"""practicum room messages, and answer."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import click

from practicum.cli.instructors import instructor_or_only
from practicum.cli.output import course_option, json_option, print_json
from practicum.cli.saying import say
from practicum.course import Course
from practicum.errors import BadInput, UnknownName

__all__ = ["answer", "messages"]


@click.command()
@click.argument("brief")
@course_option
@json_option
def messages(course: Course, brief: str, *, as_json: bool) -> int:
    """Show what students of BRIEF asked, and what was answered.

    Questions come with what students hand in; answers go back with the feedback.
    """
    course.brief(brief)
    from practicum.records import Records  # noqa: PLC0415 (keeps --help quick)
    from practicum.review import take_in  # noqa: PLC0415

    with Records(course.records_url) as records:
        take_in(course, brief, records)
        found = records.messages(brief)
    if as_json:
        print_json(found)
        return 0
    student = ""
    for one in found:
        if one.student != student:
            student = one.student
            say(f"{student}:")
        who = one.author if one.author == "student" else f"{one.author} {one.by}"
        say(f"  {one.at:%Y-%m-%d %H:%M} {who}: {' '.join(one.text.split())}")
    if not found:
        say(f"{brief}: nobody has asked anything.")
    return 0


@click.command()
@click.argument("brief")
@click.argument("student")
@click.argument("text")
@click.option("--by", metavar="ID", help="Who answers (default: the only instructor).")
@course_option
@json_option
def answer(  # noqa: PLR0913, PLR0917 (click hands over every option)
    course: Course, brief: str, student: str, text: str, by: str | None, as_json: bool
) -> int:
    """Answer STUDENT's questions about BRIEF as an instructor."""
    course.brief(brief)
    course.roster.student(student)
    who = instructor_or_only(course, by, "answers")
    instructors = [one.id for one in course.roster.instructors]
    if who not in instructors:
        raise UnknownName("instructor", who, instructors)
    from practicum.records import MAX_WORDS, Records, Said, plain  # noqa: PLC0415

    clean = plain(text).strip()
    if not clean or len(clean) > MAX_WORDS:
        message = f"an answer has 1 to {MAX_WORDS:,} characters"
        raise BadInput(message)
    said = Said(
        student=student,
        key=f"i-{secrets.token_hex(8)}",
        author="instructor",
        by=who,
        text=clean,
        at=datetime.now(UTC),
    )
    with Records(course.records_url) as records:
        records.say(brief, [said])
    if as_json:
        print_json(said)
    else:
        say(f"Kept: {student} reads it with the feedback on {brief}.")
    return 0
