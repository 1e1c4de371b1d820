"""What the demo's students hand in: the model solution, with one documented mistake."""

import ast
import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest

from practicum.demo import KINDS, Answers, hand_in
from practicum.demo.mistakes import read_answers, read_notebook
from practicum.demo.setting import BRIEFS
from practicum.errors import UnknownName

REPOSITORY = Path(__file__).parents[3]
IN_CODE = ("off-by-one", "wrong-column", "partial", "exception")
SAME_AS_RIGHT = ("right", "late")

Notebook = dict[str, Any]


class Case:
    """A brief's notebooks and its cohort's answers."""

    def __init__(self, brief: str) -> None:
        self.source: Notebook = read_notebook(REPOSITORY / "assignments" / brief / "brief.ipynb")
        self.release = copy.deepcopy(self.source)
        for cell in self.release["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                cell["source"] = "raise NotImplementedError()"
        self.answers: Answers = read_answers(REPOSITORY / "course" / "cohort" / f"{brief}.yml")

    def hand_in(self, kind: str) -> Notebook:
        """What a fair student of that kind hands in."""
        return hand_in(kind, "fair", release=self.release, source=self.source, answers=self.answers)


@pytest.fixture(scope="module", params=BRIEFS)
def case(request: pytest.FixtureRequest) -> Case:
    """Each sample brief in turn."""
    return Case(request.param)


def text_of(cell: Notebook) -> str:
    """A cell's text."""
    return "".join(cell["source"])


def by_name(notebook: Notebook) -> dict[str, str]:
    """The text of each named cell."""
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: text_of(cell)
        for cell in notebook["cells"]
        if "nbgrader" in cell["metadata"]
    }


def changed(one: Notebook, other: Notebook) -> set[str]:
    """The names of the cells whose text differs."""
    first, second = by_name(one), by_name(other)
    return {name for name in first | second if first.get(name) != second.get(name)}


@pytest.mark.parametrize("kind", KINDS)
def test_always_the_same(case: Case, kind: str) -> None:
    """A kind of submission is the same notebook each time, and nbformat can read it."""
    notebook = case.hand_in(kind)

    assert notebook == case.hand_in(kind)
    nbformat.validate(nbformat.from_dict(notebook))
    assert len(json.dumps(notebook)) < 2_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_no_marks_of_the_source(case: Case, kind: str) -> None:
    """No submission holds nbgrader's region marks or a canary in an answer."""
    for name, text in by_name(case.hand_in(kind)).items():
        if not name.startswith(("test-", "criterion-")):
            assert "BEGIN SOLUTION" not in text
            assert "canary" not in text


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in SAME_AS_RIGHT])
def test_a_mistake_is_made(case: Case, kind: str) -> None:
    """Every kind that is not right differs from what a right one hands in."""
    assert case.hand_in(kind)["cells"] != case.hand_in("right")["cells"]


def test_right_and_late_are_the_model_solution(case: Case) -> None:
    """Late differs from right in nothing but the time, and both answer every task."""
    right = case.hand_in("right")

    assert case.hand_in("late") == right
    assert not any("NotImplementedError" in text for text in by_name(right).values())


@pytest.mark.parametrize("kind", IN_CODE)
def test_a_mistake_in_code_is_in_one_cell(case: Case, kind: str) -> None:
    """A documented mistake changes the cell that it names, and no other; the code still parses."""
    mistake = case.answers.mistakes["stderr-free-exception" if kind == "exception" else kind]
    notebook = case.hand_in(kind)

    assert changed(notebook, case.hand_in("right")) == {mistake.cell}
    text = by_name(notebook)[mistake.cell]
    assert mistake.replace in text
    ast.parse(text)
    assert mistake.why
    assert mistake.earns < 50


def test_empty_is_the_release(case: Case) -> None:
    """Who hands in nothing hands in the release as it came."""
    assert case.hand_in("empty") == case.release


def test_half_done_leaves_the_rest(case: Case) -> None:
    """The first half of the tasks is solved, the second is as it came."""
    right, half = by_name(case.hand_in("right")), by_name(case.hand_in("half-done"))
    came = by_name(case.release)
    tasks = [name for name in right if right[name] != came[name]]
    left = [name for name in tasks if half[name] != right[name]]

    assert 0 < len(left) < len(tasks)
    assert all(half[name] == came[name] for name in left)


def test_one_cell_cannot_be_parsed(case: Case) -> None:
    """A syntax error spoils one cell."""
    (name,) = changed(case.hand_in("syntax-error"), case.hand_in("right"))

    with pytest.raises(SyntaxError):
        ast.parse(by_name(case.hand_in("syntax-error"))[name])


def test_cells_are_missing_and_doubled(case: Case) -> None:
    """One student deletes a test cell, another copies a cell with its name."""
    right = case.hand_in("right")
    (missing,) = by_name(right).keys() - by_name(case.hand_in("missing-cell")).keys()
    doubled = Counter(
        cell["metadata"].get("nbgrader", {}).get("grade_id")
        for cell in case.hand_in("duplicated-cell")["cells"]
    )

    assert missing.startswith("test-")
    del doubled[None]
    assert sorted(doubled.values())[-2:] == [1, 2]
    ids = [cell["id"] for cell in case.hand_in("duplicated-cell")["cells"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("kind", "trace"),
    [
        ("endless-loop", "while count > 0:"),
        ("output-flood", "print(row, 'x' * 94)"),
        ("reads-solution", "gradebook.db"),
    ],
)
def test_trouble_is_in_one_cell(case: Case, kind: str, trace: str) -> None:
    """A loop, a flood and a look for the solution are each in one cell that parses."""
    (name,) = changed(case.hand_in(kind), case.hand_in("right"))
    text = by_name(case.hand_in(kind))[name]

    assert trace in text
    ast.parse(text)


def test_an_unknown_kind(case: Case) -> None:
    """A kind that is not documented is refused, with the nearest one."""
    with pytest.raises(UnknownName, match="unknown kind of submission 'of-by-one': did you mean"):
        case.hand_in("of-by-one")


def test_a_mistake_that_does_not_fit(case: Case) -> None:
    """When the model solution has changed, a mistake that no longer fits is named."""
    mistake = case.answers.mistakes["off-by-one"].model_copy(update={"find": "not there"})
    answers = case.answers.model_copy(update={"mistakes": {"off-by-one": mistake}})

    with pytest.raises(
        ValueError, match=f"off-by-one: 'not there' is not in cell '{mistake.cell}'"
    ):
        hand_in("off-by-one", "fair", release=case.release, source=case.source, answers=answers)
