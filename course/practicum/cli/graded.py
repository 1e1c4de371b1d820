"""What `practicum grade` shows: a summary, what somebody should look at, and who."""

from __future__ import annotations

from collections import Counter
from statistics import mean, median
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from practicum.cli.output import console
from practicum.cli.saying import say, some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from practicum.grade import Graded, GradeReport
    from practicum.records import Finding

__all__ = ["findings_to_look_at", "show"]

FEW = 20
"""So many submissions are all shown; of more, only those that somebody should look at."""

MOST = 30
"""So many submissions are shown at most, unless all are asked for."""

NOTES = 3
CALM = 3
COLOURS = {"graded": "green", "unchanged": "dim", "error": "bold red"}


def show(report: GradeReport, *, everyone: bool = False) -> None:
    """Print what came of a run.

    Args:
        report: The run.
        everyone: Show a row for each submission, however many there are.

    """
    shown = report.graded
    if len(shown) > FEW and not everyone:
        shown = tuple(graded for graded in shown if _rank(graded) < CALM)
        shown = tuple(sorted(shown, key=lambda graded: (_rank(graded), graded.student)))[:MOST]
    if shown:
        console.print(_table(shown, report.brief))
    _show_groups(report)
    _show_errors(report)
    for line in _summary(report):
        say(line)
    hidden = len(report.graded) - len(shown)
    if hidden:
        say(f"{some(hidden, 'submission')} not shown: `--all` shows all, `--report FILE` a page")


def findings_to_look_at(graded: Graded) -> tuple[Finding, ...]:
    """Return the findings that somebody should look at."""
    return graded.findings


def _rank(graded: Graded) -> int:
    """Return how urgent a submission is: 0 the most, CALM for nothing to look at."""
    if graded.outcome == "error":
        return 0
    if any(finding.kind == "contradicted" for finding in graded.findings):
        return 1
    return 2 if findings_to_look_at(graded) else CALM


def _table(shown: Sequence[Graded], brief: str) -> Table:
    columns = ("student", "outcome", "autograded", "proved", "seconds", "look at")
    table = Table(*columns, title=escape(brief))
    for graded in shown:
        notes = _notes(graded) or [graded.detail]
        more = [f"... {len(notes) - NOTES} more"] if len(notes) > NOTES else []
        sure = sum(standing == "proved" for standing in graded.standing.values())
        points = f"{graded.points:g} of {graded.max_points:g}" if graded.max_points else ""
        table.add_row(
            escape(graded.student),
            f"[{COLOURS[graded.outcome]}]{graded.outcome}[/]",
            points,
            f"{sure} of {len(graded.standing)}" if graded.standing else "",
            f"{graded.seconds:.1f}" if graded.seconds else "",
            escape("\n".join([*notes[:NOTES], *more])),
        )
    return table


def _notes(graded: Graded) -> list[str]:
    """Return a line for each topic: its first cell, what is said there, how many cells more."""
    from practicum.grade.topics import groups  # noqa: PLC0415 (keeps --help quick)

    lines: dict[str, str] = {}
    cells: Counter[str] = Counter()
    for group in groups([(graded.student, findings_to_look_at(graded))]):
        cells[group.topic.title] += 1
        lines.setdefault(group.topic.title, f"{group.cell or 'notebook'}: {group.message}")
    return [
        line + (f" (and in {some(cells[topic] - 1, 'cell')} more)" if cells[topic] > 1 else "")
        for topic, line in lines.items()
    ]


def _show_groups(report: GradeReport) -> None:
    """Print each kind of finding once: where, how many students, and what to do."""
    from practicum.grade.topics import groups  # noqa: PLC0415 (keeps --help quick)

    found = groups((graded.student, findings_to_look_at(graded)) for graded in report.graded)
    for topic in dict.fromkeys(group.topic for group in found):
        about = [group for group in found if group.topic == topic]
        students = {student for group in about for student in group.students}
        cells = [group.cell or "the notebook" for group in about]
        more = f" and {len(cells) - NOTES} more" if len(cells) > NOTES else ""
        where = f"in {', '.join(cells[:NOTES])}{more}"
        say(f"{topic.title}: {some(len(students), 'student')}, {where}. {topic.advice}")


def _show_errors(report: GradeReport) -> None:
    for graded in [graded for graded in report.graded if graded.outcome == "error"][:MOST]:
        again = f"practicum grade {report.brief} --student {graded.student}"
        say(f"error: {graded.student}: {graded.detail}. When that is mended: {again}")


def _summary(report: GradeReport) -> list[str]:
    count = report.count("graded")
    lines = [
        f"{count} graded, {report.count('unchanged')} unchanged, "
        f"{some(report.count('error'), 'error')} in {report.seconds:.1f} s"
        + (f" ({60 * count / report.seconds:.0f} a minute)" if count and report.seconds else "")
    ]
    points = [graded.points for graded in report.graded if graded.outcome != "error"]
    if points:
        most = max(graded.max_points for graded in report.graded)
        lines.append(
            f"autograded points: mean {mean(points):.2f}, median {median(points):g}, of {most:g}"
        )
    sure: Counter[str] = Counter()
    for graded in report.graded:
        sure.update(graded.standing.values())
    if sure:
        states = ("proved", "unproved", "contradicted")
        lines.append("tests: " + ", ".join(f"{sure[state]} {state}" for state in states))
    why = Counter(reason for graded in report.graded for reason in graded.why)
    if why:
        named = ", ".join(f"{reason} ({number})" for reason, number in why.most_common())
        lines.append(f"graded again because of a change in: {named}")
    return lines
