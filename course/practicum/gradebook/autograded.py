"""The autograded folder of a submission, which formgrader and feedback read.

It is written beside its place and put there by a rename, so that it is there whole, the new
one or the old one, whenever the process or the machine stops.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = [
    "Draft",
    "copy_file",
    "digest_of",
    "drafted",
    "is_whole",
    "own_work",
    "stamp_of",
    "sync_folder",
    "write_file",
]

DRAFT = ".grading-"
SECRET = "submission_secret.txt"  # noqa: S105 (the name of a file)
TIMESTAMP = "timestamp.txt"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Draft:
    """A folder that is written and safe on the disk, but not yet in its place.

    ``work`` is the digest of what in it is the student's own, ``executed`` of the notebook.
    """

    place: Path
    target: Path
    work: str
    executed: str

    def install(self) -> None:
        """Put the folder into its place; the old one goes when the new one is there."""
        old = self.place.with_name(f"{self.place.name}.old")
        with contextlib.suppress(FileNotFoundError):
            self.target.rename(old)
        try:
            self.place.rename(self.target)
        except OSError:
            if old.exists():
                old.rename(self.target)
            raise
        sync_folder(self.target.parent)
        if old.exists():
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def drafted(  # noqa: PLR0913 (what the folder is made of)
    target: Path,
    submitted: Path,
    notebook_name: str,
    executed: str,
    *,
    received_at: datetime,
    content: Mapping[str, Any] | None = None,
) -> Iterator[Draft]:
    """Write a submission's autograded folder beside its place; the caller installs it.

    What an earlier run left when it was killed is removed.

    Args:
        target: The place: autograded/STUDENT/ASSIGNMENT.
        submitted: The submission; its regular files are copied, a link is never followed.
        notebook_name: The notebook's name, without its ending.
        executed: The executed notebook as JSON text.
        received_at: When the server received the submission (aware).
        content: The executed notebook as data, if the caller has it; spares its reading.

    """
    parent = target.parent
    parent.mkdir(parents=True, exist_ok=True)
    # Killed between the two renames, a run has left only the old folder, put aside.
    aside = parent / f"{DRAFT}{target.name}.old"
    if aside.is_dir() and not target.exists():
        aside.rename(target)
    for entry in parent.iterdir():
        if entry.name.startswith(DRAFT):
            shutil.rmtree(entry, ignore_errors=True)
    data = executed.encode()
    # The caller is the sole writer: the name is nobody else's.
    place = parent / f"{DRAFT}{target.name}"
    place.mkdir(mode=0o700)
    try:
        files = {
            name: copy_file(source, place / name)
            for name, source in _files(submitted, notebook_name)
        }
        write_file(place / f"{notebook_name}.ipynb", data)
        write_file(place / TIMESTAMP, stamp_of(received_at))
        write_file(place / SECRET, _secret(submitted, target))
        sync_folder(place)
        work = _work(json.loads(data) if content is None else content, files)
        yield Draft(place, target, work, hashlib.sha256(data).hexdigest())
    finally:
        if place.exists():
            shutil.rmtree(place, ignore_errors=True)


def stamp_of(received_at: datetime) -> bytes:
    """Return what nbgrader's timestamp file says of a time (aware)."""
    return received_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC").encode("ascii")


def is_whole(folder: Path, notebook_name: str, executed: str, received_at: datetime) -> bool:
    """Tell whether a folder that was installed lies there undamaged.

    Args:
        folder: The place: autograded/STUDENT/ASSIGNMENT.
        notebook_name: The notebook's name, without its ending.
        executed: The SHA-256 of the executed notebook.
        received_at: When the server received the submission (aware).

    """
    try:
        stamp = (folder / TIMESTAMP).read_bytes()
    except OSError:
        return False
    whole = stamp == stamp_of(received_at) and _has_secret(folder / SECRET)
    return whole and digest_of(folder / f"{notebook_name}.ipynb") == executed


def own_work(folder: Path, notebook_name: str) -> str:
    """Return the digest of what in a folder is the student's; "" where that cannot be told."""
    try:
        content = json.loads((folder / f"{notebook_name}.ipynb").read_bytes())
        return _work(
            content, {name: digest_of(file) for name, file in _files(folder, notebook_name)}
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file; "" where there is none."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _work(content: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """Digest the sources that are the student's, and the files beside."""
    cells = [
        (cell["cell_type"], "".join(cell["source"]), cell.get("attachments"))
        for cell in content["cells"]
        if cell["metadata"].get("nbgrader", {"solution": True}).get("solution")
    ]
    return hashlib.sha256(json.dumps([cells, sorted(files.items())]).encode()).hexdigest()


def _files(folder: Path, notebook_name: str) -> Iterator[tuple[str, Path]]:
    """Yield the files that belong to a submission, by name, but for the notebook itself."""
    left_out = {f"{notebook_name}.ipynb", SECRET, TIMESTAMP, "__pycache__"}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in left_out
        )
        for name in sorted(names):
            file = Path(place, name)
            if name.startswith(".") or name in left_out or file.is_symlink() or not file.is_file():
                continue
            yield file.relative_to(folder).as_posix(), file


def copy_file(source: Path, target: Path) -> str:
    """Copy a file and return its SHA-256, reading it once."""
    if not target.parent.exists():
        target.parent.mkdir(parents=True)
    digest = hashlib.sha256()
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as origin, _named(target), target.open("xb") as copy:
        while chunk := origin.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _secret(*folders: Path) -> bytes:
    """Return the secret under which nbgrader hands out feedback; a new one if there is none."""
    for folder in folders:
        file = folder / SECRET
        if _has_secret(file):
            return file.read_bytes()
    return secrets.token_hex(64).encode("ascii")


def _has_secret(file: Path) -> bool:
    """Tell whether a file holds a secret; an empty one would be everybody's."""
    return file.is_file() and not file.is_symlink() and bool(file.read_bytes().strip())


def write_file(file: Path, data: bytes) -> None:
    """Write a new file and force it to the disk."""
    with _named(file), file.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with _named(folder):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Have an error of the disk name the file: that of a write or a sync does not by itself."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(file)
        raise
