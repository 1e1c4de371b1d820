"""practicum doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.markup import escape

from practicum.cli.output import console, course_option, json_option, print_json
from practicum.cli.saying import some
from practicum.course import Course

if TYPE_CHECKING:
    from practicum.doctor import Symptom

__all__ = ["command", "show_symptoms"]

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@course_option
@json_option
def command(course: Course, as_json: bool) -> int:
    """Look at everything that a course needs on this machine, and say what to do.

    Looks at versions, accounts, ports, folders, files, both databases, the sandbox, the clock,
    the disk and the hub. Nothing is changed. Exit code 1: something does not work.

    \b
    Example:
      practicum doctor
    """
    from practicum.doctor import examine  # noqa: PLC0415 (keeps --help quick)

    symptoms = examine(course)
    failed = sum(symptom.state == "fail" for symptom in symptoms)
    if as_json:
        print_json({"symptoms": [symptom.model_dump() for symptom in symptoms], "failed": failed})
        return int(failed > 0)
    show_symptoms(symptoms)
    warned = sum(symptom.state == "warn" for symptom in symptoms)
    words = f"{some(failed, 'failure')}, {some(warned, 'warning')}"
    console.print(f"[{_COLOURS['fail' if failed else 'ok']}]{words}[/]")
    return int(failed > 0)


def show_symptoms(symptoms: tuple[Symptom, ...]) -> None:
    """Print a line for each thing that was looked at, and below it what to do."""
    for symptom in symptoms:
        state = f"[{_COLOURS[symptom.state]}]{symptom.state:4}[/]"
        console.print(f"{state} {symptom.about}: {escape(symptom.found)}", soft_wrap=True)
        if symptom.advice:
            console.print(f"     -> {escape(symptom.advice)}", soft_wrap=True)
