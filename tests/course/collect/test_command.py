"""The command `practicum collect`, with the real records."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.cli import main
from practicum.course import Course

Bytes = Callable[..., bytes]


def run(capsys: Any, course: Course, *arguments: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it printed."""
    with pytest.raises(SystemExit) as stopped:
        main(["collect", *arguments, "--course", str(course.root)])
    printed = capsys.readouterr()
    return int(stopped.value.code or 0), printed.out, printed.err


def test_into_the_records(course: Course, export: Path, make_notebook: Bytes, capsys: Any) -> None:
    """What is collected is in the records; a second run is unchanged."""
    pytest.importorskip("sqlalchemy")
    from practicum.records import Records

    (export / "ada.ipynb").write_bytes(make_notebook())
    at = ("--received-at", "2027-02-01T12:00:00")
    code, out, _ = run(capsys, course, "first-steps", "--from", str(export), *at)
    assert code == 0
    assert "first-steps: 1 collected, 0 unchanged, 0 refused" in out
    assert "nothing yet from: ada_l, grace" in out
    with Records(course.records_url) as records:
        receipt = records.receipt("first-steps", "ada")
    assert receipt is not None
    assert receipt.received_at.isoformat() == "2027-02-01T11:00:00+00:00"
    assert receipt.source == "export export"
    code, out, _ = run(capsys, course, "first-steps", "--from", str(export), "--json")
    assert code == 0
    assert json.loads(out)["entries"][0]["outcome"] == "unchanged"
    with Records(course.records_url) as records:
        assert [entry.action for entry in records.audit()] == ["receive"]


def test_refused_exits_with_1(
    course: Course, export: Path, make_notebook: Bytes, capsys: Any
) -> None:
    """When a submission is refused the exit code is 1, and names cannot forge the output."""
    pytest.importorskip("sqlalchemy")
    (export / "ada.ipynb").write_bytes(make_notebook())
    (export / "[red]x\x1b[2J.ipynb").write_bytes(make_notebook())
    code, out, _ = run(capsys, course, "first-steps", "--from", str(export))
    assert code == 1
    assert "\x1b[2J" not in out
    assert "[red]x" in out
    assert "1 collected, 0 unchanged, 1 refused" in out


def test_bad_input_exits_with_2(course: Course, export: Path, capsys: Any) -> None:
    """A time, pattern or brief that cannot be used exits with 2 and says why."""
    for arguments, message in (
        (("first-steps", "--received-at", "soon"), "is no time"),
        (("first-steps", "--from", str(export), "--pattern", "("), "no regular expression"),
        (("first-step",), "did you mean 'first-steps'?"),
        (("first-steps",), "practicum publish first-steps"),
    ):
        code, _, err = run(capsys, course, *arguments)
        assert code == 2
        assert message in " ".join(err.split())


def test_lines_do_not_wrap(course: Course, export: Path, make_notebook: Bytes, capsys: Any) -> None:
    """What is refused is told on a line of its own, whole, however narrow the window is."""
    pytest.importorskip("sqlalchemy")
    name = "Somebody Whose Name Is Rather Long_123456_assignsubmission_file_"
    (export / name).mkdir()
    (export / name / "brief.ipynb").write_bytes(make_notebook())
    _, out, _ = run(capsys, course, "first-steps", "--from", str(export))
    (line,) = (line for line in out.splitlines() if line.startswith("refused: "))
    assert line.startswith(f"refused: {name}: nobody in the roster is called 'Somebody")
    assert line.endswith("or tell --pattern")
