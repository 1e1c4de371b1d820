"""practicum demo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from practicum.cli.output import console, json_option, print_json, show_progress

if TYPE_CHECKING:
    from practicum.demo.walk import Walked

__all__ = ["command"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    default=".",
    type=click.Path(path_type=Path),
    help="A checkout of practicum with the four sample briefs (default: here).",
)
@click.option("--fresh", is_flag=True, help="Begin anew instead of going on.")
@json_option
def command(folder: Path, source: Path, *, fresh: bool, as_json: bool) -> int:
    """Walk the whole road in FOLDER with four briefs and 32 students.

    Interrupted and run again, it goes on where it stopped.

    \b
    Example:
      practicum demo build/demo
    """
    from practicum.demo import KINDS, walk  # noqa: PLC0415 (keeps --help quick)

    said: list[tuple[str, str]] = []
    with show_progress(quiet=as_json) as progress:

        def tell(step: str, words: str) -> None:
            said.append((step, words))
            if not as_json:
                first = step if len(said) < 2 or said[-2][0] != step else ""  # noqa: PLR2004
                console.print(f"[bold cyan]{first:9}[/] {escape(words)}", soft_wrap=True)

        walked = walk(folder, source, tell=tell, progress=progress, fresh=fresh)
    rows = _rows(walked)
    if as_json:
        print_json({"steps": said, "marks": rows, "seconds": round(walked.seconds, 1)})
        return 0
    title = "Marks out of 100: 50 by tests, 20 for writing, 30 by the employer"
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 0))
    for name in ("brief", "student", "handed in", "auto", "written", "employer", "late", "mark"):
        left = name in ("brief", "student", "handed in")
        table.add_column(name, no_wrap=True, justify="left" if left else "right")
    for row in rows:
        table.add_row(*[str(row[name]) for name in ("brief", "student", "kind")], *_points(row))
    console.print(table)
    for kind in sorted({str(row["kind"]) for row in rows}, key=list(KINDS).index):
        console.print(f"  [dim]{kind:16}{KINDS[kind]}[/]")
    console.print(
        f"\nThe road took {walked.seconds:.0f} s. Look at\n"
        f"  {walked.report}\n  {walked.feedback}\n"
        f"  {walked.course.work / 'marks'}  (marks as CSV)\n\n"
        f"Try next\n"
        f"{_activation()}"
        f"  cd {folder}\n"
        f"  practicum status                 where everything stands\n"
        f"  practicum grade rainy-days --again\n"
        f"  practicum moderate               cases where reviewers differ\n"
        f"  practicum room invite rainy-days --all && practicum room serve\n"
        f"                                   what an employer's reviewers see\n"
        f"  jupyter lab                      then notebooks/instructor_desk.ipynb, or\n"
        f"                                   Nbgrader > Formgrader: the same gradebook",
        soft_wrap=True,
    )
    return 0


def _activation() -> str:
    """Return the line that puts this environment's commands on the reader's path, if any."""
    activate = Path(sys.prefix) / "bin" / "activate"
    return f"  source {activate}\n" if activate.is_file() else ""


def _rows(walked: Walked) -> list[dict[str, str | float]]:
    """Return one row a student, with the marks as they stand in the gradebook."""
    from practicum.gradebook import CourseGradebook  # noqa: PLC0415 (keeps --help quick)

    with CourseGradebook(walked.course) as store:
        rows: list[dict[str, str | float]] = []
        for member in walked.setting.members:
            marks = store.marks(member.brief, member.id)
            rows.append(
                {
                    "brief": member.brief,
                    "student": member.id,
                    "kind": member.kind,
                    "auto": marks.points("autograded"),
                    "written": marks.points("written"),
                    "employer": marks.points("employer"),
                    "late": -marks.penalty,
                    "mark": round(marks.total, 2),
                    "of": marks.max_points(),
                }
            )
    return rows


def _points(row: dict[str, str | float]) -> list[str]:
    points = [f"{row[name]:g}" for name in ("auto", "written", "employer")]
    late = f"{row['late']:g}" if row["late"] else ""
    return [*points, late, f"{row['mark']:g}"]
