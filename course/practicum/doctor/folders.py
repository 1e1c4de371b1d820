"""Whether the course's folders can be written, and by nobody else; and how much room there is."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from practicum.course import PRIVATE, Course
from practicum.doctor.symptoms import Symptom, fail, ok, warn

__all__ = ["disk", "files", "folder_of_files", "folders", "own_place"]

_MEGABYTE: Final = 1 << 20
_FEW: Final = 200
_SOME: Final = 2000
"""Megabytes: below the first, a submission may not fit; below the second, a busy day's may not."""

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def folders(course: Course) -> Iterator[Symptom]:
    """Look who may read and write what the course makes."""
    work = course.work
    yield _writable("course/work", own_place(work))
    for name in (*PRIVATE, "gradebook.db", "records.db"):
        place = work / name
        if place.exists() and place.stat().st_mode & stat.S_IRWXO:
            found = f"{place} is open to every account"
            yield fail("folders", found, f"chmod o= {place}")
    state = work / "hub"
    if not state.is_dir():
        return
    loose = [
        place
        for place in (state, *state.glob("*password"), state / "cookie_secret", state / "homes")
        if place.exists() and place.stat().st_mode & _OTHERS
    ]
    for place in loose:
        found = f"{place} is open to others, and secrets are in it"
        yield fail("hub's folder", found, f"chmod go= {place}")
    if not loose:
        yield ok("hub's folder", f"{state} is for its own account alone")


def files(course: Course) -> Iterator[Symptom]:
    """Look whether files can come from students: the exchange, or the store of the service."""
    hosting = course.settings.hub
    if hosting is None:
        yield _writable("exchange", own_place(course.exchange))
        return
    place = folder_of_files(course)
    if place is not None:
        yield _writable("files", own_place(place))
        return
    yield _remote(hosting.files)


def folder_of_files(course: Course) -> Path | None:
    """Return the folder with the service's files, or None when they are elsewhere."""
    hosting = course.settings.hub
    if hosting is None or "://" in hosting.files:
        return None
    return Path(os.path.normpath(course.root.absolute() / hosting.files))


def own_place(place: Path) -> Path:
    """Return the place, or what is there above it: what a command would make it in."""
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def _writable(about: str, place: Path) -> Symptom:
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".doctor-") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        found = f"{place}: nothing can be written ({error.strerror})"
        return fail(about, found, f"give the account {os.geteuid()} the right, or free space")
    return ok(about, f"{place} can be written")


def _remote(address: str) -> Symptom:
    """Write one small file where the service's files are kept, read it back, and remove it."""
    import fsspec  # noqa: PLC0415 (only a course with a hub has it)

    try:
        store, path = fsspec.core.url_to_fs(address)
        probe = f"{path.rstrip('/')}/.practicum-doctor"
        store.pipe_file(probe, b"x")
        same = store.cat_file(probe) == b"x"
        store.rm_file(probe)
    except Exception as error:  # noqa: BLE001 (each kind of store raises its own)
        found = f"{address}: {type(error).__name__}: {error}"
        return fail("files", found, "check the address, its rights, and fsspec's package for it")
    if not same:
        return fail("files", f"{address}: does not give back what is written", "check the store")
    return ok("files", f"{address} can be written")


def disk(course: Course) -> Iterator[Symptom]:
    """Look how much room is left where the course's files lie."""
    place = own_place(course.work)
    free = shutil.disk_usage(place).free // _MEGABYTE
    found = f"{free} MB free for {place}"
    if free < _FEW:
        yield fail("disk", found, "free some space: submissions may not fit any more")
    elif free < _SOME:
        yield warn("disk", found, "free some space before the next due date")
    else:
        yield ok("disk", found)
