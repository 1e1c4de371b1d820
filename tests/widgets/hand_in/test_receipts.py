"""Receipts: of what they are, that they are true, and that they never make the file too large."""

from __future__ import annotations

import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.widgets.hand_in.conftest import Fill, Notebook, cell, write

from practicum.demo.mistakes import read_notebook
from practicum.errors import BadInput, ExchangeFailed, NotSaved
from practicum.internship import HandedFile, HandIn, Internship, internship_text, read_internship
from practicum_widgets import Desk
from practicum_widgets import HandIn as Widget
from practicum_widgets.hand_in import packing, submitting
from practicum_widgets.hand_in.packing import handed_files
from practicum_widgets.sidecar import Sidecar

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
SURE = {"confirmed": True}


def _receipt(number: int, files: int) -> HandIn:
    listed = tuple(
        HandedFile(name=f"data/a-rather-long-name-of-a-file-{n}.csv", size=9, sha256="0" * 64)
        for n in range(files)
    )
    at = NOW + timedelta(minutes=number)
    return HandIn(id=f"r{number}", at=at, way="zip", sha256="0" * 64, files=listed)


def test_any_number_of_hand_ins_can_be_kept() -> None:
    """Hundreds of hand-ins of hundreds of files fit into the file; the newest is whole."""
    internship = Internship(brief="first-steps")
    for number in range(250):
        internship = submitting.with_receipt(internship, _receipt(number, 700))

    kept = read_internship(internship_text(internship).encode()).hand_ins

    assert [entry.id for entry in kept] == [f"r{number}" for number in range(150, 250)]
    assert [len(entry.files) for entry in kept[-5:]] == [0, 700, 700, 700, 700]


def test_the_zip_holds_the_file_as_it_is_on_the_disk(solved: Fill) -> None:
    """The student's file in the zip is the one on the disk, receipt and all."""
    desk = solved()
    Widget(desk).do("pack", {"id": "a"} | SURE)

    own = desk.sidecar.file
    with zipfile.ZipFile(desk.folder / desk.sidecar.read().hand_ins[0].place) as archive:
        packed = archive.read(f"first-steps/{own.name}")

    assert packed == own.read_bytes()
    assert [entry.id for entry in read_internship(packed).hand_ins] == ["a"]


def test_no_zip_without_its_receipt(solved: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the receipt cannot be written the zip goes again."""
    desk = solved()

    def full(*_: object) -> None:
        message = "the disk is full: make room"
        raise NotSaved(message)

    monkeypatch.setattr(Sidecar, "_write", full)
    with pytest.raises(NotSaved, match="the disk is full"):
        Widget(desk).do("pack", {"id": "a"} | SURE)

    assert not list(desk.folder.glob("*.zip"))
    assert not desk.sidecar.file.exists()


def test_asked_twice_is_handed_in_once(solved: Fill) -> None:
    """The same hand-in, asked for again, makes no second zip and no second receipt."""
    desk = solved()
    submitting.make_zip(desk, "a", NOW)
    submitting.make_zip(desk, "a", NOW + timedelta(seconds=5))

    assert len(list(desk.folder.glob("*.zip"))) == 1
    assert len(desk.sidecar.read().hand_ins) == 1


def test_a_receipt_that_cannot_be_taken_back(solved: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nbgrader says no and the receipt stays, the student is told that it does not count."""
    desk = solved()

    def refuse(*_: str, folder: Path) -> str:
        monkeypatch.setattr(Sidecar, "change", full)
        message = f"nbgrader submit says: no course here ({folder.name})"
        raise ExchangeFailed(message)

    def full(*_: object) -> None:
        message = "the disk is full: make room"
        raise NotSaved(message)

    monkeypatch.setattr(submitting, "nbgrader", refuse)
    with pytest.raises(
        ExchangeFailed, match=r"no course here.*Nothing was handed in.*disk is full"
    ):
        submitting.submit(desk, "a", NOW)


def test_another_folder_is_not_handed_in(solved: Fill) -> None:
    """A folder that was renamed, which nbgrader would not find, is named with its old name."""
    desk = solved()
    renamed = desk.folder.rename(desk.folder.with_name("my work"))

    with pytest.raises(BadInput, match="rename 'my work' so"):
        Widget(renamed).do("submit", {"id": "a"} | SURE)

    assert Desk.here(renamed).sidecar.read().hand_ins == ()


def test_an_old_file_can_be_packed(solved: Fill) -> None:
    """A file with a date that no zip can hold is packed all the same."""
    desk = solved()
    os.utime(desk.folder / "data" / "SOURCE.md", (0, 0))

    submitting.make_zip(desk, "a", NOW)

    assert desk.sidecar.read().hand_ins[0].id == "a"


@pytest.mark.parametrize("name", [b"two  spaces.csv", b"no\xffutf.csv", b"turn\xe2\x80\xae.csv"])
def test_a_name_that_no_receipt_can_hold(desk: Desk, name: bytes) -> None:
    """A file whose name would be changed on its way is named, and to be renamed."""
    file = os.path.join(os.fsencode(desk.folder), name)  # noqa: PTH118 (bytes, which no Path takes)
    with open(file, "w", encoding="utf-8"):  # noqa: PTH123 (see above)
        pass

    with pytest.raises(BadInput, match="cannot be handed in: rename it"):
        handed_files(desk)


def test_too_many_files(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is left out in silence: beyond the limit nothing is handed in."""
    monkeypatch.setattr(packing, "MOST", 2)

    with pytest.raises(BadInput, match="more than 2 files lie in first-steps"):
        handed_files(desk)


def test_feedback_is_left_out_and_data_of_that_name_is_not(desk: Desk) -> None:
    """The folder that nbgrader puts feedback in is left out; a folder of data is handed in."""
    for place in ("feedback/1", "data/feedback"):
        (desk.folder / place).mkdir(parents=True)
        (desk.folder / place / "x.csv").write_text("x")

    names = [file.name for file in handed_files(desk)]

    assert "data/feedback/x.csv" in names
    assert "feedback/1/x.csv" not in names


def test_a_second_hand_in_counts_the_cells(solved: Fill) -> None:
    """The newest receipt says how many cells are different; without a copy it says nothing."""
    desk = solved()
    widget = Widget(desk)
    widget.do("pack", {"id": "a"} | SURE)

    def change(notebook: Notebook) -> None:
        cell(notebook, "bird-counts")["source"] = "counts = 1"
        cell(notebook, "reflection")["source"] = "I learned a lot."
        notebook["cells"].pop(0)

    first = desk.folder / desk.sidecar.read().hand_ins[0].place
    kept = first.rename(first.with_name("first.zip"))
    desk.sidecar.change(
        lambda internship: internship.model_copy(
            update={"hand_ins": (internship.hand_ins[0].model_copy(update={"place": kept.name}),)}
        )
    )
    write(desk, read_notebook(desk.folder / "brief.ipynb"), change)
    widget.do("pack", {"id": "b"} | SURE)
    newest, older = widget.view["receipts"]

    assert (newest["id"], newest["changes"]["changed"]) == ("b", ["brief.ipynb"])
    assert newest["cells"] == 3
    assert older["cells"] is None


def test_a_copy_that_is_not_the_one_counts_nothing(solved: Fill) -> None:
    """A zip with another notebook than the receipt tells is no copy of it."""
    desk = solved()
    submitting.make_zip(desk, "a", NOW)
    place = desk.folder / desk.sidecar.read().hand_ins[0].place
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("first-steps/brief.ipynb", json.dumps({"cells": []}))
    write(desk, read_notebook(desk.folder / "brief.ipynb"), lambda n: n["cells"].pop(0))
    submitting.make_zip(desk, "b", NOW + timedelta(minutes=1))

    assert Widget(desk).view["receipts"][0]["cells"] is None
