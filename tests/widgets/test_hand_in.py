"""Check and hand in: what is open is named, and what is handed in is proved by a receipt."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.widgets.conftest import REPOSITORY, Lay

from practicum.briefs import Brief
from practicum.demo.mistakes import read_notebook
from practicum.errors import BadInput, CheckFailed, ExchangeFailed, NotSaved
from practicum_widgets import Desk, HandIn
from practicum_widgets.hand_in.findings import in_notebook
from practicum_widgets.hand_in.packing import changes_between, handed_files, receipt

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
SOLUTION = REPOSITORY / "assignments" / "first-steps"
Notebook = dict[str, Any]


def _write(desk: Desk, change: Callable[[Notebook], None] = lambda _: None) -> None:
    """Lay the solved notebook and the data onto a desk, changed as a student would."""
    notebook = read_notebook(SOLUTION / "brief.ipynb")
    change(notebook)
    (desk.folder / "brief.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    shutil.copytree(SOLUTION / "data", desk.folder / "data", dirs_exist_ok=True)


def _cell(notebook: Notebook, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )
    return found


def _spoil(notebook: Notebook) -> None:
    """One wrong answer, one left as it came, one written too short, one cell deleted."""
    _cell(notebook, "bird-counts")["source"] = "counts = 3"
    _cell(notebook, "mean-mass")["source"] = "# YOUR CODE HERE\nraise NotImplementedError()"
    _cell(notebook, "recommendation")["source"] = "Visit Biscoe and Dream."
    notebook["cells"].remove(_cell(notebook, "criterion-chart"))


@pytest.mark.slow
def test_a_solved_notebook_has_nothing_grave(desk: Desk) -> None:
    """All visible tests of the solution pass; what is left are reminders of the own file."""
    _write(desk)
    widget = HandIn(desk)

    found = widget.check()

    assert (found.tests, found.passed, found.grave) == (5, 5, 0)
    assert found.findings == ()
    widget.refresh()
    told = widget.view["checked"]["findings"]
    assert [key for key, _, _ in told] == ["no_hours", "no_goals", "not_judged"]


@pytest.mark.slow
def test_what_is_open_is_named(desk: Desk) -> None:
    """A failing test, code and words that are missing, a deleted cell: each by name and place."""
    _write(desk, _spoil)
    before = (desk.folder / "brief.ipynb").read_bytes()
    widget = HandIn(desk)

    found = widget.check()

    keys = {(finding.key, finding.about.get("cell", "")) for finding in found.findings}
    assert ("test_fails", "test-bird-counts") in keys
    assert ("no_code", "mean-mass") in keys
    assert ("cell_missing", "criterion-chart") in keys
    assert ("cell_fails", "mean-mass") not in keys
    failing = next(f for f in found.findings if f.about.get("cell") == "test-bird-counts")
    assert failing.about["error"] == "AssertionError: counts should be a DataFrame."
    assert "Task 1" in failing.about["heading"]
    assert [f.about["n"] for f in found.findings if f.key == "word_count"] == ["4"]
    assert (desk.folder / "brief.ipynb").read_bytes() == before


@pytest.mark.slow
def test_an_endless_cell_is_stopped(lay: Lay) -> None:
    """A cell that does not end is named with the limit, and the check ends."""
    desk = lay(limits={"cell_seconds": 2, "notebook_seconds": 20})
    _write(desk, lambda n: _cell(n, "bird-counts").update(source="while True:\n    pass"))

    found = HandIn(desk).check()

    stopped = [f for f in found.findings if f.key == "out_of_time"]
    assert [finding.about["seconds"] for finding in stopped] == ["2"]


@pytest.mark.slow
def test_a_check_can_be_cancelled(desk: Desk) -> None:
    """A cancelled check ends, and leaves nothing behind."""
    _write(desk, lambda n: _cell(n, "bird-counts").update(source="import time\ntime.sleep(60)"))
    widget = HandIn(desk)
    widget._cancelled = True

    with pytest.raises(CheckFailed, match="cancelled"):
        widget.check()

    assert sorted(file.name for file in desk.folder.iterdir()) == [
        *("brief.ipynb", "brief.yml", "course.json", "data", "rubric.yml")
    ]


def test_a_missing_or_broken_notebook_is_named(desk: Desk) -> None:
    """Without a notebook, or with a file that is none, the message says what to do."""
    widget = HandIn(desk)
    with pytest.raises(BadInput, match=r"brief\.ipynb is not in this folder"):
        widget.do("check", {})
    for content in (b"", b"{}", b'{"cells": [1]}', b"[" * 100_000):
        (desk.folder / "brief.ipynb").write_bytes(content)
        with pytest.raises(BadInput, match="is no notebook any more"):
            widget.do("pack", {"id": "a", "confirmed": True})
    assert desk.sidecar.read().hand_ins == ()


def test_changed_locked_cells_are_named(desk: Desk) -> None:
    """A locked cell that differs from nbgrader's checksum is named; one that does not is not."""
    from practicum.gradebook.scoring import checksum

    notebook = read_notebook(SOLUTION / "brief.ipynb")
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader"):
            cell["source"] = "".join(cell["source"])
            cell["metadata"]["nbgrader"]["checksum"] = checksum(cell)
    clean = [finding.key for finding in in_notebook(desk, notebook)]
    _cell(notebook, "setup")["source"] += "\nx = 1"
    _cell(notebook, "test-mean-mass")["source"] = "pass"

    found = [f.about["cell"] for f in in_notebook(desk, notebook) if f.key == "locked_changed"]

    assert "locked_changed" not in clean
    assert found == ["setup", "test-mean-mass"]


def test_handing_in_unchecked_asks_first(desk: Desk) -> None:
    """Without a check, or with something grave open, handing in needs a word of consent."""
    _write(desk)
    widget = HandIn(desk)
    with pytest.raises(BadInput, match="or tick the box above"):
        widget.do("pack", {"id": "a"})

    widget.do("pack", {"id": "a", "confirmed": True})

    assert len(desk.sidecar.read().hand_ins) == 1


def test_a_zip_holds_what_its_receipt_says(desk: Desk) -> None:
    """The zip has the notebook, its data and the student's file; nothing hidden, no older zip."""
    _write(desk)
    (desk.folder / ".hidden").write_text("x")
    (desk.folder / "old.zip").write_bytes(b"x")
    (desk.folder / "link").symlink_to("/etc/passwd")
    widget = HandIn(desk)
    widget.do("pack", {"id": "a", "confirmed": True})

    handed = desk.sidecar.read().hand_ins[0]
    with zipfile.ZipFile(desk.folder / handed.place) as archive:
        names = set(archive.namelist())

    assert names == {f"first-steps/{file.name}" for file in handed.files} | {
        "first-steps/first-steps.internship.json"
    }
    assert "first-steps/data/penguins.csv" in names
    assert not [name for name in names if "hidden" in name or "old.zip" in name or "link" in name]


def test_a_second_hand_in_says_what_changed(desk: Desk) -> None:
    """Added, removed and changed files are named; the same content has the same digest."""
    _write(desk)
    one = receipt(desk, "a", "zip", "", NOW)
    same = receipt(desk, "b", "zip", "", NOW)
    (desk.folder / "data" / "SOURCE.md").unlink()
    (desk.folder / "extra.csv").write_text("a,b\n")
    changed = json.loads((desk.folder / "brief.ipynb").read_text())
    changed["cells"][0]["source"] = "# changed"
    (desk.folder / "brief.ipynb").write_text(json.dumps(changed))
    two = receipt(desk, "c", "zip", "", NOW)

    assert one.sha256 == same.sha256 != two.sha256
    assert changes_between(one, two) == {
        "added": ["extra.csv"],
        "removed": ["data/SOURCE.md"],
        "changed": ["brief.ipynb"],
    }


def test_a_full_disk_leaves_no_receipt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the zip cannot be written nothing was handed in, and nothing says so."""
    _write(desk)

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile, "ZipFile", full)
    with pytest.raises(NotSaved, match="No space left on device"):
        HandIn(desk).do("pack", {"id": "a", "confirmed": True})

    assert desk.sidecar.read().hand_ins == ()
    assert not list(desk.folder.glob("*.zip"))
    assert not list(desk.folder.glob("*.tmp"))


def test_files_have_an_order(desk: Desk) -> None:
    """The list of files is sorted by name, so that a digest says the same everywhere."""
    _write(desk)

    names = [file.name for file in handed_files(desk)]

    assert names == sorted(names)
    assert isinstance(desk.brief, Brief)


@pytest.mark.slow
def test_through_a_real_exchange(lay: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchange takes the folder with the student's file in it; a refusal leaves no receipt."""
    desk = lay()
    _write(desk)
    exchange = tmp_path / "exchange"
    lines = ["c = get_config()", f"c.Exchange.root = {str(exchange)!r}", ""]
    (tmp_path / "nbgrader_config.py").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter-data"))
    widget = HandIn(desk)
    with pytest.raises(ExchangeFailed, match="nbgrader submit says"):
        widget.do("submit", {"id": "a", "confirmed": True})
    assert desk.sidecar.read().hand_ins == ()

    inbound, outbound = exchange / "c" / "inbound", exchange / "c" / "outbound"
    for place in (exchange, exchange / "c", inbound, outbound):
        place.mkdir()
        place.chmod(0o777)
    shutil.copytree(desk.folder, outbound / "first-steps")
    widget.do("submit", {"id": "b", "confirmed": True})

    handed = next(inbound.iterdir())
    kept = json.loads((handed / "first-steps.internship.json").read_text(encoding="utf-8"))
    assert [entry["way"] for entry in kept["hand_ins"]] == ["nbgrader"]
    assert (handed / "brief.ipynb").read_bytes() == (desk.folder / "brief.ipynb").read_bytes()
    assert widget.view["receipts"][0]["sha256"] == kept["hand_ins"][0]["sha256"]
