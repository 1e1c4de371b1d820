"""A hand-in by nbgrader's own exchange, and what the course collects of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.widgets.hand_in.conftest import Fill, cell, write

from practicum.demo.mistakes import read_notebook
from practicum.internship import read_internship
from practicum_widgets import Desk, HandIn
from practicum_widgets.hand_in import copies


@pytest.fixture
def exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An exchange with the course `c`, for nbgrader and the widget alike."""
    root = tmp_path / "exchange"
    for place in (root, root / "c", root / "c" / "inbound", root / "c" / "outbound"):
        place.mkdir()
        place.chmod(0o777)
    settings = tmp_path / "jupyter"
    settings.mkdir()
    lines = ["c = get_config()", f"c.Exchange.root = {str(root)!r}"]
    lines += [f"c.CourseDirectory.root = {str(tmp_path / 'instructor')!r}", ""]
    (settings / "nbgrader_config.py").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(settings))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter-data"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return root


def _nbgrader(*arguments: str, folder: Path) -> str:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _edit(desk: Desk) -> None:
    write(
        desk,
        read_notebook(desk.folder / "brief.ipynb"),
        lambda notebook: cell(notebook, "bird-counts").update(source="counts = 1"),
    )


@pytest.mark.slow
def test_what_is_collected_is_what_the_receipt_says(solved: Fill, exchange: Path) -> None:
    """The course lists and collects the submission, with the same receipts in the same file.

    The second receipt counts the cells that changed, by nbgrader's own copy of the first.
    """
    desk = solved()
    shutil.copytree(desk.folder, exchange / "c" / "outbound" / "first-steps")
    widget = HandIn(desk)
    widget.do("submit", {"id": "a", "confirmed": True})
    _edit(desk)
    # As after a restart: what is known of the first hand-in is what lies on the disk.
    copies._with_digest.cache_clear()
    widget.do("submit", {"id": "b", "confirmed": True})

    assert widget.view["receipts"][0]["cells"] == 1
    instructor = desk.folder.parent / "instructor"
    (instructor / "source" / "first-steps").mkdir(parents=True)
    listed = _nbgrader("list", "--inbound", "--course", "c", folder=instructor)
    assert listed.count(" c ") == listed.count("first-steps") == 2
    _nbgrader("collect", "first-steps", "--course", "c", folder=instructor)
    collected = next((instructor / "submitted").glob("*/first-steps"))
    kept = (collected / "first-steps.internship.json").read_bytes()
    assert kept == desk.sidecar.file.read_bytes()
    assert [entry.id for entry in read_internship(kept).hand_ins] == ["a", "b"]
    assert (collected / "brief.ipynb").read_bytes() == (desk.folder / "brief.ipynb").read_bytes()
