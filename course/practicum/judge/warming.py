"""What every judged submission pays for, paid once before the processes are forked."""

from __future__ import annotations

import importlib
import importlib.util

from practicum.judge.encoding import decode, encode

__all__ = ["warm"]


def warm() -> None:
    """Import what judging needs and use it once; the fork server calls it before it forks."""
    decode(encode([{"a": 1.5}, ["b"] * 10]))
    if importlib.util.find_spec("numpy") is not None:
        numpy = importlib.import_module("numpy")
        importlib.import_module("numpy.testing")
        decode(encode(numpy.arange(3)))
    if importlib.util.find_spec("pandas") is not None:
        pandas = importlib.import_module("pandas")
        importlib.import_module("pandas.testing")
        frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None]})
        frame["c"] = pandas.date_range("2020-01-01", periods=2)
        decode(encode(frame))
        pandas.testing.assert_frame_equal(frame, frame)
