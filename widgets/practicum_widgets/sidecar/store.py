"""Reading and changing the file; every change is on disk, whole, before it is acknowledged."""

from __future__ import annotations

import getpass
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from practicum.errors import BadInput, Busy, NewerVersion, NotSaved
from practicum.internship import LARGEST, Internship, internship_text, read_internship
from practicum_widgets.sidecar.writing import write_whole

__all__ = ["Sidecar"]

PATIENCE = 10.0
"""Seconds to wait for another window or kernel that is writing."""


class Sidecar:
    """The file of one brief. Several kernels and windows may use it at the same time."""

    def __init__(self, folder: Path, brief: str) -> None:
        """Name the file; nothing is read or written yet."""
        self.brief = brief
        self.file = folder.resolve() / f"{brief}.internship.json"
        self.notices: list[str] = []
        """What the student should know: a broken file was kept aside, say."""
        self._last: Internship | None = None
        self._stamp: tuple[int, int] | None = None
        self._lock = FileLock(_lock_file(self.file), timeout=PATIENCE)

    def read(self) -> Internship:
        """Return what the file says; a new internship where there is none.

        A broken file is kept aside, under a name that says so, and the last good state goes on.

        Raises:
            NewerVersion: A newer practicum wrote the file: it must not be touched.

        """
        stamp = _stamp(self.file)
        if self._last is not None and stamp == self._stamp:
            return self._last
        if stamp is None:
            # Deleted while it was in use: what is in memory is all there is.
            self._last, self._stamp = self._last or Internship(brief=self.brief), None
            return self._last
        try:
            self._last = self._of_brief(_bytes(self.file))
            self._stamp = stamp
        except NewerVersion:
            raise
        except BadInput as error:
            self._keep_aside(str(error))
        return self._last or Internship(brief=self.brief)

    def is_stale(self) -> bool:
        """Tell whether somebody else has written the file since it was read."""
        return _stamp(self.file) != self._stamp

    def change(self, change: Callable[[Internship], Internship]) -> Internship:
        """Apply a change to what is on disk now, and write it before returning.

        Raises:
            BadInput: The change cannot be made; nothing was written.
            Busy: Another window is writing all the time.
            NewerVersion: A newer practicum wrote the file.
            NotSaved: The disk is full or the folder cannot be written; nothing is lost there.

        """
        try:
            with self._lock:
                before = self.read()
                after = change(before)
                if after == before and self.file.is_file():
                    return before
                # Validated as a whole: what cannot be read back is never written.
                content = after.model_dump() | {"revision": before.revision + 1}
                after = Internship.model_validate(content)
                self._write(internship_text(after))
                self._last, self._stamp = after, _stamp(self.file)
                return after
        except Timeout:
            message = f"{self.file.name}: another window is writing: try again"
            raise Busy(message) from None

    def _of_brief(self, data: bytes) -> Internship:
        found = read_internship(data)
        if found.brief != self.brief:
            message = f"it belongs to the brief {found.brief!r}"
            raise BadInput(message)
        return found

    def _write(self, text: str) -> None:
        """Write the file whole, or leave it as it was."""
        try:
            write_whole(self.file, text, f".{self.brief}-")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = f"{self.file.name} could not be written ({reason}): make room or ask for help"
            raise NotSaved(message) from error

    def _keep_aside(self, reason: str) -> None:
        now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        aside = self.file.with_name(f"{self.brief}.internship.broken-{now}.json")
        with suppress(OSError):
            # Whatever it is (a link, a pipe, a folder): it is moved, and never opened.
            self.file.rename(aside)
        self._stamp = _stamp(self.file)
        self.notices.append(
            f"{self.file.name} could not be read ({reason}). It is kept as {aside.name}."
        )


def _bytes(file: Path) -> bytes:
    """Read a regular file; a link or a pipe in its place is refused, without waiting for it."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(file, flags)
    except OSError as error:
        message = f"it cannot be opened: {error.strerror}"
        raise BadInput(message) from None
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BadInput("it is no file")
        return opened.read(LARGEST + 1)


def _stamp(file: Path) -> tuple[int, int] | None:
    """Return what changes with each write: every write makes a new file."""
    try:
        about = file.lstat()
    except OSError:
        return None
    return about.st_ino, about.st_mtime_ns


def _lock_file(file: Path) -> str:
    """Name the lock outside of the folder, which is handed in as it is."""
    digest = hashlib.sha256(str(file).encode()).hexdigest()[:24]
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return str(Path(tempfile.gettempdir()) / f"practicum-{user}-{digest}.lock")
