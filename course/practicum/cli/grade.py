"""practicum grade."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from practicum.cli.output import json_option, print_json, show_progress
from practicum.cli.plain import any_course_option, grade_foreign
from practicum.cli.saying import say
from practicum.course import Course

if TYPE_CHECKING:
    from practicum.execution import Engine
    from practicum.grade import Graded, GradeReport
    from practicum.grade.cluster import Cluster
    from practicum.gradebook import ForeignCourse

__all__ = ["command"]


@click.command()
@click.argument("brief")
@click.option("--student", "students", multiple=True, help="Only this student (repeatable).")
@click.option("--again", is_flag=True, help="Grade also what has not changed.")
@click.option(
    "--judge/--no-judge",
    "judging",
    default=True,
    help="Judge each test apart from the student's code, too (default: yes).",
)
@click.option("--workers", type=click.IntRange(1, 64), help="Notebooks at once (default: cores).")
@click.option(
    "--cluster", metavar="ADDRESS", help="Run the notebooks on this Dask scheduler's workers."
)
@click.option("--watch", "watching", is_flag=True, help="Go on: grade what arrives, until Ctrl-C.")
@click.option(
    "--every",
    type=click.FloatRange(0.5, 3600),
    default=10.0,
    help="With --watch: seconds between two looks (default: 10).",
)
@click.option("--collect", "collecting", is_flag=True, help="With --watch: collect before a look.")
@click.option(
    "--report",
    "page",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page about this run: times, failures by cell, findings.",
)
@click.option("--all", "everyone", is_flag=True, help="Show a row for each submission.")
@click.option(
    "--json-lines", "as_lines", is_flag=True, help="Print a JSON object for each submission."
)
@click.option(
    "--kernel", default="", metavar="NAME", help="Run notebooks with it whose own is not here."
)
@any_course_option
@json_option
def command(
    course: Course | ForeignCourse,
    brief: str,
    kernel: str,
    **options: Any,  # noqa: ANN401 (click's values)
) -> int:
    """Run and score the submissions for BRIEF that are new or have changed.

    Each notebook runs in a box of its own, without network, files or rights. Each test is also
    judged in a process that has run no student's code; where the two differ, the mark waits
    for you. Exit code 1 says that some submissions could not be graded; run the command again
    to retry them. In a course directory of nbgrader, without course.yml, it grades what
    `nbgrader autograde` would grade, into the same gradebook and folders.

    \b
    Example:
      practicum grade first-steps
      practicum grade first-steps --watch --collect
      practicum grade first-steps --cluster tcp://scheduler:8786 --report run.html
    """
    if not isinstance(course, Course):
        return grade_foreign(course, brief, kernel, options)
    call = _Call(course, brief, **options)
    call.check()
    return call.watch() if call.watching else call.once()


@dataclass
class _Call:
    """One call of the command: its options, by their names, and what was graded so far."""

    course: Course
    brief: str
    students: tuple[str, ...]
    again: bool
    judging: bool
    workers: int | None
    cluster: str | None
    watching: bool
    every: float
    collecting: bool
    page: Path | None
    everyone: bool
    as_lines: bool
    as_json: bool
    latest: dict[str, Graded] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse options that do not go together.

        Raises:
            UsageError: Two of them contradict each other.

        """
        if self.collecting and not self.watching:
            raise click.UsageError("--collect goes with --watch: or call `practicum collect` first")
        if self.watching and (self.again or self.students):
            raise click.UsageError("--watch grades what arrives: leave out --again and --student")
        if self.cluster and self.workers:
            raise click.UsageError("with --cluster, Dask's workers say how many run at once")
        if self.as_lines and self.as_json:
            raise click.UsageError("give either --json or --json-lines")

    @property
    def quiet(self) -> bool:
        """Whether standard output is for machines."""
        return self.as_json or self.as_lines

    def once(self) -> int:
        """Grade what is new or has changed; return the exit code."""
        from practicum.cli.graded import show  # noqa: PLC0415 (keeps --help quick)
        from practicum.grade import grade  # noqa: PLC0415

        with (
            ExitStack() as stack,
            show_progress(quiet=self.quiet, rate="submissions") as progress,
        ):
            report = grade(
                self.course,
                self.brief,
                students=self.students,
                again=self.again,
                workers=self.workers,
                judging=self.judging,
                engine=stack.enter_context(self._cluster(self.cluster)) if self.cluster else None,
                seen=self._see,
                progress=progress,
            )
        self._write_page(report)
        if self.as_json:
            print_json(report)
        elif self.as_lines:
            print_json({"event": "report", **report.model_dump(mode="json")})
        else:
            show(report, everyone=self.everyone)
            if self.page is not None:
                say(f"report: {self.page}")
        return 1 if report.count("error") else 0

    def watch(self) -> int:
        """Grade what arrives until Ctrl-C; return the exit code."""
        from practicum.cli.watching import (  # noqa: PLC0415 (keeps --help quick)
            Collecting,
            ended_politely,
            tell,
            tell_as_json,
        )
        from practicum.grade import grade  # noqa: PLC0415
        from practicum.grade.watch import Seen, watch  # noqa: PLC0415

        told = tell_as_json if self.as_lines else (lambda _event: None) if self.as_json else tell
        with ended_politely(), self._warm() as engine:

            def round_of(seen: Seen) -> GradeReport:
                def both(graded: Graded) -> None:
                    seen(graded)
                    self.latest[graded.student] = graded

                report = grade(
                    self.course,
                    self.brief,
                    workers=self.workers,
                    judging=self.judging,
                    engine=engine,
                    seen=both,
                )
                self._write_page(report)
                return report

            collect = Collecting(self.course, self.brief) if self.collecting else None
            done = watch(
                self.course, self.brief, round_of, told=told, before=collect, every=self.every
            )
        if self.as_json:
            print_json(done)
        elif self.as_lines:
            print_json({"event": "ended", **done.model_dump(mode="json")})
        return 0

    def _warm(self) -> Engine | Cluster:
        """Return what runs notebooks as long as the watching lasts."""
        from practicum.execution import Engine  # noqa: PLC0415 (keeps --help quick)
        from practicum.grade.pool import workers_here  # noqa: PLC0415
        from practicum.grade.verb import libraries  # noqa: PLC0415

        if self.cluster:
            return self._cluster(self.cluster)
        places = self.workers or workers_here()
        return Engine(libraries(self.course, self.brief), places, judging=self.judging)

    def _cluster(self, address: str) -> Cluster:
        from practicum.grade.cluster import Cluster  # noqa: PLC0415 (keeps --help quick)
        from practicum.grade.verb import libraries  # noqa: PLC0415

        return Cluster(
            address,
            libraries(self.course, self.brief),
            judging=self.judging,
            told=lambda line: click.echo(line, file=sys.stderr),
        )

    def _see(self, graded: Graded) -> None:
        if self.as_lines:
            print_json({"event": "submission", **graded.model_dump(mode="json")})

    def _write_page(self, report: GradeReport) -> None:
        if self.page is None:
            return
        from practicum.grade.report import write_report  # noqa: PLC0415 (pandas takes a second)

        # While watching, a round tells only of what is new in it: the page has the latest of all.
        fresh = {g.student: g for g in report.graded if g.outcome != "unchanged"}
        latest = self.latest | fresh
        graded = tuple(latest.get(g.student, g) for g in report.graded)
        write_report(self.course, report.model_copy(update={"graded": graded}), self.page)
