"""Hidden tests that a program found and printed: recognised in what the page would show.

Student code can read the test cells while they run. What it prints is compared, letters
and digits only, with each line of the hidden tests: as it is, written backwards, in other
case or width, spread over lists or cells, and in base64, base32, hexadecimal, rot13, percent
or number codes. A determined encoder can still get by; the grader's box is the wall.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import unquote

__all__ = ["MIN_LINE", "Secrets", "secrets_of"]

MIN_LINE = 12
"""Shorter lines of a hidden test give nothing away and occur everywhere."""

_MIN_NORMAL = 8
_NOT_WORD = re.compile(r"[\W_]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}")
_BASE32 = re.compile(r"[A-Z2-7]{20,}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){12,}")
_HEX_MARKS = re.compile(r"0x|\\x|[\s,:;'\"\[\]-]")
_NUMBER = re.compile(r"\d{1,7}")


@dataclass(frozen=True)
class Secrets:
    """The lines that must not be shown, reduced to letters and digits."""

    lines: frozenset[str]

    def found_in(self, texts: Sequence[str]) -> frozenset[int]:
        """Return the places of the texts that show a secret line, or a part of one.

        A line that is spread over several texts marks all of them.
        """
        if not self.lines:
            return frozenset()
        marked = {
            place
            for place, text in enumerate(texts)
            if any(self._shown(_normal(decoded)) for decoded in _decoded(text))
        }
        return frozenset(marked.union(self._spread([_normal(text) for text in texts])))

    def _shown(self, normal: str) -> bool:
        return any(line in normal for line in self.lines)

    def _spread(self, normals: Sequence[str]) -> Iterator[int]:
        ends = list(accumulate(len(normal) for normal in normals))
        whole = "".join(normals)
        for line in self.lines:
            for wanted in (line, line[::-1], codecs.encode(line, "rot13")):
                start = whole.find(wanted)
                while start >= 0:
                    last = start + len(wanted)
                    for place, end in enumerate(ends):
                        if end > start and end - len(normals[place]) < last:
                            yield place
                    start = whole.find(wanted, start + 1)


def secrets_of(hidden: Iterable[str], known: Iterable[str]) -> Secrets:
    """Return the lines of the hidden sources that do not stand in what the student knows."""
    seen = "\n".join(_normal(source) for source in known)
    lines = {
        _normal(line)
        for source in hidden
        for line in source.split("\n")
        if len(line.strip()) >= MIN_LINE
    }
    return Secrets(frozenset(n for n in lines if len(n) >= _MIN_NORMAL and n not in seen))


def _normal(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def _decoded(text: str) -> Iterator[str]:
    """Yield what a text says in the usual codes; the plain text is not among them."""
    packed = "".join(text.split())
    for source in {text, packed}:
        for run in _BASE64.findall(source):
            url_safe = run.replace("-", "+").replace("_", "/")
            yield from _tried(base64.b64decode, (url_safe[i:] for i in range(4)), 4)
        for run in _BASE32.findall(source):
            yield from _tried(base64.b32decode, (run,), 8)
    for run in _HEX.findall(_HEX_MARKS.sub("", text)):
        yield from _tried(binascii.unhexlify, (run, run[1:-1]), 2)
    if "%" in text:
        yield unquote(text)
    numbers = [int(number) for number in _NUMBER.findall(text)]
    yield "".join(chr(number) for number in numbers if 0 < number < 0x110000)  # noqa: PLR2004


def _tried(decode: Callable[[str], bytes], runs: Iterable[str], unit: int) -> Iterator[str]:
    for run in runs:
        try:
            yield decode(run[: len(run) // unit * unit]).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            continue
