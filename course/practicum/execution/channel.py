"""Messages between the trusted side and a process in the box: length first, then the bytes.

A frame is four bytes of length, one byte of kind, and the content: JSON (``J``), or bytes that
are only passed on (``B``). The one who reads decides how much he takes; nothing that is read
is ever unpickled or evaluated.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import time
from typing import Any

__all__ = ["Channel", "Closed", "Flooded", "TimedOut"]

HEADER = struct.Struct(">IB")
JSON, RAW = ord("J"), ord("B")
HALF = re.compile(rb"\\u[dD][89a-fA-F]")
CHUNK = 1 << 18

Frame = dict[str, Any] | bytes

# A student's code may put something else in the place of builtins: then it is that code's affair
# what its kernel says, but the kernel goes on speaking.
_length = len


class Closed(Exception):
    """The other side has ended."""


class TimedOut(Exception):
    """Nothing complete came in time."""


class Flooded(Exception):
    """A frame is larger than the reader takes, or is no message."""


class Channel:
    """One end of a stream socket between two processes."""

    def __init__(self, end: socket.socket, *, largest: int = 64 << 20) -> None:
        """Take over a socket; ``largest`` is the size in bytes of the largest frame read."""
        self.socket = end
        self.received = 0
        self._largest = largest
        self._buffer = bytearray()

    def send(self, frame: Frame) -> None:
        """Send a message.

        Raises:
            Closed: The other side has ended.

        """
        if type(frame) is bytes:
            kind, content = RAW, frame
        else:
            kind, content = JSON, json.dumps(frame, ensure_ascii=False).encode("utf-8", "replace")
        try:
            self.socket.sendall(HEADER.pack(_length(content), kind) + content)
        except OSError:
            raise Closed from None

    def receive(self, deadline: float) -> Frame:
        """Return the next message, waiting until ``deadline`` (of ``time.monotonic``).

        Raises:
            Closed: The other side has ended.
            TimedOut: There is no whole message at the deadline.
            Flooded: The message is too large, or is none.

        """
        while (frame := self.next_frame()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimedOut
            self.socket.settimeout(left)
            try:
                self._take(self.socket.recv(CHUNK))
            except TimeoutError:
                raise TimedOut from None
            except OSError:
                raise Closed from None
        return frame

    def fill(self) -> None:
        """Read what is there, without waiting; for an event loop's reader.

        Raises:
            Closed: The other side has ended.

        """
        try:
            self._take(self.socket.recv(CHUNK, socket.MSG_DONTWAIT))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            raise Closed from None

    def next_frame(self) -> Frame | None:
        """Return a whole message that has been read already, or None.

        Raises:
            Flooded: The message is too large, or is none.

        """
        if _length(self._buffer) < HEADER.size:
            return None
        length, kind = HEADER.unpack_from(self._buffer)
        if length > self._largest or kind not in (JSON, RAW):
            raise Flooded
        end = HEADER.size + length
        if _length(self._buffer) < end:
            return None
        content = bytes(self._buffer[HEADER.size : end])
        del self._buffer[:end]
        return content if kind == RAW else _message(content)

    def close(self) -> None:
        """Close this end."""
        self.socket.close()

    def _take(self, data: bytes) -> None:
        if not data:
            raise Closed
        self.received += _length(data)
        self._buffer += data


def _message(content: bytes) -> dict[str, Any]:
    try:
        # A notebook has no word for what is no number.
        message = json.loads(content, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        raise Flooded from None
    if type(message) is not dict:
        raise Flooded
    # JSON can name half a character, which no file and no database takes.
    return _whole(message) if HALF.search(content) else message


def _whole(value: Any) -> Any:  # noqa: ANN401 (whatever JSON holds)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_whole(name): _whole(entry) for name, entry in value.items()}
    return [_whole(entry) for entry in value] if isinstance(value, list) else value
