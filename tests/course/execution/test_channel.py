"""Messages between processes of which one is hostile."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from practicum.execution.channel import Channel, Closed, Flooded, TimedOut


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    """A channel with a small limit, and the bare socket on its other side."""
    mine, theirs = socket.socketpair()
    with mine, theirs:
        yield Channel(mine, largest=1000), theirs


def _frame(content: bytes, kind: bytes = b"J") -> bytes:
    return struct.pack(">I", len(content)) + kind + content


def _soon() -> float:
    return time.monotonic() + 0.2


def test_messages_come_whole_and_in_order(ends: tuple[Channel, socket.socket]) -> None:
    """A message in pieces waits for its end; two at once are two."""
    channel, other = ends
    data = _frame(b'{"a": 1}') + _frame(b"\x00raw", b"B")
    other.sendall(data[:3])
    with pytest.raises(TimedOut):
        channel.receive(_soon())
    other.sendall(data[3:])
    assert channel.receive(_soon()) == {"a": 1}
    assert channel.receive(_soon()) == b"\x00raw"


@pytest.mark.parametrize(
    "data",
    [
        _frame(b"x" * 1001),
        struct.pack(">I", 2**32 - 1) + b"J",
        _frame(b"{}", b"P"),
        _frame(b"[1]"),
        _frame(b"{"),
        _frame(b"\xff\xfe"),
        _frame(b"[" * 999),
    ],
    ids=["large", "a length that lies", "unknown kind", "list", "cut", "no text", "deep"],
)
def test_what_is_no_message_is_refused(ends: tuple[Channel, socket.socket], data: bytes) -> None:
    """Too large, of no kind, or no JSON object: refused by name, whatever it is."""
    channel, other = ends
    other.sendall(data)
    with pytest.raises(Flooded):
        channel.receive(_soon())


def test_the_end_of_the_other_side_is_noticed(ends: tuple[Channel, socket.socket]) -> None:
    """Reading and writing both say that nobody is there any more."""
    channel, other = ends
    other.close()
    with pytest.raises(Closed):
        channel.receive(_soon())
    with pytest.raises(Closed):
        channel.send({})


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\\udc00\\ud800"])
def test_half_characters_become_marks(ends: tuple[Channel, socket.socket], half: str) -> None:
    """A lone surrogate, which no file takes, is replaced, in names too; a pair is a character."""
    channel, other = ends
    other.sendall(_frame(f'{{"{half}": ["x{half}", "\\ud83d\\ude00"]}}'.encode()))
    message = channel.receive(_soon())
    assert json.dumps(message, ensure_ascii=False).encode()
    assert "\U0001f600" in str(message)


def test_what_is_no_number_becomes_nothing(ends: tuple[Channel, socket.socket]) -> None:
    """NaN and infinity, which a notebook has no word for, are null."""
    channel, other = ends
    other.sendall(_frame(b'{"a": [NaN, Infinity, -Infinity]}'))
    assert channel.receive(_soon()) == {"a": [None, None, None]}
