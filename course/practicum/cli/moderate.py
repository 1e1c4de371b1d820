"""practicum moderate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from practicum.cli.instructors import instructor_or_only
from practicum.cli.output import console, course_option, json_option, print_json, show_progress
from practicum.cli.saying import say, some
from practicum.errors import BadInput

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.reliability import Figure, Reliability
    from practicum.review import Dispute, ReliabilityReport

__all__ = ["command"]


@click.command()
@click.argument("brief", required=False)
@click.argument("student", required=False)
@click.argument("criterion", required=False)
@click.option("--level", type=click.IntRange(0, 4), help="The level you decide on.")
@click.option("--reason", help="Why; the student reads it.")
@click.option("--by", metavar="ID", help="Who decides (default: the only instructor).")
@click.option("--reliability", is_flag=True, help="Show how far BRIEF's reviewers agree, instead.")
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
    reliability: bool,
    as_json: bool,
) -> int:
    """List where reviewers are far apart, or decide one case.

    STUDENT is a student's id or a submission's blind code. --reliability shows how far the
    employer's reviewers agree and who gives more or less than the others; it changes nothing.

    \b
    Example:
      practicum moderate
      practicum moderate first-steps --reliability
      practicum moderate first-steps alice advice --level 3 --reason "It names the next step."
    """
    if reliability:
        if brief is None or {student, criterion, level, reason, by} != {None}:
            message = "--reliability wants a brief alone: practicum moderate BRIEF --reliability"
            raise BadInput(message)
        return _reliability(course, brief, as_json=as_json)
    if student is None and level is None and reason is None:
        return _list(course, brief, as_json=as_json)
    if brief is None or student is None or criterion is None or level is None or reason is None:
        message = (
            "to decide a case, give all of it: "
            'practicum moderate BRIEF STUDENT CRITERION --level N --reason "..."'
        )
        raise BadInput(message)
    from practicum.review import moderate  # noqa: PLC0415 (keeps --help quick)

    decider = instructor_or_only(course, by, "decides")
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


def _reliability(course: Course, brief: str, *, as_json: bool) -> int:
    from practicum.review import reliability_of  # noqa: PLC0415 (keeps --help quick)

    found = reliability_of(course, brief)
    if as_json:
        print_json(found)
        return 0
    say(
        f"{brief}: {some(found.n_reviewers, 'reviewer')}, "
        f"{some(found.n_submissions, 'submission')}, on the employer's criteria.\n"
    )
    _show_figures("All criteria together", found.together)
    if any(figure.low is not None for figure in found.together.figures):
        say("  (95%: on other work, if the same reviewers judge it; others may be further apart)\n")
    for one in found.criteria:
        _show_figures(f"{one.title} ({one.criterion})", one)
    for who in found.severity:
        say(f"{who.name} ({who.rater}): {who.words}" if who.name else f"{who.rater}: {who.words}")
    _show_adjusted(found)
    return 0


def _show_figures(title: str, found: Reliability) -> None:
    """Print the figures of a criterion, or in one line why there are none."""
    if all(figure.value is None for figure in found.figures):
        say(f"{title}: {found.figures[0].words}\n")
        return
    say(f"{title}: {some(found.n_items, 'item')} with two reviewers or more")
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("figure", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("95%", no_wrap=True)
    table.add_column("in words", overflow="fold")
    for figure in found.figures:
        value = "" if figure.value is None else _number(figure.value, 2)
        table.add_row(figure.name, value, _interval(figure), escape(figure.words))
    console.print(table)


def _interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{_number(figure.low, 2)} to {_number(figure.high, 2)}"


def _number(value: float, digits: int) -> str:
    """Return a number as text; zero is added so that none prints as -0.0."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


def _show_adjusted(found: ReliabilityReport) -> None:
    """Print a row for each submission: the mean level given, and the one without severity."""
    if all(one.adjusted is None for one in found.adjusted):
        say("Levels without severity: too few to say.")
        return
    say("\nMean level given -> without the reviewers' severity (shown only: no mark is changed)")
    table = Table("code", *(one.criterion for one in found.criteria), box=SIMPLE_HEAD)
    rows: dict[str, dict[str, str]] = {}
    for level in found.adjusted:
        fair = "" if level.adjusted is None else f" -> {_number(level.adjusted, 1)}"
        rows.setdefault(level.item, {})[level.criterion] = f"{_number(level.given, 1)}{fair}"
    for code, cells in rows.items():
        table.add_row(code, *(cells.get(one.criterion, "") for one in found.criteria))
    console.print(table)
