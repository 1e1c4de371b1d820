"""What all commands share: options, progress, tables, JSON lines, and how errors are shown."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.text import Text

from practicum.course import Course
from practicum.errors import PracticumError
from practicum.progress import Progress, Step, silent

__all__ = [
    "PROGRESS_SWITCH",
    "console",
    "course_option",
    "fail",
    "json_option",
    "print_json",
    "show_progress",
]

PROGRESS_SWITCH = "PRACTICUM_PROGRESS"

Command = TypeVar("Command", bound=Callable[..., Any])

console = Console(highlight=False, soft_wrap=False)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def course_option(command: Command) -> Command:
    """Add ``--course DIR`` and hand the command the Course as ``course``."""

    def find(_context: click.Context, _parameter: click.Parameter, value: Path) -> Course:
        course = Course.find(value)
        if course.settings.hub is not None and course.settings.placements is not None:
            # Placements may have been decided in the course's service, too.
            from practicum.records import with_decided  # noqa: PLC0415 (slow, and an extra)

            course = with_decided(course)
        return course

    return click.option(
        "--course",
        metavar="DIR",
        default=".",
        type=click.Path(path_type=Path),
        callback=find,
        help="The course's folder (default: here or above).",
    )(command)


def json_option(command: Command) -> Command:
    """Add ``--json``: print one JSON object on standard output, for machines."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def print_json(value: Any) -> None:  # noqa: ANN401 (anything that JSON can say)
    """Print a value as one line of JSON; models become objects, paths become text."""

    def plain(item: Any) -> Any:  # noqa: ANN401
        if isinstance(item, BaseModel):
            return item.model_dump(mode="json")
        if hasattr(item, "__dataclass_fields__"):
            return {name: getattr(item, name) for name in item.__dataclass_fields__}
        return str(item)

    click.echo(json.dumps(value, default=plain, ensure_ascii=False))


def fail(error: PracticumError) -> NoReturn:
    """Print a foreseen error on standard error and exit with its code."""
    _errors.print(f"[bold red]practicum:[/] {escape(str(error))}")
    sys.exit(error.exit_code)


def _print_step(step: Step) -> None:
    """Print a step as a line of JSON; nothing else on standard error begins with a brace."""
    click.echo(json.dumps({"progress": asdict(step)}), err=True)


class _Rate(ProgressColumn):
    """How many units a minute are finished, or nothing while that is not known."""

    def __init__(self, things: str) -> None:
        super().__init__()
        self._things = things

    def render(self, task: Task) -> Text:
        """Return the rate in words."""
        speed = task.finished_speed or task.speed
        return Text(f"{60 * speed:.0f} {self._things}/min" if speed else "")


@contextmanager
def show_progress(*, quiet: bool = False, rate: str = "") -> Iterator[Progress]:
    """Show a bar with time left on standard error while the block runs, if a person looks.

    With ``PRACTICUM_PROGRESS=json`` in the environment each step is a line of JSON there instead,
    also with ``quiet``: for a program that started the command.

    Args:
        quiet: Show nothing.
        rate: What is counted ("submissions"): then the bar also tells how many a minute.

    """
    if os.environ.get(PROGRESS_SWITCH) == "json":
        yield _print_step
        return
    if quiet or not _errors.is_terminal:
        yield silent
        return
    bar = RichProgress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        *([_Rate(rate)] if rate else []),
        TextColumn("{task.fields[now]}", style="dim"),
        console=_errors,
        transient=True,
    )
    tasks: dict[str, Any] = {}
    with bar:

        def progress(step: Step) -> None:
            if step.what not in tasks:
                tasks[step.what] = bar.add_task(escape(step.what), total=step.total, now="")
            bar.update(
                tasks[step.what], completed=step.done, total=step.total, now=escape(step.now)
            )

        yield progress
