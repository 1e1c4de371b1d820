"""Plain Python values as bytes: numbers, text, containers, dates."""

from __future__ import annotations

import builtins
import datetime as dt
import struct
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from practicum.errors import Uncrossable
from practicum.judge.encoding import PUT, TAKE, Put, Reader, Writer, register

__all__: list[str] = []

# A copy of its own: a notebook that patches len or isinstance does not reach this module.
globals()["__builtins__"] = vars(builtins).copy()

I64: Final = struct.Struct("<q")
F64: Final = struct.Struct("<d")
PAIR: Final = struct.Struct("<dd")


def _put_int(writer: Writer, value: int) -> None:
    if -(1 << 63) <= value < 1 << 63:
        writer.raw(b"i" + I64.pack(value))
    else:
        writer.raw(b"I")
        writer.block(value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))


def _constant(tag: bytes, value: object) -> None:
    PUT[type(value)] = lambda writer, _: writer.raw(tag)
    TAKE[tag] = lambda _: value


_constant(b"N", None)
_constant(b"E", ...)
_constant(b"!", NotImplemented)
PUT[bool] = lambda writer, value: writer.raw(b"T" if value else b"F")
TAKE[b"T"], TAKE[b"F"] = lambda _: True, lambda _: False
PUT[int] = _put_int
TAKE[b"i"] = lambda reader: I64.unpack(reader.raw(8))[0]
TAKE[b"I"] = lambda reader: int.from_bytes(reader.block(), "little", signed=True)
register(float, b"f", lambda w, v: w.raw(F64.pack(v)), lambda r: F64.unpack(r.raw(8))[0])
register(str, b"s", Writer.text, Reader.text)
register(bytes, b"b", Writer.block, Reader.block)
register(bytearray, b"a", lambda w, v: w.block(bytes(v)), lambda r: bytearray(r.block()))

# --- containers --------------------------------------------------------------------------------


def _put_set(writer: Writer, values: set[Any] | frozenset[Any]) -> None:
    writer.items(list(values))


def _put_dict(writer: Writer, values: dict[Any, Any]) -> None:
    writer.items(list(values))
    writer.items(list(values.values()))


def _take_dict(reader: Reader) -> dict[Any, Any]:
    keys, values = reader.items(), reader.items()
    reader.charge(100 * len(keys))
    return dict(zip(keys, values, strict=True))


def _take_set(reader: Reader) -> set[Any]:
    values = reader.items()
    reader.charge(64 * len(values))
    return set(values)


FACTORIES: Final = {
    "int": int,
    "float": float,
    "str": str,
    "list": list,
    "dict": dict,
    "set": set,
    "tuple": tuple,
    "bool": bool,
    "NoneType": None,
}


def _put_defaultdict(writer: Writer, values: defaultdict[Any, Any]) -> None:
    factory = values.default_factory
    name = "NoneType" if factory is None else getattr(factory, "__name__", "")
    if FACTORIES.get(name, writer) is not factory:
        raise Uncrossable("a defaultdict with a factory of its own cannot cross")
    writer.text(name)
    _put_dict(writer, values)


def _take_defaultdict(reader: Reader) -> defaultdict[Any, Any]:
    factory: Any = FACTORIES[reader.text()]
    return defaultdict(factory, _take_dict(reader))


def _put_deque(writer: Writer, values: deque[Any]) -> None:
    writer.put(values.maxlen)
    writer.items(list(values))


def _take_deque(reader: Reader) -> deque[Any]:
    most = reader.take()
    return deque(reader.items(), most)


register(list, b"l", Writer.items, Reader.items)
register(tuple, b"t", Writer.items, lambda r: tuple(r.items()))
register(set, b"e", _put_set, _take_set)
register(frozenset, b"z", _put_set, lambda r: frozenset(_take_set(r)))
register(dict, b"d", _put_dict, _take_dict)
register(OrderedDict, b"o", _put_dict, lambda r: OrderedDict(_take_dict(r)))
register(Counter, b"c", _put_dict, lambda r: Counter(_take_dict(r)))
register(defaultdict, b"D", _put_defaultdict, _take_defaultdict)
register(deque, b"q", _put_deque, _take_deque)

# --- numbers, dates ------------------------------------------------------------------------------


def _put_parts(*names: str) -> Put:
    return lambda writer, value: writer.items([getattr(value, name) for name in names])


def _put_zone(writer: Writer, zone: dt.tzinfo | None) -> None:
    kind = type(zone)
    if zone is None:
        writer.put(None)
    elif kind is dt.timezone:
        writer.put(zone.utcoffset(None))
    elif kind.__module__ == "zoneinfo" and kind.__name__ == "ZoneInfo":
        writer.put(str(getattr(zone, "key", "")))
    else:
        raise Uncrossable(f"a time zone of the type {kind.__qualname__} cannot cross")


def _take_zone(reader: Reader) -> dt.tzinfo | None:
    zone = reader.take()
    if zone is None:
        return None
    if type(zone) is dt.timedelta:
        return dt.timezone(zone) if zone else dt.UTC
    from zoneinfo import ZoneInfo  # noqa: PLC0415 (few notebooks need it)

    return ZoneInfo(zone)


CLOCK = ("hour", "minute", "second", "microsecond")


def _put_datetime(writer: Writer, value: dt.datetime) -> None:
    _put_parts("year", "month", "day", *CLOCK, "fold")(writer, value)
    _put_zone(writer, value.tzinfo)


def _take_datetime(reader: Reader) -> dt.datetime:
    *parts, fold = reader.items()
    naive = dt.datetime(*parts)  # noqa: DTZ001 (its time zone, if any, comes next)
    return naive.replace(fold=fold, tzinfo=_take_zone(reader))


def _put_time(writer: Writer, value: dt.time) -> None:
    _put_parts(*CLOCK, "fold")(writer, value)
    _put_zone(writer, value.tzinfo)


def _take_time(reader: Reader) -> dt.time:
    *parts, fold = reader.items()
    return dt.time(*parts).replace(fold=fold, tzinfo=_take_zone(reader))


def _take_complex(reader: Reader) -> complex:
    return complex(*PAIR.unpack(reader.raw(16)))


register(complex, b"x", lambda w, v: w.raw(PAIR.pack(v.real, v.imag)), _take_complex)
register(Decimal, b"m", lambda w, v: w.text(str(v)), lambda r: Decimal(r.text()))
register(Fraction, b"r", _put_parts("numerator", "denominator"), lambda r: Fraction(*r.items()))
register(range, b"R", _put_parts("start", "stop", "step"), lambda r: range(*r.items()))
register(slice, b"L", _put_parts("start", "stop", "step"), lambda r: slice(*r.items()))
register(dt.date, b"y", _put_parts("year", "month", "day"), lambda r: dt.date(*r.items()))
register(dt.datetime, b"Y", _put_datetime, _take_datetime)
register(dt.time, b"h", _put_time, _take_time)
register(
    dt.timedelta,
    b"u",
    _put_parts("days", "seconds", "microseconds"),
    lambda r: dt.timedelta(*r.items()),
)
register(
    dt.timezone,
    b"w",
    lambda w, v: w.put(v.utcoffset(None)),
    lambda r: dt.timezone(r.take()),
)
