from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def test_forks_make_the_same_pages(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release by several processes writes the same files as one by this process alone."""
    for student in ("ada", "bob", "zoe"):
        desk.hand_in(student)
    desk.release()
    alone = _files(desk.course.work)
    for file in (desk.course.work / "feedback").rglob("*.html"):
        file.unlink()
    monkeypatch.setattr("practicum.release.releasing.processes_for", lambda _: 2)
    desk.release()
    assert _files(desk.course.work) == alone


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
