"""stdout and stderr of a kernel in the box, for Python's text and for a subprocess's bytes.

What a subprocess or a C library writes to the file descriptors lands in a file of the box, and is
taken over, in order, whenever Python writes or an output is sent.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable

__all__ = ["Stream"]

PENDING_CHARACTERS = 1 << 16
READ_BYTES = 1 << 20
PIECE_CHARACTERS = 1 << 20

# As in channel.py: what a student puts in the place of builtins does not silence the kernel.
_length, _is, _range = len, isinstance, range


class Stream(io.TextIOBase):
    """A text stream that hands what was written to ``publish``, in pieces."""

    name: str
    encoding = "UTF-8"

    def __init__(self, name: str, descriptor: int, publish: Callable[[str, str], None]) -> None:
        """Stand for ``descriptor``; ``publish`` gets the stream's name and the text."""
        self.name, self._descriptor, self._publish = name, descriptor, publish
        self._pending: list[str] = []
        self._size = self._read = 0

    def begin(self) -> None:
        """Let the descriptor end in a nameless file of the box; once, in the process itself."""
        flags = os.O_TMPFILE | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        file = os.open(tempfile.gettempdir(), flags, 0o600)
        os.dup2(file, self._descriptor)
        os.close(file)
        self._read = 0

    def fileno(self) -> int:
        """Return the descriptor, for subprocesses that are to write here."""
        return self._descriptor

    def writable(self) -> bool:
        """Tell that this can be written to."""
        return True

    def write(self, text: str, /) -> int:
        """Take text; it is sent when there is much, or when the stream is flushed."""
        if not _is(text, str):
            message = f"write() argument must be str, not {type(text)}"
            raise TypeError(message)
        self._take_over()
        self._pending.append(text)
        self._size += _length(text)
        if self._size > PENDING_CHARACTERS:
            self.flush()
        return _length(text)

    def flush(self) -> None:
        """Send what is there."""
        self._take_over()
        if self._pending:
            text = "".join(self._pending)
            self._pending.clear()
            self._size = 0
            for start in _range(0, _length(text), PIECE_CHARACTERS):
                self._publish(self.name, text[start : start + PIECE_CHARACTERS])

    def _take_over(self) -> None:
        """Take what others wrote to the descriptor since the last time."""
        try:
            while os.fstat(self._descriptor).st_size > self._read:
                data = os.pread(self._descriptor, READ_BYTES, self._read)
                if not data:
                    return
                self._read += _length(data)
                self._pending.append(data.decode("utf-8", "replace"))
                self._size += _length(data)
        except OSError:
            return
