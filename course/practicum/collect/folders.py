"""Folders that others can write to, read so that no link is ever followed.

Every file is opened from its folder's descriptor with O_NOFOLLOW, looked at through its own
descriptor, and read with a limit. What was an ordinary file when the folder was listed and
is something else when it is read is refused then.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self

from practicum.collect.names import hidden, name_problem, shown
from practicum.collect.pieces import Piece, piece
from practicum.errors import BadSubmission

__all__ = ["MAX_LISTED", "Folder"]

MAX_LISTED = 5_000
TOO_MANY = "more than {:,} files and folders in one place"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO must not wait for somebody to write into it.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Folder:
    """A folder and everything in it. Use it as a context manager: it holds a descriptor.

    ``latest`` is the largest change time (st_ctime, UTC) of the folder and all that has been
    looked at in it; the kernel sets it, and no user can set it back.
    ``owners`` are the uids of everything in it.
    """

    def __init__(self, place: Path | str, *, dir_fd: int | None = None, most: int) -> None:
        self._fd = os.open(place, FOLDER, dir_fd=dir_fd)
        self._most = most
        self._latest_ns = 0
        self.owners: set[int] = set()
        self.pieces: tuple[Piece, ...] = ()
        try:
            self._note(os.fstat(self._fd))
            self.pieces = tuple(sorted(self._walk(self._fd, ""), key=lambda found: found.path))
        except BaseException:
            os.close(self._fd)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder; nothing can be read from it any more."""
        os.close(self._fd)

    @property
    def latest(self) -> datetime:
        """The largest change time seen so far, in UTC."""
        seconds, rest = divmod(self._latest_ns, 1_000_000_000)
        return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest // 1000)

    def look_again(self) -> None:
        """Note the change times and owners once more, as they are after reading."""
        self._note(os.fstat(self._fd))
        for _ in self._walk(self._fd, ""):
            pass

    def _note(self, info: os.stat_result) -> None:
        self._latest_ns = max(self._latest_ns, info.st_ctime_ns)
        self.owners.add(info.st_uid)

    def _walk(self, fd: int, above: str, count: list[int] | None = None) -> Iterator[Piece]:
        seen = [0] if count is None else count
        with os.scandir(fd) as entries:
            for entry in entries:
                seen[0] += 1
                path = above + entry.name
                if seen[0] > self._most:
                    yield piece(path, partial(self._read, path), TOO_MANY.format(self._most))
                    return
                try:
                    info = os.stat(entry.name, dir_fd=fd, follow_symlinks=False)
                except OSError:
                    yield piece(path, partial(self._read, path), "it changed while it was read")
                    continue
                self._note(info)
                if hidden(entry.name):
                    yield piece(path, partial(self._read, path))
                else:
                    # Each folder at the top has a count of its own: it may be one student's.
                    yield from self._found(fd, entry.name, path, info, seen if above else [0])

    def _found(
        self, fd: int, name: str, path: str, info: os.stat_result, seen: list[int]
    ) -> Iterator[Piece]:
        read = partial(self._read, path)
        refusal = name_problem(path) or _not_ordinary(info)
        if refusal or not stat.S_ISDIR(info.st_mode):
            yield piece(path, read, refusal)
            return
        try:
            below = os.open(name, FOLDER, dir_fd=fd)
        except OSError as error:
            yield piece(path, read, f"the folder cannot be opened ({error.strerror})")
            return
        try:
            yield from self._walk(below, path + "/", seen)
        finally:
            os.close(below)

    def _read(self, path: str, cap: int) -> bytes:
        with self._opened(path) as fd:
            before = os.fstat(fd)
            problem = _not_ordinary(before) or ("" if stat.S_ISREG(before.st_mode) else "a folder")
            if problem:
                raise BadSubmission(f"{shown(path)}: {problem}")
            data = _read_all(fd, cap)
            after = os.fstat(fd)
        same_size = len(data) == before.st_size or len(data) > cap
        if before.st_ctime_ns != after.st_ctime_ns or not same_size:
            raise BadSubmission(f"{shown(path)}: it changed while it was read: collect again")
        self._note(after)
        return data

    @contextmanager
    def _opened(self, path: str) -> Iterator[int]:
        *folders, name = path.split("/")
        fd = os.dup(self._fd)
        try:
            for folder in folders:
                below = os.open(folder, FOLDER, dir_fd=fd)
                os.close(fd)
                fd = below
            below = os.open(name, FILE, dir_fd=fd)
            os.close(fd)
            fd = below
            yield fd
        except OSError as error:
            raise BadSubmission(f"{shown(path)}: cannot be read ({error.strerror})") from None
        finally:
            os.close(fd)


def _not_ordinary(info: os.stat_result) -> str:
    """Say what keeps this from being an ordinary file or folder, or an empty text."""
    if stat.S_ISLNK(info.st_mode):
        return "a symbolic link"
    if stat.S_ISDIR(info.st_mode):
        return ""
    if not stat.S_ISREG(info.st_mode):
        return "not an ordinary file (a device, pipe or socket)"
    if info.st_nlink > 1:
        return "a hard link to a file that is elsewhere too"
    return ""


def _read_all(fd: int, cap: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while size <= cap and (chunk := os.read(fd, 1 << 20)):
        size += len(chunk)
        chunks.append(chunk)
    return b"".join(chunks)
