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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from urllib.parse import unquote

from practicum.rendering.kept import Kept
from practicum.rendering.letters import letters
from practicum.rendering.outline import Outline

__all__ = ["MIN_LINE", "Secrets", "secrets_of"]

MIN_LINE = 12
"""Shorter lines of a hidden test give nothing away and occur everywhere."""

_MIN_LETTERS = 8
_SHORT = 200
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}")
_BASE32 = re.compile(r"[A-Z2-7]{20,}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){12,}")
_HEX_MARKS = re.compile(r"0x|\\x|[\s,:;'\"\[\]-]")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_NUMBER = re.compile(r"\d{1,7}")
_said: Kept[str] = Kept()
_letters: Kept[str] = Kept()


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
        marked = {place for place, text in enumerate(texts) if self._coded_in(text)}
        return frozenset(marked.union(self._spread([_letters_of(text) for text in texts])))

    def _coded_in(self, text: str) -> bool:
        # A line break is no letter, so that no line is found across two decoded texts.
        said = _said.get((text,), lambda: "\n".join(_decoded(text)))
        return any(line in said for line in self.lines)

    def _spread(self, reduced: Sequence[str]) -> Iterator[int]:
        ends = list(accumulate(len(text) for text in reduced))
        whole = "".join(reduced)
        for wanted in self._dresses:
            start = whole.find(wanted)
            while start >= 0:
                last = start + len(wanted)
                for place, end in enumerate(ends):
                    if end > start and end - len(reduced[place]) < last:
                        yield place
                start = whole.find(wanted, start + 1)

    @cached_property
    def _dresses(self) -> tuple[str, ...]:
        """The lines as they are, backwards, and in rot13."""
        return tuple(
            dress
            for line in self.lines
            for dress in (line, line[::-1], codecs.encode(line, "rot13"))
        )


def secrets_of(hidden: Iterable[str], known: Iterable[str]) -> Secrets:
    """Return the lines of the hidden sources that do not stand in what the student knows."""
    seen = "\n".join(map(_letters_of, known))
    return Secrets(frozenset(line for line in _lines_of(tuple(hidden)) if line not in seen))


@lru_cache(maxsize=8)
def _lines_of(hidden: tuple[str, ...]) -> frozenset[str]:
    """Return the lines that are long enough to be secrets; all pages of a brief share them."""
    lines = (
        letters(line)
        for source in hidden
        for line in source.split("\n")
        if len(line.strip()) >= MIN_LINE
    )
    return frozenset(line for line in lines if len(line) >= _MIN_LETTERS)


def _letters_of(text: str) -> str:
    """Return ``letters(text)``; given cells and the first lines of the data are on every page."""
    return _letters.get((text,), lambda: letters(text))


def _decoded(text: str) -> Iterator[str]:
    """Yield the letters of what a text says in the usual codes; not those of the text itself."""
    outline = Outline(text)
    if outline.may_hold_base64:
        sources = {text, "".join(text.split())}
        for run in {run for source in sources for run in _BASE64.findall(source)}:
            yield (_short_run if len(run) <= _SHORT else _in_base64)(run)
        for run in {run for source in sources for run in _BASE32.findall(source)}:
            yield _tried(base64.b32decode, (run,), 8)
    for run in _HEX.findall(_HEX_MARKS.sub("", text)) if outline.may_hold_hex else ():
        yield _tried(binascii.unhexlify, (run, run[1:-1]), 2)
    if _PERCENT.search(text):
        # As unquote(text), which takes a picture's bytes apart at each place without ASCII.
        yield letters(_PERCENT.sub(lambda found: unquote(found[0]), text))
    numbers = [int(number) for number in _NUMBER.findall(text)]
    yield letters("".join(chr(n) for n in numbers if 0 < n < 0x110000))  # noqa: PLR2004


def _in_base64(run: str) -> str:
    url_safe = run.replace("-", "+").replace("_", "/")
    return _tried(base64.b64decode, (url_safe[i:] for i in range(4)), 4)


_short_run = lru_cache(maxsize=4096)(_in_base64)
"""Names of columns and of library functions look like base64, and stand on every page."""


def _tried(decode: Callable[[str], bytes], runs: Iterable[str], unit: int) -> str:
    """Return the letters of what the runs say, one line for each that can be decoded."""
    said = []
    for run in runs:
        try:
            data = decode(run[: len(run) // unit * unit])
        except (binascii.Error, ValueError):
            continue
        said.append(letters(data.decode("utf-8", "replace")))
    return "\n".join(said)
