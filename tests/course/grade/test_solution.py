"""The solution that runs with a batch: who waits for it, and what it tells of the tests."""

from __future__ import annotations

import json
from typing import Any

from practicum.execution import Executed, Judged
from practicum.grade.solution import SOLUTION, Solution, after_solution
from practicum.grade.sureness import findings_of, held, standing_of
from practicum.gradebook import AnswerKey, AutoScore, KeyCell, Restored
from practicum.judge import Verdict

ABOUT = {"grade_id": "test", "grade": True, "solution": False, "locked": True, "points": 2}
KEY = AnswerKey(
    brief="tiny",
    notebook="brief",
    kernelspec_json="{}",
    cells=(KeyCell(id="test", cell_type="code", source="", metadata_json=json.dumps(ABOUT)),),
)


def _executed(name: str, *outputs: dict[str, Any], verdict: Verdict | None = None) -> Executed:
    cell = {
        "cell_type": "code",
        "source": "",
        "metadata": {"nbgrader": ABOUT},
        "outputs": list(outputs),
    }
    judged = {} if verdict is None else {"test": Judged(verdict)}
    text = json.dumps({"cells": [cell], "metadata": {}})
    return Executed(name, text, 0.1, judged=judged)


ERROR = {"output_type": "error", "ename": "KeyError", "evalue": "", "traceback": []}


def test_who_is_quicker_waits_for_the_solution() -> None:
    """An outcome that comes before the solution's is yielded after it, with what it told."""
    outcomes = [_executed("ada"), _executed(SOLUTION, ERROR), _executed("bo")]
    joined = [*after_solution(KEY, outcomes, expected=True)]
    assert [executed.name for executed, _ in joined] == ["ada", "bo"]
    assert all(solution.fails == {"test": "0 of 2 points"} for _, solution in joined)


def test_without_a_solution_nobody_waits() -> None:
    """Where no solution is at hand each outcome is yielded at once."""
    taken = []

    def outcomes() -> Any:
        for name in ("ada", "bo"):
            taken.append(name)
            yield _executed(name)

    joined = after_solution(KEY, outcomes(), expected=False)
    assert next(joined)[0].name == "ada"
    assert taken == ["ada"]


def test_a_test_that_the_solution_fails_is_a_finding_for_who_failed_it() -> None:
    """A right answer that fails here is told to all who lost the points, and to nobody else."""
    solution = Solution.of(KEY, _executed(SOLUTION, ERROR))
    for score, kinds in ((0.0, ["solution"]), (2.0, [])):
        scores = (AutoScore("test", score, no_response=False),)
        found = findings_of(Restored("", ()), _executed("ada"), scores, {}, solution)
        assert [finding.kind for finding in found] == kinds


def test_a_contradicted_mark_waits_for_a_person() -> None:
    """Full points in place and a failure at the judge: the score stays, and has to be confirmed."""
    executed = _executed("ada", verdict=Verdict("failed", "AssertionError"))
    scores = (AutoScore("test", 2.0, no_response=False),)
    standing = standing_of(KEY, scores, executed)
    (score,) = held(scores, standing)
    assert (score.score, score.contradicted) == (2.0, True)
    (finding,) = findings_of(Restored("", ()), executed, scores, standing, Solution())
    assert finding.kind == "contradicted"


def test_an_unproved_mark_is_told_where_the_solutions_is_proved() -> None:
    """What cannot cross is told only of a test in which the solution's values could."""
    unsure = _executed("ada", verdict=Verdict("uncrossable", "a figure"))
    scores = (AutoScore("test", 2.0, no_response=False),)
    standing = standing_of(KEY, scores, unsure)
    solved = Solution.of(KEY, _executed(SOLUTION, verdict=Verdict("passed")))
    assert solved.proved == {"test"}
    for solution, kinds in ((solved, ["unproved"]), (Solution(), [])):
        found = findings_of(Restored("", ()), unsure, scores, standing, solution)
        assert [finding.kind for finding in found] == kinds


def test_a_fault_of_the_solutions_run_tells_nothing() -> None:
    """When the solution could not be run, no test is called wrong."""
    assert Solution.of(KEY, Executed(SOLUTION, "", 0.0, "no kernel")) == Solution()
