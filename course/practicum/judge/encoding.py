"""Values as bytes: a small binary format that a hostile writer cannot turn against its reader.

There is no pickle and no eval: a byte names one of the types below, the rest is checked data.
Types are exact: a subclass, whose methods could lie, does not cross. A value that is referred
to twice crosses as two equal values; one that holds itself does not cross. What is
sent how is told in `plain` (Python), `arrays` (numpy) and `tables` (pandas); the rest is up to
the ``foreign`` callback, by which students' functions and objects cross as handles.
"""

from __future__ import annotations

import builtins
import importlib
import struct
from array import array
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any, Final, NoReturn

from practicum.errors import Uncrossable

__all__ = ["CAP", "DEPTH", "PUT", "TAKE", "Reader", "Writer", "decode", "encode", "register"]

# A copy of its own: a notebook that patches len or isinstance does not reach this module.
globals()["__builtins__"] = vars(builtins).copy()

CAP: Final = 32 << 20
"""How many bytes a value may take, encoded or in memory, if nothing else is said."""

DEPTH: Final = 64
"""How deep containers may be nested."""

BULK: Final = 8
"""From how many items on a container of one type is sent as one block."""

U32: Final = struct.Struct("<I")
TOO_BIG = "the value takes more than {cap:,} bytes"
TOO_DEEP = f"the value is nested more than {DEPTH} deep, or holds itself"
SHORT = "the data ends too early"

Put = Callable[["Writer", Any], None]
Take = Callable[["Reader"], Any]
PUT: dict[type, Put] = {}
TAKE: dict[bytes, Take] = {}
Foreign = Callable[[Any], Any]


def _no_foreign(value: Any) -> NoReturn:  # noqa: ANN401 (any value may be asked about)
    kind = type(value)
    raise Uncrossable(f"a value of the type {kind.__module__}.{kind.__qualname__} cannot cross")


class Writer:
    """Collects the bytes of one value; refuses as soon as they are too many."""

    __slots__ = ("cap", "depth", "foreign", "parts", "room")

    def __init__(self, cap: int, foreign: Foreign) -> None:
        """Begin with room for ``cap`` bytes."""
        self.parts: list[bytes] = []
        self.cap = self.room = cap
        self.depth = 0
        self.foreign = foreign

    def raw(self, data: bytes) -> None:
        """Append bytes whose length the reader knows."""
        self.room -= len(data)
        if self.room < 0:
            raise Uncrossable(TOO_BIG.format(cap=self.cap))
        self.parts.append(data)

    def block(self, data: bytes) -> None:
        """Append bytes and their length."""
        self.raw(U32.pack(len(data)))
        self.raw(data)

    def text(self, text: str) -> None:
        """Append a string, lone surrogates included."""
        self.block(text.encode("utf-8", "surrogatepass"))

    def put(self, value: Any) -> None:  # noqa: ANN401
        """Append any value.

        Raises:
            Uncrossable: It is of a type that does not cross, too big or nested too deep.

        """
        kind = type(value)
        put = PUT.get(kind) or _put_of_library(kind)
        if put is None:
            self.raw(b"~")
            value, put = self.foreign(value), _put_foreign
        self.depth += 1
        if self.depth > DEPTH:
            raise Uncrossable(TOO_DEEP)
        put(self, value)
        self.depth -= 1

    def items(self, values: list[Any] | tuple[Any, ...]) -> None:
        """Append a number of values; those of one plain type as one block."""
        self.raw(U32.pack(len(values)))
        if len(values) < BULK or not _put_bulk(self, values):
            self.raw(b".")
            for value in values:
                self.put(value)


class Reader:
    """Takes values from bytes; counts the memory that they will need before it is taken."""

    __slots__ = ("at", "cap", "data", "depth", "foreign", "room")

    def __init__(self, data: bytes, cap: int, foreign: Foreign) -> None:
        """Begin at the start of ``data``, with leave to use ``cap`` bytes of memory."""
        self.data, self.at = data, 0
        self.cap = self.room = cap
        self.depth = 0
        self.foreign = foreign

    def charge(self, size: int) -> None:
        """Count memory that is about to be used."""
        self.room -= size
        if self.room < 0:
            raise Uncrossable(TOO_BIG.format(cap=self.cap))

    def raw(self, size: int) -> bytes:
        """Take so many bytes."""
        end = self.at + size
        if size < 0 or end > len(self.data):
            raise Uncrossable(SHORT)
        self.charge(size)
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def number(self) -> int:
        """Take a small number: a length."""
        return int(U32.unpack(self.raw(4))[0])

    def block(self) -> bytes:
        """Take bytes that are preceded by their length."""
        return self.raw(self.number())

    def text(self) -> str:
        """Take a string."""
        data = self.block()
        self.charge(4 * len(data) + 50)
        return data.decode("utf-8", "surrogatepass")

    def take(self) -> Any:  # noqa: ANN401
        """Take any value.

        Raises:
            Uncrossable: The bytes are no value, or one that is too big or too deep.

        """
        tag = self.raw(1)
        take = TAKE.get(tag) or _take_of_library(tag)
        self.depth += 1
        if self.depth > DEPTH:
            raise Uncrossable(TOO_DEEP)
        self.charge(32)
        value = take(self)
        self.depth -= 1
        return value

    def items(self) -> list[Any]:
        """Take a number of values."""
        size = self.number()
        kind = self.raw(1)
        self.charge(8 * size)
        if kind != b".":
            return _take_bulk(self, kind, size)
        if size > len(self.data) - self.at:  # each takes a byte at least
            raise Uncrossable(SHORT)
        return [self.take() for _ in range(size)]


def encode(value: Any, *, cap: int = CAP, foreign: Foreign = _no_foreign) -> bytes:  # noqa: ANN401
    """Return a value as bytes.

    Args:
        value: What is to cross: plain Python data, numpy or pandas.
        cap: How many bytes it may take.
        foreign: Is asked about a value of an unknown type; returns plain data that stand for
            it, or raises `Uncrossable`.

    Raises:
        Uncrossable: It cannot cross, with the reason.

    """
    writer = Writer(cap, foreign)
    try:
        writer.put(value)
    except (RecursionError, MemoryError, OverflowError, struct.error) as error:
        raise Uncrossable(f"the value cannot cross: {error}") from None
    return b"".join(writer.parts)


def decode(data: bytes, *, cap: int = CAP, foreign: Foreign = _no_foreign) -> Any:  # noqa: ANN401
    """Return the value that `encode` wrote; safe for bytes from anybody.

    Args:
        data: The bytes.
        cap: How many bytes of memory the value may take.
        foreign: Receives the plain data that stand for a value of an unknown type.

    Raises:
        Uncrossable: They are not the bytes of a value; nothing else is ever raised.

    """
    if len(data) > cap:
        raise Uncrossable(TOO_BIG.format(cap=cap))
    reader = Reader(bytes(data), cap + len(data), foreign)
    try:
        value = reader.take()
    except Uncrossable:
        raise
    except Exception as error:  # noqa: BLE001 (a library may choke on forged data in any way)
        raise Uncrossable(f"not a value: {type(error).__name__}: {error}"[:300]) from None
    if reader.at != len(reader.data):
        raise Uncrossable("there is more data than the value has")
    return value


def register(kind: type, tag: bytes, put: Put, take: Take) -> None:
    """Teach the format a type; ``tag`` is its byte."""

    def put_tagged(writer: Writer, value: Any) -> None:  # noqa: ANN401
        writer.raw(tag)
        put(writer, value)

    PUT[kind] = put_tagged
    TAKE[tag] = take


def _put_of_library(kind: type) -> Put | None:
    library = kind.__module__.partition(".")[0] if type(kind.__module__) is str else ""
    if library in {"numpy", "pandas"}:
        importlib.import_module("practicum.judge." + ("arrays", "tables")[library == "pandas"])
    return PUT.get(kind)


def _take_of_library(tag: bytes) -> Take:
    for room in ("arrays", "tables"):
        if tag not in TAKE:
            importlib.import_module(f"practicum.judge.{room}")
    if tag not in TAKE:
        raise Uncrossable(f"{tag!r} is not the tag of a type")
    return TAKE[tag]


def _put_foreign(writer: Writer, value: Any) -> None:  # noqa: ANN401
    writer.put(value)


def _take_foreign(reader: Reader) -> Any:  # noqa: ANN401
    return reader.foreign(reader.take())


TAKE[b"~"] = _take_foreign

# --- many values of one type -----------------------------------------------------------------


def _put_bulk(writer: Writer, values: list[Any] | tuple[Any, ...]) -> bool:
    kinds = set(map(type, values))
    if kinds == {str}:
        _put_strings(writer, values)
    elif kinds == {float}:
        writer.raw(b"f" + array("d", values).tobytes())
    elif kinds == {bool}:
        writer.raw(b"b" + bytes(values))
    elif kinds == {int}:
        try:
            writer.raw(b"i" + array("q", values).tobytes())
        except OverflowError:
            return False
    elif str in kinds and kinds <= {str, type(None), float}:
        return _put_gaps(writer, values)
    else:
        return False
    return True


def _put_strings(writer: Writer, values: Iterable[str]) -> None:
    texts = list(values)
    joined = "\0".join(texts)
    if joined.count("\0") == len(texts) - 1:
        writer.raw(b"s")
        writer.text(joined)
    else:
        writer.raw(b"S")
        writer.text("".join(texts))
        writer.raw(array("I", map(len, texts)).tobytes())


def _put_gaps(writer: Writer, values: list[Any] | tuple[Any, ...]) -> bool:
    """Strings among which some are None or nan, as in a column with missing values."""
    if any(type(value) is float and value == value for value in values):  # noqa: PLR0124 (not nan)
        return False
    kinds = {str: 0, type(None): 1, float: 2}
    writer.raw(b"g" + bytes([kinds[type(value)] for value in values]))
    _put_strings(writer, [value if type(value) is str else "" for value in values])
    return True


def _take_bulk(reader: Reader, kind: bytes, size: int) -> list[Any]:
    if kind in {b"s", b"S"}:
        return _take_strings(reader, kind, size)
    if kind == b"g":
        gaps = reader.raw(size)
        texts = _take_strings(reader, reader.raw(1), size)
        nan = float("nan")
        return [
            text if gap == 0 else (None if gap == 1 else nan)
            for text, gap in zip(texts, gaps, strict=True)
        ]
    if kind == b"b":
        return list(map(bool, reader.raw(size)))
    if kind in {b"i", b"f"}:
        reader.charge(32 * size)
        return array("q" if kind == b"i" else "d", reader.raw(8 * size)).tolist()
    raise Uncrossable("not a block of values")


def _take_strings(reader: Reader, kind: bytes, size: int) -> list[str]:
    joined = reader.text()
    reader.charge(58 * size)
    if kind == b"s":
        if joined.count("\0") != size - 1:
            raise Uncrossable("the number of strings is not what was said")
        return joined.split("\0")
    if kind != b"S":
        raise Uncrossable("not a block of strings")
    lengths = array("I", reader.raw(4 * size)).tolist()
    if sum(lengths) != len(joined):
        raise Uncrossable("the lengths of strings are not what was said")
    ends = list(accumulate(lengths))
    return [joined[end - length : end] for end, length in zip(ends, lengths, strict=True)]
