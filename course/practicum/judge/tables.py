"""pandas' series, frames, indexes, extension arrays and scalars as bytes, dtypes in full."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
import pandas as pd

from practicum.errors import Uncrossable
from practicum.judge.arrays import put_array, take_array
from practicum.judge.encoding import PUT, TAKE, Reader, Writer, register

__all__: list[str] = []

# --- columns -----------------------------------------------------------------------------------


def _put_column(writer: Writer, column: Any) -> None:  # noqa: ANN401 (an array of any kind)
    """Append the array that holds the values of a series or an index."""
    if type(column) is pd.arrays.NumpyExtensionArray:
        column = column.to_numpy()
    dtype = column.dtype
    if type(column) is np.ndarray and dtype.kind not in "mM":
        writer.raw(b".")
        put_array(writer, column)
        return
    put = COLUMNS.get(type(dtype))
    if put is None:
        raise Uncrossable(f"a column of dtype {dtype} cannot cross")
    tag, write = put
    writer.raw(tag)
    write(writer, column)


def _take_column(reader: Reader) -> Any:  # noqa: ANN401
    tag = reader.raw(1)
    if tag == b".":
        return take_array(reader)
    if tag not in TAKE_COLUMN:
        raise Uncrossable(f"{tag!r} is not the tag of a column")
    return TAKE_COLUMN[tag](reader)


def _put_times(writer: Writer, column: Any) -> None:  # noqa: ANN401
    """Dates and durations without a time zone: numpy's block."""
    put_array(writer, np.asarray(column))


def _take_times(reader: Reader) -> Any:  # noqa: ANN401
    block = take_array(reader)
    if block.dtype.kind not in "mM" or block.ndim != 1:
        raise Uncrossable("not a column of times")
    return pd.array(block)


def _put_zoned(writer: Writer, column: Any) -> None:  # noqa: ANN401
    writer.text(column.dtype.unit)
    writer.text(str(column.dtype.tz))
    put_array(writer, column.asi8)


def _take_zoned(reader: Reader) -> Any:  # noqa: ANN401
    unit, zone = reader.text(), reader.text()
    dtype = pd.DatetimeTZDtype(cast("Any", unit), zone)
    stamps = pd.DatetimeIndex(_integers(reader).view(f"M8[{unit}]"))
    return stamps.tz_localize("UTC").tz_convert(dtype.tz).array


def _integers(reader: Reader) -> Any:  # noqa: ANN401
    block = take_array(reader)
    if block.dtype != np.dtype("i8") or block.ndim != 1:
        raise Uncrossable("not a block of whole numbers")
    return block


def _put_masked(writer: Writer, column: Any) -> None:  # noqa: ANN401
    dtype = column.dtype
    writer.text(dtype.name)
    mask = np.asarray(column.isna(), dtype=bool)
    numbers = column.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
    put_array(writer, numbers)
    put_array(writer, mask)


def _take_masked(reader: Reader) -> Any:  # noqa: ANN401
    name = reader.text()
    numbers, mask = take_array(reader), take_array(reader)
    kind = {"F": pd.arrays.FloatingArray, "b": pd.arrays.BooleanArray}.get(
        name[:1], pd.arrays.IntegerArray
    )
    column = kind(numbers, mask)
    if column.dtype.name != name or column.ndim != 1:
        raise Uncrossable("not a column of numbers with gaps")
    return column


def _put_strings(writer: Writer, column: Any) -> None:  # noqa: ANN401
    dtype = column.dtype
    writer.text(dtype.storage)
    writer.put(dtype.na_value is pd.NA)
    gaps = np.asarray(column.isna(), dtype=bool)
    texts = column.to_numpy(dtype=object)
    if gaps.any():
        texts = texts.copy()
        texts[gaps] = None
    writer.items(texts.tolist())


def _take_strings(reader: Reader) -> Any:  # noqa: ANN401
    storage, missing = reader.text(), pd.NA if reader.take() else np.nan
    dtype = pd.StringDtype(cast("Any", storage), na_value=missing)
    texts = reader.items()
    if any(type(text) is not str and text is not None for text in texts):
        raise Uncrossable("a column of strings holds something else")
    return pd.array(texts, dtype=dtype)


def _put_categories(writer: Writer, column: Any) -> None:  # noqa: ANN401
    writer.put(column.categories)
    writer.put(bool(column.ordered))
    put_array(writer, np.asarray(column.codes))


def _take_categories(reader: Reader) -> Any:  # noqa: ANN401
    categories, ordered, codes = reader.take(), reader.take(), take_array(reader)
    dtype = pd.CategoricalDtype(categories, ordered=ordered)
    return pd.Categorical.from_codes(codes, dtype=dtype)


def _put_periods(writer: Writer, column: Any) -> None:  # noqa: ANN401
    writer.text(column.dtype.name.removeprefix("period[").removesuffix("]"))
    put_array(writer, column.asi8)


def _take_periods(reader: Reader) -> Any:  # noqa: ANN401
    dtype = pd.PeriodDtype(reader.text())
    return pd.arrays.PeriodArray(_integers(reader), dtype=dtype)


def _put_intervals(writer: Writer, column: Any) -> None:  # noqa: ANN401
    writer.text(column.closed)
    writer.put(pd.Index(column.left))
    writer.put(pd.Index(column.right))


def _take_intervals(reader: Reader) -> Any:  # noqa: ANN401
    closed, left, right = reader.text(), reader.take(), reader.take()
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=cast("Any", closed))


MASKED_DTYPES: Final = [
    type(getattr(pd, name)())
    for name in (
        *("Int8Dtype", "Int16Dtype", "Int32Dtype", "Int64Dtype", "BooleanDtype", "Float32Dtype"),
        *("UInt8Dtype", "UInt16Dtype", "UInt32Dtype", "UInt64Dtype", "Float64Dtype"),
    )
]
COLUMNS: dict[type, tuple[bytes, Any]] = {
    **{type(np.dtype(code)): (b"t", _put_times) for code in ("M8[ns]", "m8[ns]")},
    **dict.fromkeys(MASKED_DTYPES, (b"n", _put_masked)),
    pd.DatetimeTZDtype: (b"z", _put_zoned),
    pd.StringDtype: (b"s", _put_strings),
    pd.CategoricalDtype: (b"c", _put_categories),
    pd.PeriodDtype: (b"p", _put_periods),
    pd.IntervalDtype: (b"i", _put_intervals),
}
TAKE_COLUMN: Final = {
    b"t": _take_times,
    b"n": _take_masked,
    b"z": _take_zoned,
    b"s": _take_strings,
    b"c": _take_categories,
    b"p": _take_periods,
    b"i": _take_intervals,
}

LONGEST_RANGE: Final = 1 << 22
"""How many places a RangeIndex may have; as many 8-byte numbers are the cap of a value."""

# --- indexes -----------------------------------------------------------------------------------


def _put_index(writer: Writer, index: Any) -> None:  # noqa: ANN401
    _put_column(writer, index.array)
    writer.put(index.name)
    writer.put(getattr(index, "freqstr", None) if index.dtype.kind in "mM" else None)


def _take_index(reader: Reader) -> Any:  # noqa: ANN401
    column, name, freq = _take_column(reader), reader.take(), reader.take()
    index = pd.Index(column, name=name, dtype=column.dtype, copy=False)
    if freq is not None:
        if type(freq) is not str:
            raise Uncrossable("an index has a strange frequency")
        index.freq = freq
    return index


def _put_range(writer: Writer, index: pd.RangeIndex) -> None:
    writer.items([index.start, index.stop, index.step])
    writer.put(index.name)


def _take_range(reader: Reader) -> pd.RangeIndex:
    start, stop, step = reader.items()
    # pandas writes it out at many an occasion, and then a few bytes are gigabytes.
    if len(range(start, stop, step)) > LONGEST_RANGE:
        raise Uncrossable("an index is too long")
    return pd.RangeIndex(start, stop, step, name=reader.take())


def _put_levels(writer: Writer, index: pd.MultiIndex) -> None:
    writer.items(list(index.levels))
    writer.items([np.asarray(codes) for codes in index.codes])
    writer.items(list(index.names))


def _take_levels(reader: Reader) -> pd.MultiIndex:
    levels, codes, names = reader.items(), reader.items(), reader.items()
    return pd.MultiIndex(levels=levels, codes=codes, names=names)


for _index in (
    *(pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex),
    *(pd.PeriodIndex, pd.CategoricalIndex, pd.IntervalIndex),
):
    register(_index, b"X", _put_index, _take_index)
register(pd.RangeIndex, b"J", _put_range, _take_range)
register(pd.MultiIndex, b"K", _put_levels, _take_levels)

# --- series and frames -------------------------------------------------------------------------


def _put_extras(writer: Writer, value: Any) -> None:  # noqa: ANN401
    writer.put(dict(value.attrs))
    writer.put(bool(value.flags.allows_duplicate_labels))


def _take_extras(reader: Reader, value: Any) -> Any:  # noqa: ANN401
    attrs, duplicates = reader.take(), reader.take()
    if type(attrs) is not dict or type(duplicates) is not bool:
        raise Uncrossable("a table has strange attributes")
    if attrs:
        value.attrs = attrs
    if not duplicates:
        value.flags.allows_duplicate_labels = False
    return value


def _put_series(writer: Writer, series: Any) -> None:  # noqa: ANN401
    writer.put(series.index)
    writer.put(series.name)
    _put_column(writer, series.array)
    _put_extras(writer, series)


def _labels(reader: Reader) -> Any:  # noqa: ANN401
    index = reader.take()
    if not isinstance(index, pd.Index):
        raise Uncrossable("a table has no index")
    return index


def _take_series(reader: Reader) -> Any:  # noqa: ANN401
    index, name, column = _labels(reader), reader.take(), _take_column(reader)
    if len(index) != len(column):
        raise Uncrossable("a series has not as many values as labels")
    series = pd.Series(column, index=index, name=name, dtype=column.dtype, copy=False)
    return _take_extras(reader, series)


def _put_frame(writer: Writer, frame: Any) -> None:  # noqa: ANN401
    writer.put(frame.index)
    writer.put(frame.columns)
    kinds = set(frame.dtypes)
    if len(kinds) == 1 and isinstance(kind := kinds.pop(), np.dtype) and kind.kind in "biufc":
        writer.raw(b"B")  # one block of numbers
        put_array(writer, frame.to_numpy())
    else:
        writer.raw(b"C")
        for place in range(frame.shape[1]):
            _put_column(writer, frame.iloc[:, place].array)
    _put_extras(writer, frame)


def _take_frame(reader: Reader) -> Any:  # noqa: ANN401
    index, columns = _labels(reader), _labels(reader)
    if reader.raw(1) == b"B":
        block = take_array(reader)
        if block.ndim != 2 or block.shape != (len(index), len(columns)):  # noqa: PLR2004
            raise Uncrossable("a frame has not the shape of its labels")
        frame = pd.DataFrame(block, index=index, columns=columns, copy=False)
    else:
        frame = _by_columns(reader, index, columns)
    return _take_extras(reader, frame)


def _by_columns(reader: Reader, index: Any, columns: Any) -> pd.DataFrame:  # noqa: ANN401
    if len(columns) > len(reader.data):  # a column takes a byte at least
        raise Uncrossable("a frame has not as many columns as labels")
    taken: dict[int, Any] = {}
    for place in range(len(columns)):
        column = _take_column(reader)
        if len(column) != len(index):
            raise Uncrossable("a column has not as many values as its frame has rows")
        if column.dtype == object:  # said aloud, or pandas makes strings of it
            column = pd.Series(column, index=index, dtype=object, copy=False)
        taken[place] = column
    frame = pd.DataFrame(taken, index=index, copy=False)
    frame.columns = columns
    return frame


register(pd.Series, b"P", _put_series, _take_series)
register(pd.DataFrame, b"Q", _put_frame, _take_frame)

# --- scalars and bare arrays -------------------------------------------------------------------


def _put_stamp(writer: Writer, value: pd.Timestamp) -> None:
    writer.put(pd.Index([value]))
    writer.put(value.fold)


def _take_stamp(reader: Reader) -> Any:  # noqa: ANN401
    stamp, fold = _labels(reader)[0], reader.take()
    return stamp.replace(fold=1) if fold == 1 else stamp


def _put_interval(writer: Writer, value: Any) -> None:  # noqa: ANN401
    writer.items([value.left, value.right, value.closed])


def _put_dtype(writer: Writer, value: Any) -> None:  # noqa: ANN401
    """A dtype crosses as an empty column that has it."""
    writer.put(pd.Series([], dtype=value))


for _array in {type(pd.array([], dtype=dtype)) for dtype in ("Int64", "Float64", "boolean")} | {
    *(pd.arrays.DatetimeArray, pd.arrays.TimedeltaArray, pd.arrays.PeriodArray),
    *(pd.arrays.IntervalArray, pd.arrays.StringArray, pd.Categorical),
    type(pd.array(["a"], dtype="str")),
}:
    register(_array, b"V", _put_column, _take_column)
register(
    pd.arrays.NumpyExtensionArray,
    b"W",
    lambda w, v: put_array(w, v.to_numpy()),
    lambda r: pd.arrays.NumpyExtensionArray(take_array(r)),
)
register(pd.Timestamp, b"j", _put_stamp, _take_stamp)
register(pd.Timedelta, b"k", lambda w, v: w.put(pd.Index([v])), lambda r: _labels(r)[0])
register(pd.Period, b"B", lambda w, v: w.put(pd.PeriodIndex([v])), lambda r: _labels(r)[0])
register(pd.Interval, b"C", _put_interval, lambda r: pd.Interval(*r.items()))
for _dtype in (*MASKED_DTYPES, *(kind for kind in COLUMNS if kind.__module__[:6] == "pandas")):
    register(_dtype, b"H", _put_dtype, lambda r: r.take().dtype)
PUT[type(pd.NaT)] = lambda writer, _: writer.raw(b"0")
TAKE[b"0"] = lambda _: pd.NaT
PUT[type(pd.NA)] = lambda writer, _: writer.raw(b"1")
TAKE[b"1"] = lambda _: pd.NA
