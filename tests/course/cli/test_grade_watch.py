"""``practicum grade --watch`` as a process: it grades what arrives and ends when it is told."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.gradebook import CourseGradebook, sole_writer


def _await(file: Path, words: str, times: int = 1) -> str:
    """Wait until a file has some words so many times."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        if text.count(words) >= times:
            return text
        time.sleep(0.1)
    pytest.fail(f"{words!r} did not come: {text}")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_watching(tiny_published: Any, start: Callable[..., Any], number: signal.Signals) -> None:
    """It grades what is there and what comes, in one engine, and ends with a summary and 0."""
    tiny_published.hand_in("ada")
    call = ("grade", "tiny", "--watch", "--every", "0.5", "--json-lines", "--workers", "1")
    started = start(*call, place=tiny_published.root)
    out = started.folder / "out"
    _await(out, '"event": "submission"')
    with sole_writer(tiny_published.course, wait_seconds=20):
        tiny_published.hand_in("bob")
    _await(out, '"event": "submission"', 2)
    time.sleep(1)

    os.kill(started.process.pid, number)
    done = started.done()

    assert (done.code, done.err) == (0, "")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["event"] for line in lines] == ["watching", "submission", "submission", "ended"]
    assert [line["student"] for line in lines[1:3]] == ["ada", "bob"]
    # The engine is warm: nothing has to be started for the second one.
    assert (lines[3]["rounds"], lines[3]["graded"], lines[3]["errors"]) == (2, 2, 0)
    with CourseGradebook(tiny_published.course) as store:
        assert [store.marks("tiny", who).points("autograded") for who in ("ada", "bob")] == [12, 12]


@pytest.mark.slow
def test_watching_in_words(tiny_published: Any, start: Callable[..., Any], tmp_path: Path) -> None:
    """Each event is a line with the time of day, and the page is there after the first round."""
    tiny_published.hand_in("ada")
    page = tmp_path / "run.html"
    call = ("grade", "tiny", "--watch", "--every", "1", "--report", page)
    started = start(*call, place=tiny_published.root)
    _await(page, "</html>")

    os.kill(started.process.pid, signal.SIGINT)
    done = started.done()

    assert (done.code, done.err) == (0, "")
    first, graded, ended = done.out.splitlines()
    assert "looking every 1 s, Ctrl-C ends it" in first
    assert "graded" in graded
    assert "ada: 12 of 12" in graded
    assert "1 graded, 0 errors in 1 rounds" in ended
    assert "ada" in page.read_text(encoding="utf-8")
