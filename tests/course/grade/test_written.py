"""Marks for written answers: a template to fill in, and the table that comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.errors import BadInput
from practicum.grade import grade, mark, marks_template

Desk = Any
PROBE = "probe"


@pytest.fixture
def desk(make_desk: Callable[..., Desk], probe_source: Any, unrun: None) -> Desk:
    """Ada's graded submission, whose written answers nobody has marked."""
    desk = make_desk(PROBE)
    desk.add_brief(PROBE, probe_source)
    desk.hand_in(PROBE, "ada", desk.answered())
    grade(desk.course, PROBE)
    return desk


def test_a_template_names_what_is_to_mark_and_comes_back(desk: Desk, tmp_path: Path) -> None:
    """The filled-in rows are entered, empty ones are left alone, and then no row is left."""
    table = tmp_path / "marks.csv"
    rows = marks_template(desk.course, PROBE, table)
    lines = table.read_text(encoding="utf-8").splitlines()
    assert rows == len(lines) - 1 > 0
    assert "ada,essay,," in lines

    untouched = mark(desk.course, PROBE, table)
    assert (untouched.marks, untouched.changed, untouched.empty) == (0, 0, rows)

    filled = [line.replace(",,", ",1,Short.") for line in lines]
    table.write_text("\n".join(filled) + "\n", encoding="utf-8")
    done = mark(desk.course, PROBE, table)
    assert (done.marks, done.changed, done.empty) == (rows, rows, 0)
    assert marks_template(desk.course, PROBE, tmp_path / "again.csv") == 0


def test_a_template_is_never_overwritten(desk: Desk, tmp_path: Path) -> None:
    """A table that may have been filled in stays as it is."""
    table = tmp_path / "marks.csv"
    table.write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match=r"marks\.csv: cannot be written"):
        marks_template(desk.course, PROBE, table)
    assert table.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_separate_as_they_like(desk: Desk, tmp_path: Path, delimiter: str) -> None:
    """Commas, semicolons and tabs are all read."""
    table = tmp_path / "marks.csv"
    rows = [("student", "cell", "score", "comment"), ("ada", "essay", "2.5", "Good.")]
    table.write_text("\n".join(delimiter.join(row) for row in rows), encoding="utf-8")
    report = mark(desk.course, PROBE, table)
    assert (report.marks, json.loads(report.model_dump_json())["changed"]) == (1, 1)
