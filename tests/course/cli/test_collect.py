"""``practicum collect`` takes in what students ask and how they rate, after the submissions."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from practicum.internship import Internship, Message, Supervision, internship_text
from practicum.records import Records

Run = Callable[..., Any]
CANARY = "canary-of-the-rating"


@pytest.fixture
def export(tiny_published: Any, tmp_path: Path) -> Path:
    """An LMS's export in which Ada hands in the notebook and the file of her desk."""
    folder = tmp_path / "export" / "ada"
    folder.mkdir(parents=True)
    shutil.copy(tiny_published.course.station("release", brief="tiny") / "brief.ipynb", folder)
    at = datetime(2026, 2, 1, tzinfo=UTC)
    kept = Internship(
        brief="tiny",
        messages=(Message(id="k1", text="May I?", at=at), Message(id="k2", text="How?", at=at)),
        supervision=Supervision(words=CANARY),
    )
    (folder / "tiny.internship.json").write_text(internship_text(kept), encoding="utf-8")
    return folder.parent


def test_questions_come_with_the_submission(tiny_published: Any, run: Run, export: Path) -> None:
    """The instructor is told how many questions there are, and nothing of any rating."""
    done = run("collect", "tiny", "--from", export, place=tiny_published.root)

    assert (done.code, done.err) == (0, "")
    assert "note: 2 new questions for the employer" in done.out
    assert CANARY not in done.out
    assert "rating" not in done.out
    with Records(tiny_published.course.records_url) as records:
        assert [said.text for said in records.messages("tiny", "ada")] == ["May I?", "How?"]
        assert [one.rating.words for one in records.ratings("tiny")] == [CANARY]

    again = run("collect", "tiny", "--from", export, place=tiny_published.root)
    assert (again.code, "question" in again.out) == (0, False)


def test_machines_get_the_report_alone(tiny_published: Any, run: Run, export: Path) -> None:
    """With --json the object is that of the submissions; the note stands beside it."""
    done = run("collect", "tiny", "--from", export, "--json", place=tiny_published.root)

    assert [entry["outcome"] for entry in json.loads(done.out)["entries"]] == ["collected"]
    assert done.err == "note: 2 new questions for the employer\n"


def test_an_unreadable_file_is_named_and_costs_nothing(
    tiny_published: Any, run: Run, export: Path
) -> None:
    """Where the file of the desk is no file, the student is named; the submission is in."""
    folder = tiny_published.course.station("submitted", student="bob", brief="tiny")
    folder.mkdir(parents=True)
    os.mkfifo(folder / "tiny.internship.json")

    done = run("collect", "tiny", "--from", export, place=tiny_published.root)

    assert done.code == 0
    assert "1 collected" in done.out
    assert "the file of the student's desk cannot be read, and was left alone: bob" in done.out


def test_trouble_with_the_records_takes_nothing_back(
    tiny_published: Any, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where questions cannot be kept, one line says so, and the submissions are collected."""
    from click.testing import CliRunner

    from practicum.cli.collect import command
    from practicum.errors import Busy
    from practicum.review import taking_in

    def locked(*_: object) -> None:
        raise Busy("the records are locked")

    monkeypatch.setattr(taking_in, "take_in", locked)
    arguments = ["tiny", "--from", str(export), "--course", str(tiny_published.root)]
    done = CliRunner().invoke(command, arguments, standalone_mode=False)

    assert done.return_value == 0
    assert "1 collected" in done.output
    assert (
        "students' questions were not taken in (the records are locked): "
        "run `practicum collect tiny` again"
    ) in done.output
