from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from practicum.cli.main import practicum
from practicum.records import Finding
from practicum.release import ReleaseReport


def _report(**changes: Any) -> ReleaseReport:
    fields: dict[str, Any] = {
        "brief": "first-steps",
        "released": ("ada",),
        "unchanged": ("bob",),
        "marks_file": Path("marks.csv"),
        "feedback_folder": Path("feedback"),
    }
    return ReleaseReport(**(fields | changes))


@pytest.fixture
def run(desk: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command in a course, with a report instead of the verb."""

    def invoke(report: ReleaseReport, *arguments: str) -> Any:
        asked: dict[str, Any] = {}

        def release(_course: object, brief: str, **named: Any) -> ReleaseReport:
            asked.update(named, brief=brief)
            return report

        monkeypatch.setattr("practicum.release.release", release)
        command = ["release", "first-steps", "--course", str(desk.course.root), *arguments]
        result = CliRunner().invoke(practicum, command, standalone_mode=False)
        return result, asked

    return invoke


def test_a_release_of_all_exits_with_0(run: Any) -> None:
    """The table counts who was given a page, and names the files."""
    result, asked = run(_report())
    assert result.return_value == 0
    assert "given a new page" in result.output
    assert "marks.csv" in result.output
    assert asked["students"] is None
    assert asked["partial"] is False


def test_somebody_left_out_exits_with_1(run: Any) -> None:
    """With --partial the rest is listed, and the exit code says that it is not all."""
    result, asked = run(_report(left_out=("zoe: x is missing: [do] it",)), "--partial")
    assert result.return_value == 1
    assert "left out: zoe: x is missing: [do] it" in result.output
    assert asked["partial"] is True


def test_findings_are_shown(run: Any) -> None:
    """An output that showed a hidden test is named with its student and cell."""
    finding = Finding(cell="cell 3", kind="hidden-test-shown", message="ask", student="eve")
    result, _ = run(_report(findings=(finding,)), "--student", "eve")
    assert "look at: eve, cell 3: ask" in result.output


def test_json_is_one_object(run: Any) -> None:
    """With --json there is one JSON object on standard output and nothing else."""
    result, _ = run(_report(not_handed_in=("zoe",)), "--json")
    said = json.loads(result.stdout)
    assert said["released"] == ["ada"]
    assert said["not_handed_in"] == ["zoe"]
