"""A new release enters gradebook, release folder and exchange, or none of the three.

What there is now is put aside first, beside a journal. Whoever writes next (``sole_writer``)
puts a change back that was cut off, however it ended: a kill, a power cut, a full disk.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.databases import file_of
from practicum.gradebook.snapshot import copy_gradebook, replace_gradebook

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["installed", "put_back_unfinished"]


@contextmanager
def installed(course: Course, stage: Course, brief: str) -> Iterator[None]:
    """Install what was made on a stage and release it; put all back if the block fails.

    On a hub, the block itself hands the release out.

    Args:
        course: The course, whose sole writer the caller is.
        stage: A copy of the course, with the new gradebook and the new release folder.
        brief: The brief that is released.

    Raises:
        NotReady: The exchange refuses; the message says why.
        Busy: The gradebook is locked.

    """
    from practicum.gradebook.exchange import release_assignment  # noqa: PLC0415 (slow to import)

    kept = _put_aside(course, brief)
    journal = _journal(course)
    try:
        replace_gradebook(stage.gradebook_url, course.gradebook_url, course.id)
        release = course.station("release", brief=brief)
        _remove(release)
        release.parent.mkdir(parents=True, exist_ok=True)
        stage.station("release", brief=brief).rename(release)
        if course.settings.hub is None:  # else the caller hands it out through the depot
            release_assignment(course, brief)
        # From here on, a crash leaves the new release behind instead of the old one.
        journal.unlink()
        yield
    except BaseException:
        _write(journal, kept)
        put_back_unfinished(course)
        raise
    shutil.rmtree(journal.parent, ignore_errors=True)


def put_back_unfinished(course: Course) -> None:
    """Undo a release that was cut off half-way; nothing happens if there is none.

    Cut off itself, it can be run again.

    Raises:
        Busy: The gradebook is locked.

    """
    journal = _journal(course)
    aside = journal.parent
    if journal.is_file():
        brief = json.loads(journal.read_text(encoding="utf-8"))["brief"]
        live, old = file_of(course.gradebook_url), aside / "gradebook.db"
        if old.is_file():
            replace_gradebook(f"sqlite:///{old}", course.gradebook_url, course.id)
        elif live is not None:
            live.unlink(missing_ok=True)
        for name, place in _places(course, brief).items():
            _remove(place)
            if (aside / name).is_dir():
                shutil.copytree(aside / name, place)
        journal.unlink()
    shutil.rmtree(aside, ignore_errors=True)


def _put_aside(course: Course, brief: str) -> str:
    """Copy all that a release changes; return the journal, which is written last."""
    aside = _journal(course).parent
    _remove(aside)
    aside.mkdir(mode=0o700, parents=True)
    copy_gradebook(course.gradebook_url, f"sqlite:///{aside / 'gradebook.db'}", course.id)
    for name, place in _places(course, brief).items():
        if place.is_dir():
            shutil.copytree(place, aside / name)
    kept = json.dumps({"brief": brief})
    _write(_journal(course), kept)
    return kept


def _places(course: Course, brief: str) -> dict[str, Path]:
    outbound = course.exchange / course.id / "outbound" / brief
    return {"release": course.station("release", brief=brief), "outbound": outbound}


def _journal(course: Course) -> Path:
    return course.work / ".undo" / "journal.json"


def _write(file: Path, text: str) -> None:
    """Write a file that is there either whole or not at all."""
    file.parent.mkdir(exist_ok=True)
    draft = file.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def _remove(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
