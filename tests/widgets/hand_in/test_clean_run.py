"""The clean run: what ends it, what it leaves behind, what it never starts."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from tests.widgets.hand_in.conftest import Fill, Notebook, cell

from practicum.errors import CheckFailed
from practicum_widgets import Desk, HandIn
from practicum_widgets.hand_in.checking import Check
from practicum_widgets.hand_in.running import INSIDE

TASKS = {"bird-counts", "missing-values", "mean-mass", "watch-rule", "mass-chart"}


def _keys(found: Check) -> list[str]:
    return [finding.key for finding in found.findings]


def _about(found: Check, key: str) -> list[dict[str, str]]:
    return [finding.about for finding in found.findings if finding.key == key]


def _running(mark: bytes) -> list[int]:
    """Return the processes that have a word on their command line."""
    found = []
    for about in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in about.read_bytes():
                found.append(int(about.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.slow
def test_a_notebook_as_it_was_fetched(fetched: Fill) -> None:
    """Every task of a released notebook is named as not begun, once; no locked cell is accused."""
    found = HandIn(fetched()).check()

    assert {about["cell"] for about in _about(found, "no_code")} == TASKS
    assert {a["cell"] for a in _about(found, "no_words")} == {"recommendation", "reflection"}
    assert _about(found, "test_fails") == []
    assert (found.passed, found.tests) == (0, len(TASKS))
    assert (found.tests, found.passed) == (5, 0)
    assert not {"locked_changed", "cell_fails", "cell_missing", "unsaved"} & set(_keys(found))
    graves = [finding.grave for finding in found.findings]
    assert graves == sorted(graves, reverse=True)


@pytest.mark.slow
def test_a_dead_kernel_passes_nothing(solved: Fill) -> None:
    """Where the kernel dies the cell is named, and the tests after it count as not passed."""

    def die(notebook: Notebook) -> None:
        cell(notebook, "mean-mass")["source"] = "import os\nos._exit(1)"

    found = HandIn(solved(die)).check()

    assert [about["cell"] for about in _about(found, "kernel_died")] == ["mean-mass"]
    assert (found.tests, found.passed) == (5, 2)


@pytest.mark.slow
def test_a_notebook_that_takes_too_long(solved: Fill) -> None:
    """A notebook beyond the limit of the whole is stopped, with that limit and the cell named."""

    def wait(notebook: Notebook) -> None:
        cell(notebook, "mean-mass")["source"] = "import time\ntime.sleep(100)"

    found = HandIn(solved(wait, limits={"cell_seconds": 60, "notebook_seconds": 4})).check()

    stopped = [(a["cell"], a["seconds"]) for a in _about(found, "notebook_out_of_time")]
    assert stopped == [("mean-mass", "4")]
    assert (found.tests, found.passed) == (5, 2)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc to see processes")
def test_a_cancelled_check_leaves_no_process(solved: Fill) -> None:
    """The kernel ends with the check, and so does what the notebook had started."""
    mark = f"7{os.getpid()}7"

    def start(notebook: Notebook) -> None:
        code = f"import subprocess\nsubprocess.Popen(['sleep', '{mark}'], start_new_session=True)"
        cell(notebook, "bird-counts")["source"] = f"{code}\nwhile True:\n    pass"

    widget = HandIn(solved(start))
    widget.do("check", {})
    thread = widget._thread
    assert thread is not None
    end = time.monotonic() + 60
    while not _running(mark.encode()) and time.monotonic() < end:
        time.sleep(0.2)
    assert _running(mark.encode())
    assert widget.view["running"]

    widget.do("cancel", {})
    thread.join(20)

    assert _running(mark.encode()) == []
    assert "cancelled" in widget.view["trouble"]
    assert not widget.view["running"]


@pytest.mark.slow
def test_a_check_starts_no_other(solved: Fill) -> None:
    """A cell that checks or hands in does neither while it is being checked itself."""

    def recurse(notebook: Notebook) -> None:
        code = "from practicum_widgets import HandIn\nHandIn()"
        cell(notebook, "bird-counts")["source"] = f"{code}.check()"
        cell(notebook, "mean-mass")["source"] = f"{code}.do('pack', {{'id': 'a'}})"

    desk = solved(recurse)
    found = HandIn(desk).check()

    errors = {about["cell"]: about["error"] for about in _about(found, "cell_fails")}
    assert "a check starts no other check" in errors["bird-counts"]
    assert "nothing is handed in from here" in errors["mean-mass"]
    assert not list(desk.folder.glob("*.zip"))


@pytest.mark.slow
def test_a_test_that_warns_earns_nothing(solved: Fill) -> None:
    """Text on stderr within a test makes it 0 points by nbgrader's rule, and is named."""

    def warn(notebook: Notebook) -> None:
        code = "import warnings\nclass Loud(pd.DataFrame):\n    @property\n    def shape(self):\n"
        code += "        warnings.warn('slow')\n        return super().shape\n"
        source = "".join(cell(notebook, "bird-counts")["source"])
        cell(notebook, "bird-counts")["source"] = f"{source}\n{code}counts = Loud(counts)"
        test = "".join(cell(notebook, "test-bird-counts")["source"])
        cell(notebook, "test-bird-counts")["source"] = f"counts.shape\n{test}"

    found = HandIn(solved(warn)).check()

    warned = _about(found, "test_warns")
    assert [about["cell"] for about in warned] == ["test-bird-counts"]
    assert "slow" in warned[0]["error"]
    assert (found.tests, found.passed) == (5, 4)


def test_what_cannot_be_copied_is_named(solved: Fill) -> None:
    """A pipe in the folder is named, with what to do, and the check ends."""
    desk = solved()
    os.mkfifo(desk.folder / "pipe")

    with pytest.raises(CheckFailed, match="pipe could not be copied for the check"):
        HandIn(desk).check()


def test_without_papermill(solved: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without papermill the page says so, and does not wait for ever."""
    import importlib.util

    desk = solved()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    widget = HandIn(desk)
    for _ in range(20):
        widget.do("check", {})
        if (thread := widget._thread) is not None:
            thread.join(20)
        assert "papermill is not installed" in widget.view["trouble"]
        assert not widget.view["running"]


def test_inside_of_a_check(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is checked is told so before anything is read or written."""
    monkeypatch.setenv(INSIDE, "/somewhere")
    asked: dict[str, Any] = {"id": "a", "confirmed": True}
    for action in ("check", "submit", "pack"):
        with pytest.raises(CheckFailed, match="nothing is handed in from here"):
            HandIn(desk).do(action, asked)
