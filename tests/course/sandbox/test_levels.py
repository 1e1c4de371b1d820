"""Which box is taken, and the proof that it holds before a batch."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from practicum import sandbox
from practicum.errors import NoSandbox
from practicum.sandbox import levels, proving


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Give the set of rungs that this machine is to seem to have."""
    found: set[str] = set()
    monkeypatch.setattr(levels, "works", lambda rung: rung in found)
    monkeypatch.delenv(levels.VARIABLE, raising=False)
    return found


def test_best_rung_is_taken(working: set[str]) -> None:
    """The ladder is namespaces, bwrap, Landlock, none."""
    assert sandbox.level() == "none"
    for rung in ("landlock", "bwrap", "namespaces"):
        working.add(rung)
        assert sandbox.level() == rung


def test_environment_lowers_only(working: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable can take a lower rung, never one that is missing, and never none."""
    working.update(("namespaces", "landlock"))
    for asked in ("bwrap", "landlock"):
        monkeypatch.setenv(levels.VARIABLE, asked)
        assert sandbox.level() == "landlock"
    monkeypatch.setenv(levels.VARIABLE, "none")
    with pytest.raises(NoSandbox, match="names no kind of box"):
        sandbox.level()
    working.clear()
    monkeypatch.setenv(levels.VARIABLE, "landlock")
    with pytest.raises(NoSandbox):
        levels.forked_rung()


def test_nothing_runs_without_a_box(working: set[str], tmp_path: Path) -> None:
    """With no mechanism at all every door refuses, and the message tells what to install."""
    doors = (
        sandbox.Ground,
        lambda: sandbox.wrapped(["true"], sandbox.Box()),
        sandbox.self_test,
        lambda: sandbox.enter(sandbox.Box(), folder=tmp_path),
    )
    for door in doors:
        with pytest.raises(NoSandbox, match="apt install bubblewrap"):
            door()


def test_bwrap_alone_boxes_no_forked_child(working: set[str]) -> None:
    """Where only bwrap may make namespaces, programs are started cold and forks are refused."""
    working.add("bwrap")
    assert levels.cold_rung() == "bwrap"
    with pytest.raises(NoSandbox):
        levels.forked_rung()


def test_self_test_refuses_every_attempt(cold: levels.Rung) -> None:
    """In each kind of box that works here each attempt is refused."""
    found = sandbox.self_test(rung=cold)
    assert found.rung == cold
    assert len(found.attempts) > 12
    assert all(attempt.refused for attempt in found.attempts)


@pytest.mark.parametrize("name", ["read the gradebook", "write the gradebook"])
def test_self_test_names_what_was_allowed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A box that lets one attempt through is refused, by the attempt's name."""
    monkeypatch.setattr(proving, "_run", lambda *_: {"kill": "PermissionError", name: ""})
    with pytest.raises(NoSandbox, match=name):
        sandbox.self_test(rung="namespaces")


def test_self_test_finds_a_hole(cold: levels.Rung) -> None:
    """A box that shows the folder with the gradebook does not pass."""
    hole = Path(tempfile.gettempdir())
    box = sandbox.Box(readable=(*sandbox.readable_here(), hole))
    with pytest.raises(NoSandbox, match="read the gradebook"):
        sandbox.self_test(rung=cold, box=box)


def test_broken_box_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    """A self-test whose attempts did not run at all counts as failed."""
    monkeypatch.setattr(proving, "launched", lambda *_: (sys.executable, "-c", "1/0"))
    with pytest.raises(NoSandbox, match="ZeroDivisionError"):
        sandbox.self_test(rung="namespaces")


def test_command_tells_what_works() -> None:
    """``python -m practicum.sandbox`` names the box and the outcome of each attack."""
    command = [sys.executable, "-m", "practicum.sandbox"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.stdout.startswith(f"box: {sandbox.level()}")
    assert (said.returncode == 0) == (sandbox.level() != "none")
