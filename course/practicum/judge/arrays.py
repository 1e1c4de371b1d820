"""numpy's scalars, arrays, dtypes and generators as bytes: numeric blocks go as they lie."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from practicum.errors import Uncrossable
from practicum.judge.encoding import Reader, Writer, register

__all__ = ["put_array", "take_array"]

KINDS: Final = frozenset("biufcmMSU")
"""The kinds of dtypes that are blocks of numbers or text: no objects, no structures."""

LONGEST: Final = 1 << 48
"""No array is longer than this in any direction, whatever a shape says."""

MOST_DIMENSIONS: Final = 32


def put_array(writer: Writer, value: NDArray[Any]) -> None:
    """Append an array; one of objects is sent value by value."""
    dtype = value.dtype
    writer.put(value.shape)
    if dtype.kind == "O":
        writer.text("O")
        writer.items(value.ravel().tolist())
        return
    if dtype.kind not in KINDS:
        raise Uncrossable(f"an array of dtype {dtype} cannot cross")
    writer.text(_name(dtype))
    fortran = value.flags.f_contiguous and not value.flags.c_contiguous
    writer.raw(b"F" if fortran else b"C")
    if value.nbytes > writer.room:
        raise Uncrossable(f"an array of {value.nbytes:,} bytes is too big to cross")
    writer.raw(value.tobytes("F" if fortran else "C"))


def take_array(reader: Reader) -> NDArray[Any]:
    """Take an array; its size is checked before the memory is used."""
    shape, name = reader.take(), reader.text()
    size = _size(shape)
    if name == "O":
        array = np.empty(size, dtype=object)
        items = reader.items()
        if len(items) != size:
            raise Uncrossable("an array has not as many values as its shape says")
        array[:] = items
        return array.reshape(shape)
    dtype = _dtype(name)
    order = "F" if reader.raw(1) == b"F" else "C"
    data = reader.raw(size * dtype.itemsize)
    reader.charge(len(data))
    flat = np.frombuffer(data, dtype=dtype, count=size).copy()
    return flat.reshape(shape, order=order)  # type: ignore[call-overload,no-any-return]


def _name(dtype: np.dtype[Any]) -> str:
    return dtype.str


def _dtype(name: str) -> np.dtype[Any]:
    dtype = np.dtype(name)
    if dtype.kind not in KINDS or dtype.itemsize == 0 or dtype.str != name:
        raise Uncrossable(f"an array of dtype {name!r} cannot cross")
    return dtype


def _size(shape: object) -> int:
    if type(shape) is not tuple or len(shape) > MOST_DIMENSIONS:
        raise Uncrossable("an array has no shape")
    if any(type(side) is not int or not 0 <= side <= LONGEST for side in shape):
        raise Uncrossable("an array has an impossible shape")
    if math.prod(side for side in shape if side) > LONGEST:
        raise Uncrossable("an array has an impossible shape")
    return math.prod(shape)


def _put_scalar(writer: Writer, value: np.generic) -> None:
    writer.text(_name(value.dtype))
    writer.block(value.tobytes())


def _take_scalar(reader: Reader) -> np.generic:
    dtype = _dtype(reader.text())
    scalar: np.generic = np.frombuffer(reader.raw(reader.number()), dtype=dtype, count=1)[0]
    return scalar


def _put_dtype(writer: Writer, value: np.dtype[Any]) -> None:
    if value.kind not in KINDS | {"O"}:
        raise Uncrossable(f"the dtype {value} cannot cross")
    writer.text(_name(value))


def _take_dtype(reader: Reader) -> np.dtype[Any]:
    name = reader.text()
    return np.dtype(object) if name == "|O" else _dtype(name)


BIT_GENERATORS: Final = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def _put_generator(writer: Writer, value: np.random.Generator) -> None:
    writer.put(value.bit_generator.state)


def _take_generator(reader: Reader) -> np.random.Generator:
    state = reader.take()
    name = state["bit_generator"]
    if name not in BIT_GENERATORS:
        raise Uncrossable("a random generator of an unknown kind cannot cross")
    bits = getattr(np.random, name)(0)
    bits.state = state
    return np.random.Generator(bits)


def _put_old_generator(writer: Writer, value: np.random.RandomState) -> None:
    writer.put(value.get_state(legacy=True))


def _take_old_generator(reader: Reader) -> np.random.RandomState:
    generator = np.random.RandomState(0)
    generator.set_state(reader.take())
    return generator


register(np.ndarray, b"A", put_array, take_array)
register(np.random.Generator, b"G", _put_generator, _take_generator)
register(np.random.RandomState, b"g", _put_old_generator, _take_old_generator)
for _kind in set(np.sctypeDict.values()):
    if _kind not in {np.object_, np.void}:
        register(_kind, b"v", _put_scalar, _take_scalar)
for _dtype_kind in {type(np.dtype(code)) for code in "?bhilqBHILQefdgFDGSUMmO"}:
    register(_dtype_kind, b"p", _put_dtype, _take_dtype)
