"""Good, failed and bad calls: exit codes, messages, JSON, and never a traceback."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from practicum.cli.main import VERBS, practicum

Run = Callable[..., Any]

BAD = {
    "unknown command": (["frobnicate"], "unknown command 'frobnicate': known: check, collect"),
    "mistyped command": (["publsh", "tiny"], "did you mean 'publish'?"),
    "unknown option": (["publish", "--agian"], "Did you mean '--again'?"),
    "unknown brief to publish": (
        ["publish", "tinny"],
        "unknown brief 'tinny': did you mean 'tiny'?",
    ),
    "unknown brief to grade": (["grade", "tinny"], "unknown brief 'tinny': did you mean 'tiny'?"),
    "unknown brief to collect": (["collect", "tinny"], "did you mean 'tiny'?"),
    "unknown brief to mark": (["mark", "x", "--from", "x.csv"], "unknown brief 'x': known: tiny"),
    "unknown brief to review": (["review", "x", "x.csv"], "unknown brief 'x'"),
    "unknown brief to release": (["release", "tinny"], "did you mean 'tiny'?"),
    "unknown brief in status": (["status", "tinny"], "did you mean 'tiny'?"),
    "a path as a brief": (["grade", "../../etc/passwd"], "unknown brief '../../etc/passwd'"),
    "no brief": (["grade"], "Missing argument 'BRIEF'"),
    "no workers": (["grade", "tiny", "--workers", "0"], "0 is not in the range 1<=x<=64"),
    "workers in words": (["grade", "tiny", "--workers", "many"], "'many' is not a valid integer"),
    "nobody's submission": (["grade", "tiny", "--student", "zoe"], "unknown submission 'zoe'"),
    "no table": (["mark", "tiny"], "give either --from CSV or --template CSV"),
    "a table that is not there": (["mark", "tiny", "--from", "no.csv"], "no.csv: cannot be read"),
    "a folder as a table": (["mark", "tiny", "--from", "course"], "course: cannot be read"),
    "a table without columns": (
        ["mark", "tiny", "--from", "course/course.yml"],
        "the column 'student' is missing",
    ),
    "assessments that are not there": (["review", "tiny", "no.csv"], "no.csv"),
    "no course": (["publish", "--course", "/"], "no course here"),
    "a file as a course": (["status", "--course", "/dev/null"], "no course here"),
    "a path that is not there": (["check", "nowhere"], "nowhere"),
    "a course over something else": (["init", "course"], "course"),
    "a brief with a path": (["new", "brief", "../evil"], "../evil"),
    "a new what": (["new", "thing", "x"], "thing"),
    "a demo without a checkout": (["demo", "somewhere"], "the demo needs a checkout of practicum"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_calls(tiny_published: Any, run: Run, case: str) -> None:
    """A bad call says what is wrong in words, exits with 2, has no traceback, changes nothing."""
    arguments, message = BAD[case]
    before = tiny_published.state()

    done = run(*arguments, place=tiny_published.root)

    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert tiny_published.state() == before


@pytest.mark.parametrize("name", ["x" * 300, "a\u0301\u202e", "[red]tiny[/]", "-"])
def test_strange_names(tiny_published: Any, run: Run, name: str) -> None:
    """A name that is no name is shown as it was given, and so that it can be seen."""
    done = run("status", "--", name, place=tiny_published.root)

    assert done.code == 2
    assert repr(name) in done.err


def test_a_path_that_is_too_long(tiny_published: Any, run: Run) -> None:
    """What the system refuses is told in its words, without a traceback."""
    done = run("check", "x" * 300, place=tiny_published.root)

    assert done.code in (1, 2)
    assert "Traceback" not in done.err


def test_what_cannot_be_written(tiny: Any, run: Run) -> None:
    """A work folder that cannot be made is named, with what to check."""
    (tiny.root / "course" / "work").write_text("in the way")

    done = run("publish", "tiny", place=tiny.root)

    assert done.code == 1
    assert done.err.startswith("practicum: ")
    assert "check the path, its rights and the free space" in " ".join(done.err.split())


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example(verb: str) -> None:
    """Each command explains itself, with an example that names it."""
    done = CliRunner().invoke(practicum, [verb, "--help"])

    assert done.exit_code == 0
    assert "Example:" in done.output
    assert f"practicum {verb}" in done.output.split("Example:")[1]
    short = CliRunner().invoke(practicum, [verb, "-h"])
    assert short.output == done.output


def test_help_of_all() -> None:
    """The first help lists every command in the order of the road, with an example."""
    done = CliRunner().invoke(practicum, ["--help"])

    places = [done.output.index(f"\n  {verb} ") for verb in VERBS]
    assert places == sorted(places)
    assert "Example:" in done.output


def test_good_calls(tiny_published: Any, run: Run) -> None:
    """A good call exits with 0."""
    marks = tiny_published.root / "marks.csv"
    marks.write_text("student,cell,score,comment\n")

    for call in (["publish"], ["grade", "tiny"], ["mark", "tiny", "--from", marks], ["status"]):
        done = run(*call, place=tiny_published.root)
        assert (call, done.code, done.err) == (call, 0, "")
    assert run("--version", place=tiny_published.root).out.startswith("practicum, version ")


@pytest.mark.parametrize(
    "call",
    [["grade", "tiny"], ["mark", "tiny", "--from", "no.csv"]],
    ids=lambda call: call[0],
)
def test_failed_calls(tiny: Any, run: Run, call: list[str]) -> None:
    """A call that comes too early exits with 1 and names the command that comes first."""
    done = run(*call, place=tiny.root)

    assert (done.code, done.out) == (1, "")
    assert "practicum publish tiny" in " ".join(done.err.split())


def test_a_failed_proof(tiny: Any, run: Run) -> None:
    """A brief whose proof fails is not published: exit code 1, and nothing on standard output."""
    tiny.set_source("parts", "1 / 0")

    done = run("publish", "tiny", "--json", place=tiny.root)

    assert (done.code, done.out) == (1, "")
    assert "practicum: tiny: the solution fails in cell 3" in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("call", "keys"),
    [
        (["publish", "--json"], {"brief", "proofs", "points", "unchanged"}),
        (["publish", "tiny", "--json"], {"brief", "proofs", "points", "unchanged"}),
        (["grade", "tiny", "--json"], {"brief", "graded", "seconds"}),
        (["mark", "tiny", "--from", "marks.csv", "--json"], {"brief", "marks", "changed", "empty"}),
        (["status", "--json"], {"course", "title", "briefs", "next_steps"}),
        (["check", "--json"], {"problems", "warnings", "fine"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_json(tiny_published: Any, run: Run, call: list[str], keys: set[str]) -> None:
    """With --json, standard output is exactly one object on one line, and nothing else."""
    (tiny_published.root / "marks.csv").write_text("student,cell,score,comment\n")

    done = run(*call, place=tiny_published.root)

    (line,) = done.out.splitlines()
    assert set(json.loads(line)) == keys
    assert (done.code, done.err) == (0, "")


def test_a_mark_from_a_table(tiny_published: Any, run: Run, tmp_path: Path) -> None:
    """A bad row of a table of marks is told by its line, and none of the others is entered."""
    table = tmp_path / "marks.csv"
    table.write_text("student,cell,score\nada,advice,1\n")

    done = run("mark", "tiny", "--from", table, place=tiny_published.root)

    assert done.code == 2
    assert f"{table}:2: unknown submission 'ada'" in done.err.replace("\n", "")
