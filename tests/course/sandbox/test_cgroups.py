"""Control groups: only where one was given, and with the limits of the box."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from practicum import sandbox
from practicum.sandbox import cgroups


def _v2(folder: Path) -> Path:
    """Make what looks like a control group of version 2 that may have children."""
    folder.mkdir(parents=True)
    (folder / "cgroup.subtree_control").write_text("cpu memory pids\n", encoding="ascii")
    return folder


def test_no_group_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root can write everywhere, and still takes no group that nobody has given it."""
    monkeypatch.delenv(cgroups.VARIABLE, raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    _v2(tmp_path / "mount")
    assert cgroups.find_groups(tmp_path / "mount") is None


def test_named_group_of_version_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the named group each box has one of its own, with memory, swap and processes."""
    given = _v2(tmp_path / "grading")
    monkeypatch.setenv(cgroups.VARIABLE, "/grading")
    groups = cgroups.find_groups(tmp_path)
    assert groups is not None
    group = groups.make(sandbox.Box(memory_mb=3, processes=7))
    (folder,) = group.folders
    assert folder.parent == given
    wanted = {
        "memory.max": "3145728",
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": "7",
    }
    assert {file.name: file.read_text(encoding="ascii") for file in folder.iterdir()} == wanted
    group.add(4711)
    assert (folder / "cgroup.procs").read_text(encoding="ascii") == "4711"
    assert not group.killed()
    (folder / "memory.events").write_text("oom 1\noom_kill 2\n", encoding="ascii")
    assert group.killed()


def test_named_group_of_version_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In version 1 each controller has its own folder."""
    for controller in ("memory", "pids"):
        folder = tmp_path / controller / "grading"
        folder.mkdir(parents=True)
        (folder / "cgroup.procs").touch()
    monkeypatch.setenv(cgroups.VARIABLE, "grading")
    groups = cgroups.find_groups(tmp_path)
    assert groups is not None
    memory, pids = groups.make(sandbox.Box(memory_mb=3, processes=7)).folders
    assert (memory / "memory.limit_in_bytes").read_text(encoding="ascii") == "3145728"
    assert (pids / "pids.max").read_text(encoding="ascii") == "7"


def test_named_group_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group that does not exist gives none: the watchdog does the work."""
    monkeypatch.setenv(cgroups.VARIABLE, "grading")
    assert cgroups.find_groups(tmp_path) is None


def test_group_is_removed(tmp_path: Path) -> None:
    """An emptied group is removed; one that still has processes is reported."""
    for name in ("empty", "full"):
        (tmp_path / name).mkdir()
    (tmp_path / "full" / "process").touch()
    assert cgroups.Group("cgroup v2", (tmp_path / "empty",)).remove()
    assert not (tmp_path / "empty").exists()
    assert not cgroups.Group("cgroup v2", (tmp_path / "full",)).remove(seconds=0.01)
