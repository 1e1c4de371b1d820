"""Values as bytes: what goes in comes out, and forged bytes do no harm."""

import datetime as dt
import resource
import struct
import tracemalloc
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practicum.errors import Uncrossable
from practicum.judge import decode, encode, warm
from practicum.judge.encoding import TAKE

warm()

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(1 << 200), 1 << 200)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(dt.UTC) | st.just(ZoneInfo("Asia/Tokyo")))
    | st.times()
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.fractions()
)
keys = st.none() | st.integers() | st.text() | st.dates() | st.tuples(st.integers(), st.text())
plain = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(keys, inner)
        | st.lists(inner).map(deque)
        | st.frozensets(keys)
        | st.sets(keys)
    ),
    max_leaves=40,
)


def _same(one: object, other: object) -> None:
    assert type(one) is type(other)
    assert one == other
    assert repr(one) == repr(other) or "{" in repr(one)  # a set has no order


@given(plain)
def test_plain_values_come_back(value: Any) -> None:
    """Plain Python data cross unchanged, types included."""
    _same(decode(encode(value)), value)


@given(st.lists(st.integers() | st.text() | st.none() | st.floats(allow_nan=False), min_size=8))
def test_long_lists_come_back(values: Any) -> None:
    """Blocks of one type, and mixed lists, cross unchanged."""
    _same(decode(encode(values)), values)


@pytest.mark.parametrize(
    "value",
    [
        Counter("aab"),
        OrderedDict(b=1, a=2),
        defaultdict(list, {1: [2]}),
        range(1, 9, 2),
        slice(1, None, 2),
        deque([1], 3),
        bytearray(b"a"),
        Decimal("NaN"),
        Fraction(1, 3),
        ["a\0b"] * 9,
        ["a", None] * 9,
        ...,
        np.float32(1.5),
        np.int8(-3),
        np.bool_(True),
        np.str_("x"),
        np.datetime64("2020-01-01T03"),
        np.timedelta64(3, "h"),
        np.complex128(1j),
        np.dtype("<M8[us]"),
        np.dtype(object),
        pd.Timestamp("2020-01-01 03:04:05.000006007"),
        pd.Timestamp("2020-07-01", tz="Europe/Paris"),
        pd.Timedelta("3h"),
        pd.Period("2020-03", "M"),
        pd.Period("2020-01-01", "W-SUN"),
        pd.Interval(1, 2, closed="left"),
        pd.NaT,
        pd.NA,
        pd.Int64Dtype(),
        pd.StringDtype(),
        pd.CategoricalDtype(["b", "a"], ordered=True),
        pd.DatetimeTZDtype("ns", "UTC"),
    ],
)
def test_this_value_comes_back(value: Any) -> None:
    """Each of these crosses unchanged, type included."""
    again = decode(encode(value))

    assert type(again) is type(value)
    assert repr(again) == repr(value)


DTYPES = [
    *("int8", "uint16", "int64", "float32", "float64", "bool", "complex128", "object", "str"),
    *("Int8", "Int64", "UInt32", "Float32", "Float64", "boolean", "string", "category"),
    *("datetime64[ns]", "datetime64[s]", "datetime64[us, UTC]", "datetime64[ns, Europe/Berlin]"),
    *("datetime64[ns, +01:00]", "timedelta64[ns]", "timedelta64[ms]", "period[M]", "period[Q-DEC]"),
    *("interval", "S3"),
]


def _column(dtype: Any, size: int, dice: np.random.Generator) -> Any:
    numbers = dice.integers(0, 100, size)
    gaps = dice.random(size) < (0.3 if size > 1 else 0)
    texts = [None if gap else f"t{number}" for gap, number in zip(gaps, numbers, strict=True)]
    if dtype == "S3":
        return pd.Series(np.array([b"abc"] * size, dtype="S3").astype(object))
    if dtype == "interval":
        return pd.Series(pd.cut(pd.Series(numbers, dtype=float), [-1.0, 20.0, 50.0, 101.0]))
    if dtype.startswith("period"):
        days = pd.date_range("2000-01-01", periods=size).to_series()
        return days.dt.to_period(dtype[7:-1]).reset_index(drop=True)
    if dtype in {"object", "str", "string", "category"}:
        return pd.Series(texts, dtype=object).astype(dtype)
    if dtype.startswith(("date", "time")):
        naive = pd.Series(numbers.astype("int64") * 10**9, dtype="int64")
        return (
            naive.astype("datetime64[ns, UTC]").astype(dtype)
            if "," in dtype
            else naive.astype(dtype)
        )
    series = pd.Series(numbers > 50 if dtype.startswith("bool") else numbers).astype(dtype)
    if dtype[0] in "IUFb" and dtype != "bool":
        series[gaps] = pd.NA
    return series


@st.composite
def _frames(draw: st.DrawFn) -> Any:
    dice = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    size = draw(st.integers(0, 12))
    kinds = draw(st.lists(st.sampled_from(DTYPES), max_size=5))
    frame = pd.DataFrame(
        {f"c{place}": _column(kind, size, dice) for place, kind in enumerate(kinds)}
    )
    if not kinds:
        frame = pd.DataFrame(index=range(size))
    index = draw(st.sampled_from(["range", "dates", "text", "multi", "months", "numbers"]))
    if index == "dates":
        frame.index = pd.date_range(
            "2020-01-01", periods=size, freq="h", tz="Europe/Berlin", name="t"
        )
    elif index == "text":
        frame.index = pd.Index([f"r{place}" for place in range(size)], name="n")
    elif index == "multi":
        frame.index = pd.MultiIndex.from_product([["a"], range(size)], names=["x", None])
    elif index == "months":
        frame.index = pd.period_range("2020-01", periods=size, freq="M")
    elif index == "numbers":
        frame.index = pd.Index(dice.random(size))
    if draw(st.booleans()):
        frame.attrs = {"unit": "mm"}
    return frame


@settings(max_examples=150)
@given(_frames())
def test_frames_come_back(frame: Any) -> None:
    """A frame crosses unchanged: values, dtypes, labels, names, frequencies, attributes."""
    again = decode(encode(frame))

    pd.testing.assert_frame_equal(
        again,
        frame,
        check_exact=True,
        check_freq=True,
        check_index_type=True,
        check_column_type=True,
    )
    assert list(again.dtypes) == list(frame.dtypes)
    assert again.attrs == frame.attrs
    for name in frame:
        series = decode(encode(frame[name]))
        pd.testing.assert_series_equal(series, frame[name], check_exact=True, check_freq=True)
        assert type(series.index) is type(frame.index)


@pytest.mark.parametrize(
    "dtype", ["<i4", ">i4", "f2", "c8", "?", "U3", "S2", "M8[D]", "m8[s]", "O"]
)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (0, 5), (2, 1, 2)])
def test_arrays_come_back(dtype: str, shape: tuple[int, ...]) -> None:
    """An array crosses unchanged, and can be written to."""
    array = np.zeros(shape, dtype=dtype)
    again = decode(encode(array))

    assert again.dtype == array.dtype
    assert again.shape == array.shape
    assert again.tolist() == array.tolist()
    assert again.flags.writeable
    assert decode(encode(array.copy("F"))).tolist() == array.tolist()


class _Number(int):
    """A subclass, whose methods could lie."""


_itself: list[object] = []
_itself.append(_itself)


@pytest.mark.parametrize(
    "value",
    [
        _Number(3),
        [_Number(3)],
        {"a": _Number(3)},
        _itself,
        object(),
        len,
        np.ma.array([1]),
        np.array([(1, 2)], dtype="i4,i4"),
        pd.Series(pd.arrays.SparseArray([1, 0])),
        np.array([_Number(1)], dtype=object),
        iter([]),
        "x" * (40 << 20),
        np.zeros(40 << 20, "u1"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_does_not_cross(value: Any) -> None:
    """Subclasses, cycles, code, exotic and huge values are refused."""
    with pytest.raises(Uncrossable):
        encode(value)


@pytest.fixture(autouse=True, scope="module")
def as_in_its_box() -> Iterator[None]:
    """Let a value take no more memory than in the judge's box: a bomb is refused there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + (2 << 30), hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _taken(data: bytes, cap: int = 1 << 20) -> bool:
    try:
        decode(data, cap=cap)
    except Uncrossable:
        return False
    return True


@settings(max_examples=400)
@given(st.binary(max_size=200))
def test_random_bytes_do_no_harm(data: Any) -> None:
    """Random bytes are a value or refused; no other error comes out."""
    _taken(data)


tags = st.sampled_from(sorted(TAKE))
lies = st.sampled_from(
    [b"\0", b"\xff" * 4, b"\x09\0\0\0", b"\1\0\0\0", b".", b"s", b"g", b"|O", b"V8"]
)


@settings(max_examples=600)
@given(st.lists(tags | lies | st.binary(max_size=9), max_size=30).map(b"".join))
def test_tags_and_lies_do_no_harm(data: Any) -> None:
    """Bytes made of real tags and false lengths are a value or refused."""
    _taken(data)


SEEDS = [
    encode(pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.date_range("2020", periods=2)})),
    encode(pd.Series(list("aba"), dtype="category")),
    encode(pd.Series([1, 2], index=pd.MultiIndex.from_tuples([(1, "a"), (2, "b")]))),
    encode(pd.Series(pd.period_range("2020", periods=3, freq="M"))),
    encode({"a": [1.5, {2, 3}], "b": (dt.datetime(2020, 1, 1, tzinfo=dt.UTC),)}),
    encode(np.array(["a", None], dtype=object)),
    encode(pd.cut(pd.Series([1.0, 5.0]), 2)),
    encode(np.random.default_rng(0)),
]


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_values_do_no_harm(seed: int, data: Any) -> None:
    """A real value with bytes changed, cut or put in is a value or refused."""
    damaged = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                damaged[place] = data.draw(st.integers(0, 255))
            case 1:
                damaged[place : place + 1] = b""
            case _:
                damaged[place:place] = data.draw(st.binary(max_size=5))
        if not damaged:
            break
    _taken(bytes(damaged))


def _length(size: int) -> bytes:
    return struct.pack("<I", size)


BOMBS = {
    "a list that says it is long": b"l" + _length(1 << 31) + b".",
    "a block that says it is long": b"l" + _length(1 << 31) + b"i",
    "a long text": b"s" + _length(1 << 31),
    "a deep list": b"l\1\0\0\0." * 100_000,
    "an array with a huge shape": encode(np.zeros(2)).replace(
        encode((2,)), encode((1 << 40, 1 << 7))
    ),
    "an array of nothing with a huge shape": encode(np.zeros(2)).replace(
        encode((2,)), encode((0, 1 << 62))
    ),
    "categories of a long range": encode(
        pd.Series(pd.Categorical([0, 1], categories=pd.RangeIndex(2)))
    ).replace(encode(pd.RangeIndex(2))[:-1], encode(pd.RangeIndex(1 << 31))[:-1]),
    "an array of objects": encode(np.zeros(2)).replace(b"<f8", b"|O8"),
    "an array of void": encode(np.zeros(2)).replace(b"<f8", b"|V8"),
    "an array of texts of no length": encode(np.zeros(2)).replace(b"<f8", b"<U0"),
    "a list of lists": b"l" + _length(200_000) + b"." + (b"l" + _length(0) + b".") * 200_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_bomb_takes_more_than_the_cap(name: str) -> None:
    """Lengths that lie are refused before memory is taken."""
    cap = 2 << 20
    tracemalloc.start()
    taken = _taken(BOMBS[name], cap=cap)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert not taken
    assert most < 3 * cap


def test_nothing_is_left_over() -> None:
    """Bytes behind a value are refused."""
    with pytest.raises(Uncrossable, match="more data"):
        decode(encode(1) + b"N")
