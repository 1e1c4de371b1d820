"""``practicum moderate BRIEF --reliability``: a table to read, JSON, and words for too little."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from practicum.records import Assessment, Records

Run = Callable[..., Any]

RITA = "  - {id: rita, name: Rita Reviewer, employer: Tiny Trust, briefs: [tiny]}\n"
HUGO = "  - {id: hugo, name: 'Hugo [b]', employer: Tiny Trust, briefs: [tiny]}\n"


@pytest.fixture
def rated(tiny: Any) -> Callable[[int], Any]:
    """Return what lets two reviewers rate so many submissions: Rita a level more than Hugo."""
    tiny.rewrite("course/roster.yml", RITA, RITA + HUGO)

    def rate(count: int) -> Any:
        at = datetime(2027, 2, 2, tzinfo=UTC)
        with Records(tiny.course.records_url) as records:
            records.assess_all(
                Assessment(
                    brief="tiny",
                    student=f"s{place:02}",
                    criterion="sound",
                    reviewer=reviewer,
                    level=place % 3 + more,
                    at=at,
                )
                for place in range(count)
                for reviewer, more in (("hugo", 0), ("rita", 1))
            )
        return tiny

    return rate


def reliability(run: Run, place: Any, *more: str) -> Any:
    """Run the command on the tiny brief."""
    return run("moderate", "tiny", "--reliability", *more, place=place.root)


def test_a_table_is_shown(rated: Any, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures with intervals and words, who gives more, and the levels; nothing is changed."""
    monkeypatch.setenv("COLUMNS", "100")
    tiny = rated(12)
    with Records(tiny.course.records_url) as records:
        code = records.blind_code("tiny", "s01")
    before = tiny.state()

    done = reliability(run, tiny)

    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[0] == "tiny: 2 reviewers, 12 submissions, on the employer's criteria."
    assert "All criteria together: 12 items with two reviewers or more" in lines
    assert "Sound (sound): 12 items with two reviewers or more" in lines
    assert "Clear (clear): too few to say: 0 items with two reviewers, 5 are needed" in lines
    exact = "exact agreement 0.00 0.00 to 0.24 reviewers gave the same level in 0 of 12 cases"
    assert lines.count(exact) == 2
    assert (
        "(95%: on other work, if the same reviewers judge it; others may be further apart)" in lines
    )
    assert "independent" not in done.out
    said = "levels more than the others on the same work"
    assert f"Rita Reviewer (rita): gives 1.0 {said}" in lines
    assert f"Hugo [b] (hugo): gives 1.0 {said.replace('more', 'less')}" in lines
    assert f"{code} 1.5 -> 1.5" in lines
    assert tiny.state() == before


def test_too_few_are_told_in_words(rated: Any, run: Run) -> None:
    """Of three submissions nothing is said, and the exit code is that of success."""
    done = reliability(run, rated(3))

    assert (done.code, done.err) == (0, "")
    assert "95%" not in done.out
    for line in (
        "All criteria together: too few to say: 3 submissions with two reviewers, 5 are needed",
        "Sound (sound): too few to say: 3 items with two reviewers, 5 are needed",
        "Rita Reviewer (rita): too few to say: 3 submissions shared, 10 are needed",
        "Levels without severity: too few to say.",
    ):
        assert line in done.out.splitlines()


def test_nothing_assessed_yet(tiny: Any, run: Run) -> None:
    """Before anybody has assessed anything, it says so."""
    done = reliability(run, tiny)

    assert (done.code, done.err) == (0, "")
    assert "tiny: 0 reviewers, 0 submissions" in done.out
    assert "too few to say" in done.out


def test_a_machine_reads_it(rated: Any, run: Run) -> None:
    """With --json it is one object on one line."""
    done = reliability(run, rated(12), "--json")

    assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
    report = json.loads(done.out)
    assert (report["brief"], report["n_submissions"]) == ("tiny", 12)
    assert [one["criterion"] for one in report["criteria"]] == ["sound", "clear"]
    figures = {one["name"]: one for one in report["criteria"][0]["figures"]}
    assert (figures["exact agreement"]["value"], figures["adjacent agreement"]["value"]) == (0, 1)
    assert [one["name"] for one in report["severity"]] == ["Hugo [b]", "Rita Reviewer"]
    assert report["adjusted"][0].keys() == {"item", "criterion", "given", "adjusted"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tinny"], "unknown brief 'tinny': did you mean 'tiny'?"),
        ([], "--reliability wants a brief alone"),
        (["tiny", "ada"], "--reliability wants a brief alone"),
        (["tiny", "--level", "0"], "--reliability wants a brief alone"),
        (["tiny", "--by", "ines"], "--reliability wants a brief alone"),
    ],
)
def test_bad_calls_exit_with_2(tiny: Any, run: Run, arguments: list[str], message: str) -> None:
    """An unknown brief, none, or half a decision beside it is refused."""
    done = run("moderate", *arguments, "--reliability", place=tiny.root)

    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_without_numpy_it_names_the_extra(
    rated: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where NumPy is not installed, the message is the command that installs it."""
    tiny = rated(12)
    monkeypatch.setitem(sys.modules, "numpy", None)

    done = reliability(run, tiny)

    assert (done.code, done.out) == (2, "")
    assert "this needs numpy" in done.err
    assert "pip install 'practicum[grading]'" in done.err
