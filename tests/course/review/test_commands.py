import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from practicum.cli.main import main
from practicum.cli.moderate import command
from practicum.course import Course
from practicum.review import review

Table = Callable[..., Path]
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def practicum(
    course: Course,
    gradebook: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """Return a runner of commands in the course, on the gradebook in memory."""

    @contextmanager
    def opened(_course: Course) -> Iterator[Any]:
        yield gradebook

    stand_in = SimpleNamespace(CourseGradebook=opened, sole_writer=nullcontext)
    monkeypatch.setitem(sys.modules, "practicum.gradebook", stand_in)
    monkeypatch.chdir(course.root)

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(ended.value.code or 0), " ".join((printed.out + printed.err).split())

    return run


def test_reviews_are_taken_in(practicum: Command, table: Table, gradebook: Any) -> None:
    """The command takes a file in, and tells what changed and what comes next."""
    file = table("rita,ada,advice,3,", "rita,ada,analysis,4,", "hugo,ada,analysis,1,")
    code, said = practicum("review", "demo", str(file))
    assert code == 0
    assert "demo: 3 assessments taken in, 0 there already; 1 mark changed, 0 as before." in said
    assert "Not reviewed yet by: vera." in said
    assert "1 case for an instructor: `practicum moderate demo`." in said
    assert gradebook.score("ada", "advice") == 9.0


def test_a_machine_reads_the_report(practicum: Command, table: Table) -> None:
    """With --json the report is one object, and nothing else is printed."""
    code, said = practicum("review", "demo", str(table("rita,ada,advice,3,")), "--json")
    assert code == 0
    report = json.loads(said)
    assert (report["added"], report["marks"]["changed"]) == (1, 1)


def test_bad_files_exit_with_2(practicum: Command, table: Table) -> None:
    """Every problem of a file is printed, and the exit code says bad input."""
    code, said = practicum("review", "demo", str(table("rita,ada,advice,9,", "x,ada,advice,1,")))
    assert code == 2
    assert "level is '9'" in said
    assert "unknown reviewer 'x'" in said


def test_a_template_is_written(practicum: Command, tmp_path: Path) -> None:
    """The command writes the employer's table and says how it comes back."""
    file = tmp_path / "out.csv"
    code, said = practicum("review", "demo", "--template", str(file))
    assert code == 0
    assert "4 rows for 2 submissions" in said
    assert file.read_text("utf-8-sig").startswith("submission,criterion,level,words\n")
    assert practicum("review", "demo", "--template", str(file))[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("review", "demo"),
        ("review", "demo", "in.csv", "--template", "out.csv"),
        ("review", "demo", "--pages", "out", "--template", "out.csv"),
    ],
)
def test_a_file_or_a_template(practicum: Command, arguments: tuple[str, ...]) -> None:
    """Exactly one of the three is asked for."""
    code, said = practicum(*arguments)
    assert code == 2
    assert "give either a FILE of assessments, --pages DIR or --template CSV" in said


def test_cases_are_listed_and_decided(
    practicum: Command, course: Course, gradebook: Any, table: Table
) -> None:
    """The instructor sees the cases with their words as they were typed, and decides."""
    file = table("rita,ada,advice,4,[bold]Right[/bold]", "hugo,ada,advice,1,")
    assert "There is nothing to moderate." in practicum("moderate")[1]
    review(course, "demo", file, gradebook=gradebook)
    code, said = practicum("moderate")
    assert code == 0
    assert "demo, ada (" in said
    assert "): Useful advice. open" in said
    assert "level 4 Rita Reviewer (rita): [bold]Right[/bold] level 1 Hugo Hirer (hugo)" in said
    assert str(course.work / "autograded" / "ada" / "demo" / "brief.ipynb") in said
    assert "practicum moderate demo ada advice --level N" in said
    decide = ("moderate", "demo", "ada", "advice", "--level", "3", "--reason", "It is there.")
    code, said = practicum(*decide)
    assert code == 0
    assert "demo ada advice: decided, level 3; 1 mark changed, no other case left." in said
    assert gradebook.score("ada", "advice") == 9.0
    assert "was decided already" in practicum(*decide)[1]
    assert json.loads(practicum("moderate", "demo", "--json")[1]) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("demo", "ada"),
        ("demo", "ada", "advice"),
        ("demo", "ada", "advice", "--level", "3"),
        ("demo", "--level", "3"),
        ("demo", "ada", "advice", "--reason", "So."),
    ],
)
def test_half_a_decision_is_refused(practicum: Command, arguments: tuple[str, ...]) -> None:
    """A decision needs brief, student, criterion, level and reason."""
    code, said = practicum("moderate", *arguments)
    assert code == 2
    assert "to decide a case, give all of it" in said


def test_several_instructors_must_say_who_decides(practicum: Command, course: Course) -> None:
    """Without --by the only instructor decides; with two of them nobody is guessed."""
    roster = course.root / "course" / "roster.yml"
    more = "instructors:\n  - {id: ivan, name: Ivan}\n"
    roster.write_text(roster.read_text().replace("instructors:\n", more))
    code, said = practicum(
        "moderate", "demo", "ada", "advice", "--level", "3", "--reason", "It is there."
    )
    assert code == 2
    assert "say who decides with --by: ivan, ines" in said


def test_who_is_missing_is_told_and_blocks_nothing(practicum: Command, table: Table) -> None:
    """Until every reviewer has spoken the missing ones are named; then the release is next."""
    said = practicum("review", "demo", str(table("rita,ada,advice,3,")))[1]
    assert "Not reviewed yet by: hugo, vera." in said
    assert "or release without: `practicum release demo`." in said
    said = practicum("review", "demo", str(table("hugo,ada,advice,3,", "vera,ada,advice,3,")))[1]
    assert "Not reviewed yet" not in said
    assert "Next: `practicum release demo`." in said


def test_an_untouched_template_has_one_problem(practicum: Command, tmp_path: Path) -> None:
    """A table that comes back as it was sent out is one problem, not one for each row."""
    file = tmp_path / "out.csv"
    practicum("review", "demo", "--template", str(file))
    code, said = practicum("review", "demo", str(file), "--reviewer", "rita")
    assert code == 2
    assert "out.csv:2: no level is filled in" in said
    assert said.count("out.csv:") == 1


def test_commands_and_paths_are_not_broken(
    course: Course, gradebook: Any, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However narrow the terminal, a path and a command stand on one line."""
    review(course, "demo", table("rita,ada,advice,4,", "hugo,ada,advice,1,"), gradebook=gradebook)
    monkeypatch.setenv("COLUMNS", "40")
    lines = CliRunner().invoke(command, ["--course", str(course.root)]).output.splitlines()
    work = course.station("autograded", student="ada", brief="demo") / "brief.ipynb"
    assert f"  work     {work}" in lines
    assert '  decide   practicum moderate demo ada advice --level N --reason "..."' in lines
