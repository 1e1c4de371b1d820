"""Copying what was handed in into the box: regular files only, never through a link."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from practicum.errors import BadSubmission

__all__ = ["SKIPPED", "copy_sources"]

SKIPPED: Final = frozenset({"timestamp.txt", "submission_secret.txt"})
"""Files that the collecting side puts beside a submission; they are no part of it."""

DEEPEST: Final = 16
"""Folders within folders, at most."""

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_PIECE: Final = 1 << 30


@dataclass
class _Copy:
    """One copy under way: where to, whose it is, and what may still come."""

    owner: tuple[int, int] | None
    bytes_left: int
    files_left: int
    skip: Collection[str] = field(default_factory=frozenset)

    def folder(self, source: int, target: int, depth: int) -> None:
        """Copy the regular files of an open folder into another, and those below it."""
        if depth > DEEPEST:
            raise BadSubmission(f"folders more than {DEEPEST} deep in a submission: flatten them")
        with os.scandir(source) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            if entry.name.startswith(".") or entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                self._subfolder(entry.name, source, target, depth)
            elif (depth or entry.name not in self.skip) and entry.is_file(follow_symlinks=False):
                self._file(entry.name, source, target)

    def _subfolder(self, name: str, source: int, target: int, depth: int) -> None:
        self._count(name, 0)
        made = _replacing(name, target, lambda: _make_folder(name, target))
        if made and self.owner:
            os.chown(name, *self.owner, dir_fd=target, follow_symlinks=False)
        with (
            _opened(name, _FOLDER, dir_fd=source) as below,
            _opened(name, _FOLDER, dir_fd=target) as into,
        ):
            self.folder(below, into, depth + 1)

    def _file(self, name: str, source: int, target: int) -> None:
        # Between the listing and this line the name may have become something else.
        with _opened(name, _FILE, dir_fd=source) as original:
            status = os.fstat(original)
            if not stat.S_ISREG(status.st_mode):
                return
            self._count(name, status.st_size)
            copy = _replacing(name, target, lambda: os.open(name, _NEW, 0o644, dir_fd=target))
            try:
                _send(original, copy, status.st_size)
                if self.owner:
                    os.fchown(copy, *self.owner)
            finally:
                os.close(copy)

    def _count(self, name: str, size: int) -> None:
        self.files_left -= 1
        self.bytes_left -= size
        if self.files_left < 0:
            raise BadSubmission(f"too many files in a submission (at {name!r}): remove some")
        if self.bytes_left < 0:
            raise BadSubmission(
                f"a submission's files are too large together (at {name!r}): "
                "hand in less, or raise the limit in course.yml"
            )


def copy_sources(
    sources: Sequence[Path | int],
    target: str,
    *,
    most: tuple[int, int],
    skip: Collection[str] = (),
    owner: tuple[int, int] | None = None,
) -> None:
    """Copy the regular files of folders (paths or open descriptors) into ``target``.

    A later folder wins over an earlier one. Links, devices, pipes, dot files, ``__pycache__``,
    and at the top the names in ``skip`` and :data:`SKIPPED` are left out. ``most`` is bytes and
    files, of all folders together.

    Raises:
        BadSubmission: the files are more, larger or deeper than allowed.
    """
    copy = _Copy(owner, *most, skip=SKIPPED.union(skip))
    with _opened(target, _FOLDER) as into:
        for source in sources:
            try:
                if isinstance(source, int):
                    copy.folder(source, into, 0)
                else:
                    with _opened(source, _FOLDER) as folder:
                        copy.folder(folder, into, 0)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                raise BadSubmission(
                    "a submission's files do not fit into its box: "
                    "hand in less, or raise the limit in course.yml"
                ) from error


@contextmanager
def _opened(place: str | Path, flags: int, *, dir_fd: int | None = None) -> Iterator[int]:
    descriptor = os.open(place, flags, dir_fd=dir_fd)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _make_folder(name: str, target: int) -> int:
    """Make a folder unless it is there; say whether it is new, as 1 or 0."""
    try:
        os.mkdir(name, 0o755, dir_fd=target)
    except FileExistsError:
        if stat.S_ISDIR(os.stat(name, dir_fd=target, follow_symlinks=False).st_mode):
            return 0
        raise
    return 1


def _replacing(name: str, target: int, make: Callable[[], int]) -> int:
    """Make something; what an earlier source has put there under that name gives way."""
    try:
        return make()
    except IsADirectoryError:
        shutil.rmtree(name, dir_fd=target)
    except FileExistsError:
        os.unlink(name, dir_fd=target)
    return make()


def _send(original: int, copy: int, size: int) -> None:
    """Copy so many bytes within the kernel; a file that shrinks meanwhile ends early."""
    left = size
    while left > 0:
        sent = os.sendfile(copy, original, None, min(left, _PIECE))
        if sent == 0:
            return
        left -= sent
