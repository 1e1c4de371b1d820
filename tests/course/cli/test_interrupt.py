"""Ctrl-C: the command ends with one sentence, and run again it goes on."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from practicum.gradebook import CourseGradebook
from practicum.publish import publish

WAITS = """\
import time
from pathlib import Path
marker = Path({marker!r})
if not marker.exists():
    marker.touch()
    time.sleep(60)
parts = ["first part", "second part"]
"""

PARTS = 'parts = ["first part", "second part"]'


def interrupt_when(marker: Path, started: Any) -> Any:
    """Press Ctrl-C, as a terminal does: the whole process group is told."""
    end = time.monotonic() + 60
    while not marker.exists() and time.monotonic() < end and started.process.is_alive():
        time.sleep(0.05)
    assert marker.exists()
    os.killpg(started.process.pid, signal.SIGINT)
    return started.done()


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that the notebook makes when it runs for the first time."""
    return tmp_path / "running"


def test_publish(tiny: Any, start: Callable[..., Any], marker: Path) -> None:
    """Interrupted in a proof, publishing leaves everything as it was and can be run again."""
    tiny.set_source("parts", WAITS.format(marker=str(marker)))

    done = interrupt_when(marker, start("publish", "tiny", place=tiny.root))

    assert done.code == 130
    assert "Run the same command again to go on." in done.err
    assert "Traceback" not in done.err
    assert tiny.leftovers() == []
    assert set(tiny.state()) <= {"records.db"}
    assert not publish(tiny.course, "tiny").unchanged


def _kernels(pid: int) -> int:
    """Count the fork servers and kernels that descend from a process."""
    found = 0
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            found += "practicum.execution.server" in process.cmdline()
    return found


def test_grade(tiny_published: Any, start: Callable[..., Any]) -> None:
    """Interrupted while submissions run, grading goes on when it is run again."""
    for student in ("ada", "bob"):
        tiny_published.hand_in(student)
    notebook = tiny_published.course.station("submitted", student="ada", brief="tiny")
    content = json.loads((notebook / "brief.ipynb").read_text())
    (answer,) = (
        cell
        for cell in content["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "parts"
    )
    answer["source"] = f"import time\ntime.sleep(60)\n{PARTS}"
    (notebook / "brief.ipynb").write_text(json.dumps(content))
    call = ("grade", "tiny", "--workers", "1")

    started = start(*call, place=tiny_published.root)
    end = time.monotonic() + 60
    while _kernels(started.process.pid) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    assert _kernels(started.process.pid) >= 2
    os.killpg(started.process.pid, signal.SIGINT)
    done = started.done()

    assert done.code == 130
    assert "Run the same command again to go on." in done.err
    assert "Traceback" not in done.err

    answer["source"] = PARTS
    (notebook / "brief.ipynb").write_text(json.dumps(content))
    again = start(*call, place=tiny_published.root).done()
    assert (again.code, again.err) == (0, "")
    with CourseGradebook(tiny_published.course) as store:
        points = [store.marks("tiny", who).points("autograded") for who in ("ada", "bob")]
    assert points == [12, 12]
