"""Messages on a stream: each is preceded by its length, and none is longer than a cap."""

from __future__ import annotations

import builtins
import socket
from typing import Final

from practicum.judge.encoding import CAP

__all__ = ["receive", "send"]

# A copy of its own: a notebook that patches len or isinstance does not reach this module.
globals()["__builtins__"] = vars(builtins).copy()

LENGTH: Final = 4
PIECE: Final = 1 << 20


def send(channel: socket.socket, message: bytes) -> None:
    """Send one message.

    Raises:
        OSError: The other end is gone.

    """
    channel.sendall(len(message).to_bytes(LENGTH, "little") + message)


def receive(channel: socket.socket, *, cap: int = 2 * CAP + 1024) -> bytes:
    """Receive one message of at most ``cap`` bytes.

    Raises:
        EOFError: The other end is gone, or announces more than the cap.
        OSError: The connection is broken, or its timeout has passed.

    """
    size = int.from_bytes(_exactly(channel, LENGTH), "little")
    if size > cap:
        raise EOFError(f"a message of {size:,} bytes is too long")
    return _exactly(channel, size)


def _exactly(channel: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = channel.recv(min(size, PIECE))
        if not part:
            raise EOFError("the other end is gone")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
