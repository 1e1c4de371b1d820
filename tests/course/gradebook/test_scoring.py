"""nbgrader's rules for a mark, and a finding wherever they surprise."""

from typing import Any

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from practicum.gradebook import AutoScore, score_cells

v4 = nbformat.v4


def executed(*outputs: Any, source: str = "check()", **about: Any) -> str:
    """A notebook of one executed test cell for 4 points with these outputs."""
    nbgrader = {
        "schema_version": 3,
        "grade_id": "test",
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": 4,
    } | about
    metadata = {"nbgrader": nbgrader}
    if about.get("task") or source == "text":
        cell = v4.new_markdown_cell(source, metadata=metadata)
    else:
        cell = v4.new_code_cell(source, metadata=metadata)
    if about.get("checksum") == "same":
        cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    if cell.cell_type == "code":
        cell.outputs = list(outputs)
    return str(nbformat.writes(v4.new_notebook(cells=[cell])))


def result(text: str) -> Any:
    """The output of a last expression."""
    return v4.new_output("execute_result", data={"text/plain": text}, execution_count=1)


def stream(name: str, text: str) -> Any:
    """Printed text."""
    return v4.new_output("stream", name=name, text=text)


def error(ename: str = "AssertionError") -> Any:
    """A raised exception."""
    return v4.new_output("error", ename=ename, evalue="", traceback=[])


def scored(*outputs: Any, **about: Any) -> AutoScore:
    """The score of the only cell."""
    (score,) = score_cells(executed(*outputs, **about))
    return score


@pytest.mark.parametrize(
    ("outputs", "points"),
    [
        ([], 4),
        ([stream("stdout", "fine")], 4),
        ([error()], 0),
        ([result("3")], 3),
        ([result("0.25")], 0.25),
        ([result("0")], 0),
        ([result("4.0")], 4),
        ([stream("stdout", "so far"), result("2")], 2),
    ],
    ids=str,
)
def test_plain_marks(outputs: list[Any], points: float) -> None:
    """Silence is full marks, an error none, a number that number; there is nothing to look at."""
    assert scored(*outputs) == AutoScore("test", points, no_response=False)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("-1", "the partial credit is -1, which nbgrader counts as 4 points"),
        ("-inf", "the partial credit is -inf, which nbgrader counts as 4 points"),
        ("nan", "the partial credit is nan, which nbgrader counts as 4 points"),
        ("True", "the last expression is True, which nbgrader counts as full marks"),
        ("'well done'", "the last expression is 'well done', which nbgrader counts as full"),
    ],
)
def test_surprising_full_marks(text: str, finding: str) -> None:
    """A last expression that is no partial credit keeps nbgrader's full marks, with a finding."""
    score = scored(result(text))

    assert score.score == 4
    assert score.finding.startswith(finding)


@pytest.mark.parametrize(
    ("text", "points"), [("np.float64(2.0)", 2), ("np.int64(3)", 3), ("np.float32(0.5)", 0.5)]
)
def test_a_number_of_numpys(text: str, points: float) -> None:
    """NumPy's way to write a number is that number; nbgrader, which counts it full, is named."""
    score = scored(result(text))

    assert score.score == points
    assert score.finding == f"the partial credit is {text}, which nbgrader counts as full marks"


@pytest.mark.parametrize("text", ["4.5", "1e9", "inf", "100", "np.float64(4.5)"])
def test_above_the_maximum(text: str) -> None:
    """More than the maximum, which fails a whole submission in nbgrader, is left to a person."""
    score = scored(result(text))

    assert score.score is None
    assert score.finding.startswith("no score: partial credit cannot be greater")


def test_a_result_without_text() -> None:
    """A last expression that shows no text is left to a person."""
    picture = v4.new_output("execute_result", data={"image/png": "aaaa"}, execution_count=1)

    score = scored(picture)

    assert score.score is None
    assert score.finding.startswith("no score: ")


def test_standard_error_costs_all_points() -> None:
    """A warning on stderr makes a test 0, as in nbgrader, and its text is the finding."""
    score = scored(stream("stderr", "old: DeprecationWarning\nmore\n"), result("4"))

    assert score.score == 0
    assert score.finding == "text on stderr made this test 0: old: DeprecationWarning"


@pytest.mark.parametrize(
    ("ename", "finding"),
    [
        ("DeadKernelError", "the kernel died before this test had run"),
        ("CellTimeoutError", "this test ran out of time"),
        ("AssertionError", ""),
    ],
)
def test_why_a_test_failed(ename: str, finding: str) -> None:
    """A test that could not run is told from one that failed."""
    assert scored(error(ename)) == AutoScore("test", 0, no_response=False, finding=finding)


@pytest.mark.parametrize("source", ["code()", "text"])
@pytest.mark.parametrize(
    "output", [None, result("-1"), result("nan"), stream("stderr", "oh"), error()], ids=str
)
def test_answers_are_left_to_a_person(source: str, output: Any) -> None:
    """An answer that a person marks, code or text, has no automatic mark and no finding."""
    outputs = [output] if output else []

    assert scored(*outputs, source=source, solution=True) == AutoScore(
        "test", None, no_response=False
    )


@pytest.mark.parametrize("source", ["code()", "text"])
def test_an_answer_left_as_it_came(source: str) -> None:
    """An answer left as it came is 0 points by nbgrader's rule, whatever it printed."""
    output = stream("stderr", "not implemented")

    assert scored(output, source=source, solution=True, checksum="same") == AutoScore(
        "test", 0, no_response=True
    )


def test_a_solution_left_as_it_came() -> None:
    """A solution cell earns nothing itself, but says that it was left as it came."""
    assert scored(grade=False, solution=True, checksum="same").no_response
    assert not scored(grade=False, solution=True, checksum="0" * 32).no_response


def test_a_task_is_left_to_a_person() -> None:
    """A criterion's task cell has no automatic mark."""
    assert scored(grade=False, task=True) == AutoScore("test", None, no_response=False)


def test_an_answer_that_ran_out_of_time_is_a_finding() -> None:
    """An endless loop in an answer is named, although the answer itself carries no points."""
    error = v4.new_output("error", ename="CellTimeoutError", evalue="", traceback=[])

    (score,) = score_cells(executed(error, grade=False, solution=True, locked=False))

    assert (score.score, score.finding) == (None, "this cell ran out of time")
