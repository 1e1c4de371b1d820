"""What ``practicum grade`` prints: a table that stays readable, JSON lines, a page."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from practicum.cli import graded as shown_by
from practicum.cli import output, saying
from practicum.cli.graded import show
from practicum.cli.main import practicum
from practicum.grade import Graded, GradeReport
from practicum.progress import Step
from practicum.records import Finding

CONTRADICTED = Finding(cell="test-a", kind="contradicted", message="the judge says 0")
STDERR = Finding(cell="test-b", kind="scored", message="text on stderr made this test 0: [/] oh")
UNPROVED = Finding(cell="test-b", kind="unproved", message="a figure")


def _graded(number: int) -> Graded:
    """One of 500: the first fails, the second is contradicted, every fifth has stderr."""
    student = f"student-{number:03}"
    if number == 0:
        return Graded(student=student, outcome="error", detail="the machine ran short of memory")
    findings = [CONTRADICTED] if number == 1 else []
    findings += [STDERR] if number % 5 == 0 else []
    return Graded(
        student=student,
        outcome="graded",
        points=number % 11,
        max_points=10,
        seconds=0.5,
        findings=tuple(findings),
        standing={"test-a": "contradicted" if number == 1 else "proved", "test-b": "unproved"},
        why=("the tests",) if number < 3 else (),
    )


@pytest.fixture
def cohort() -> GradeReport:
    """A run with 500 submissions."""
    return GradeReport(brief="tiny", graded=tuple(map(_graded, range(500))), seconds=60)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What is printed, on a terminal of 80 columns."""
    out = StringIO()
    console = Console(file=out, width=80, highlight=False)
    for module in (shown_by, saying):
        monkeypatch.setattr(module, "console", console)
    return out


def test_a_large_cohort_stays_readable(cohort: GradeReport, printed: StringIO) -> None:
    """Of 500 submissions, the table shows those to look at, the gravest first."""
    show(cohort)
    text = printed.getvalue()
    assert len(text.splitlines()) < 150
    places = [text.index(f"student-{number:03}") for number in (0, 1, 5)]
    assert places == sorted(places)
    assert "student-002" not in text
    assert "499 graded, 0 unchanged, 1 error in 60.0 s (499 a minute)" in text
    assert "tests: 498 proved, 499 unproved, 1 contradicted" in text
    assert "470 submissions not shown" in text
    assert "graded again because of a change in: the tests (2)" in text


def test_all_are_shown_when_asked(cohort: GradeReport, printed: StringIO) -> None:
    """With --all there is a row for each submission, and none is hidden."""
    show(cohort, everyone=True)
    text = printed.getvalue()
    assert all(f"student-{number:03}" in text for number in range(500))
    assert "not shown" not in text


def test_an_error_says_what_to_do(cohort: GradeReport, printed: StringIO) -> None:
    """An error names the student, the reason, and the command that tries it again."""
    show(cohort)
    said = "error: student-000: the machine ran short of memory. When that is mended: "
    assert f"{said}practicum grade tiny --student student-000" in printed.getvalue()


def test_findings_say_what_to_do(cohort: GradeReport, printed: StringIO) -> None:
    """Each kind of finding is told once, with the cell, how many have it, and what to do."""
    show(cohort)
    lines = printed.getvalue().splitlines()
    (contradicted,) = [line for line in lines if line.startswith("contradicted: ")]
    assert "1 student, in test-a" in contradicted
    assert "practicum mark" in contradicted
    (stderr,) = [line for line in lines if line.startswith("zero through stderr: ")]
    assert "99 students, in test-b" in stderr


def test_a_small_run_shows_all(printed: StringIO) -> None:
    """A handful of submissions is shown whole, with nothing left out."""
    show(GradeReport(brief="tiny", graded=tuple(map(_graded, range(2, 5))), seconds=1))
    text = printed.getvalue()
    assert all(f"student-00{number}" in text for number in (2, 3, 4))
    assert "not shown" not in text


def test_nothing_handed_in(printed: StringIO) -> None:
    """A run without submissions says so in one line."""
    show(GradeReport(brief="tiny", graded=(), seconds=1))
    assert printed.getvalue() == "0 graded, 0 unchanged, 0 errors in 1.0 s\n"


def test_progress_has_a_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar tells how many submissions a minute are graded, and the time that is left."""
    out = StringIO()
    console = Console(file=out, width=120, force_terminal=True)
    monkeypatch.setattr(output, "_errors", console)
    with output.show_progress(rate="submissions") as progress:
        for number in range(8):
            progress(Step("grade tiny", number, 10, "ada"))
    assert "submissions/min" in out.getvalue()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--collect"], "goes with --watch"),
        (["--watch", "--again"], "leave out --again and --student"),
        (["--watch", "--student", "ada"], "leave out --again and --student"),
        (["--cluster", "tcp://x:1", "--workers", "2"], "Dask's workers say how many"),
        (["--json", "--json-lines"], "either --json or --json-lines"),
        (["--watch", "--every", "0"], "not in the range"),
    ],
)
def test_options_that_do_not_go_together(tiny: Any, options: list[str], said: str) -> None:
    """Options that contradict each other are refused before anything is done."""
    call = ["grade", "tiny", "--course", str(tiny.root), *options]
    done = CliRunner().invoke(practicum, call)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())


@pytest.mark.slow
def test_json_lines_and_a_page(
    tiny_published: Any, run: Callable[..., Any], tmp_path: Path
) -> None:
    """One object a submission, then the same report that --json prints; and the page."""
    for student in ("ada", "bob"):
        tiny_published.hand_in(student)
    page = tmp_path / "run.html"

    done = run("grade", "tiny", "--json-lines", "--report", page, place=tiny_published.root)

    assert (done.code, done.err) == (0, "")
    *each, last = [json.loads(line) for line in done.out.splitlines()]
    assert {line["event"] for line in each} == {"submission"}
    assert sorted(line["student"] for line in each) == ["ada", "bob"]
    assert last["event"] == "report"
    assert {"brief", "graded", "seconds"} < set(last)
    assert '<h2 id="tests">' in page.read_text(encoding="utf-8")

    again = run("grade", "tiny", "--json-lines", place=tiny_published.root)
    assert [json.loads(line)["outcome"] for line in again.out.splitlines()[:-1]] == [
        "unchanged"
    ] * 2
