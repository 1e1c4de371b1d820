"""Where the files lie: in a folder, each one forced to disk, or in a store that fsspec knows.

Files are named by the digest of their content, below the space of the one whom they belong to.
Nothing of one owner is ever looked for in the space of another: that would tell what others have.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from practicum.errors import BadInput, MissingExtra, PracticumError

__all__ = ["CHUNK", "FileStore", "FolderStore", "ObjectStore", "StorageFull", "file_store"]

CHUNK = 1 << 20
TEMPORARY = ".new-"


class StorageFull(PracticumError):
    """What was sent cannot be kept: the disk is full, or the store refuses. Nothing was taken."""


class FileStore(Protocol):
    """Keeps contents by name; names are of letters, digits, ``/``, ``-`` and ``.``."""

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """Keep a content, whole and for good when this returns; raise StorageFull."""

    def read(self, name: str, start: int = 0) -> Iterator[bytes]:
        """Yield a content from a byte on; raise FileNotFoundError."""

    def size(self, name: str) -> int | None:
        """Return the bytes of a content, or None: it is not there."""

    def below(self, name: str) -> tuple[tuple[str, int, datetime], ...]:
        """Return the names, sizes and times of all that lies directly below a name."""

    def remove(self, name: str) -> None:
        """Remove what lies at a name and below it; nothing there is as well."""


def file_store(place: str | Path) -> FileStore:
    """Return the store at a folder, or at an address of fsspec such as ``s3://bucket/course``.

    Raises:
        BadInput: The address is not one that fsspec knows.
        MissingExtra: fsspec, or what it needs for that address, is not installed.

    """
    text = str(place)
    if "://" not in text:
        return FolderStore(Path(place))
    if text.startswith("file://"):
        return FolderStore(Path(text.removeprefix("file://")))
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 (an extra, and slow)

        system, root = url_to_fs(text)
    except ImportError as error:
        raise MissingExtra("hub", f"fsspec with {error.name or text.partition(':')[0]}") from None
    except ValueError as error:
        raise BadInput(f"{text}: no place for files that fsspec knows ({error})") from None
    return ObjectStore(system, root)


class FolderStore:
    """A folder of this machine. It is the service's alone: nobody else may read it."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._made: set[Path] = set()

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """Write beside the place, force to disk, rename, force the rename to disk."""
        place = self._root / name
        with _full(place):
            self._make(place.parent)
            draft = place.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                with os.fdopen(os.open(draft, flags, 0o600), "wb") as out:
                    out.writelines(content)
                    out.flush()
                    os.fsync(out.fileno())
                draft.rename(place)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
            _sync(place.parent)

    def read(self, name: str, start: int = 0) -> Iterator[bytes]:
        """Yield a content from a byte on."""
        with (self._root / name).open("rb") as file:
            file.seek(start)
            while chunk := file.read(CHUNK):
                yield chunk

    def size(self, name: str) -> int | None:
        """Return the bytes of a content, or None."""
        try:
            return (self._root / name).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def below(self, name: str) -> tuple[tuple[str, int, datetime], ...]:
        """Return what lies in a folder, drafts left out unless they are old."""
        found = []
        with (
            suppress(FileNotFoundError, NotADirectoryError),
            os.scandir(self._root / name) as entries,
        ):
            for entry in entries:
                about = entry.stat(follow_symlinks=False)
                at = datetime.fromtimestamp(about.st_mtime, UTC)
                if entry.name.startswith(TEMPORARY) and time.time() - about.st_mtime < 24 * 3600:
                    continue
                found.append((entry.name, about.st_size, at))
        return tuple(sorted(found))

    def remove(self, name: str) -> None:
        """Remove a file or a folder."""
        place = self._root / name
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
            self._made = {made for made in self._made if not made.is_relative_to(place)}
        else:
            with suppress(FileNotFoundError, NotADirectoryError):
                place.unlink()

    def _make(self, folder: Path) -> None:
        if folder in self._made and folder.is_dir():
            return
        missing = [part for part in (folder, *folder.parents) if not part.exists()]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in reversed(missing):
            if part.is_relative_to(self._root):
                part.chmod(0o700)
            _sync(part.parent)
        self._made.add(folder)


class ObjectStore:
    """A store behind fsspec, where a content is there when it has been put: S3 and its like."""

    def __init__(self, system: Any, root: str) -> None:  # noqa: ANN401 (fsspec is untyped)
        self._system = system
        self._root = root.rstrip("/")

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """Put a content; what is cut off is never seen."""
        place = self._place(name)
        with _full(place):
            file = self._system.open(place, "wb")
            try:
                for chunk in content:
                    file.write(chunk)
            except BaseException:
                self._give_up(file)
                raise
            file.close()

    def read(self, name: str, start: int = 0) -> Iterator[bytes]:
        """Yield a content from a byte on."""
        with self._system.open(self._place(name), "rb") as file:
            file.seek(start)
            while chunk := file.read(CHUNK):
                yield bytes(chunk)

    def size(self, name: str) -> int | None:
        """Return the bytes of a content, or None."""
        try:
            return int(self._system.info(self._place(name))["size"])
        except FileNotFoundError:
            return None

    def below(self, name: str) -> tuple[tuple[str, int, datetime], ...]:
        """Return what lies below a name; a store without times tells that all is new."""
        place = self._place(name)
        self._system.invalidate_cache()
        try:
            entries = self._system.ls(place, detail=True)
        except FileNotFoundError:
            return ()
        found = []
        for entry in entries:
            at = _moment(entry.get("LastModified") or entry.get("created"))
            last = str(entry["name"]).rstrip("/").rpartition("/")[2]
            found.append((last, int(entry["size"] or 0), at))
        return tuple(sorted(found))

    def remove(self, name: str) -> None:
        """Remove what lies at a name and below it."""
        with suppress(FileNotFoundError, NotADirectoryError):
            self._system.rm(self._place(name), recursive=True)

    def _place(self, name: str) -> str:
        return f"{self._root}/{name}".rstrip("/")

    def _give_up(self, file: Any) -> None:  # noqa: ANN401 (fsspec is untyped)
        with suppress(AttributeError, NotImplementedError):
            file.discard()


def _moment(said: object) -> datetime:
    if isinstance(said, int | float):
        return datetime.fromtimestamp(said, UTC)
    if isinstance(said, datetime):
        return said.replace(tzinfo=UTC) if said.tzinfo is None else said
    return datetime.now(UTC)


@contextmanager
def _full(place: Path | str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        fix = "free some space" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "mend that"
        message = f"{place}: cannot be written ({reason}): {fix}; nothing was taken"
        raise StorageFull(message) from error


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
