"""``practicum check``: every problem of a course's files at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from practicum.check import CheckReport, check
from practicum.cli.output import console, json_option, print_json
from practicum.problems import Problem

__all__ = ["command"]


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@json_option
def command(paths: tuple[Path, ...], as_json: bool) -> int:
    """Tell every problem of briefs, rubrics, course.yml, placements and rosters at once.

    PATH is a course, a folder or one file (default: the course here or above). Each problem
    is printed as file:line: what is wrong: how to mend it.

    \b
    Example:
      practicum check
      practicum check assignments/first-steps/brief.yml
    """
    report = check(paths)
    if as_json:
        print_json(
            {
                "problems": [_near(problem) for problem in report.problems],
                "warnings": [_near(problem) for problem in report.warnings],
                "fine": [str(_relative(file)) for file in report.fine],
            }
        )
    else:
        _print(report)
    return 2 if report.problems else 0


def _print(report: CheckReport) -> None:
    # Plain lines without markup or wrapping, so that editors and `grep` can use them.
    for problem in report.problems:
        click.echo(str(_near(problem)))
    for warning in report.warnings:
        click.echo(f"{_near(warning)} (only a note)")
    if report.problems:
        console.print(f"[red]{_counted(len(report.problems), 'problem')}[/]")
    else:
        for file in report.fine:
            click.echo(f"{_relative(file)}: fine")
        console.print(f"[green]no problem in {_counted(_files(report), 'file')}[/]")


def _files(report: CheckReport) -> int:
    return len({*report.fine, *(warning.file for warning in report.warnings)})


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _near(problem: Problem) -> Problem:
    return replace(problem, file=_relative(problem.file))


def _relative(file: Path) -> Path:
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file
