"""The submissions' pages: made once after grading, read from the disk, looked up by code."""

from __future__ import annotations

import re
from html import unescape
from math import ceil
from pathlib import Path

__all__ = ["ShownPages"]

A_MINUTE = 200
"""Words that people read in a minute, about (Brysbaert 2019: 238 for English prose)."""

_LEFT_OUT = re.compile(r"(?s)<(style|head|details|table|pre)\b.*?</\1>|<[^>]*>")

_TO_FOLDER = re.compile(rb'(?s)<p class="how">.*?</p>\s*')
_THE_REST = '<section aria-labelledby="notebook">'
_LINK = re.compile(rb'(?s)<a href="index[.]html">(.*?)</a>')


class ShownPages:
    """The pages in a folder, with the words and the minutes of what was asked for."""

    def __init__(self, folder: Path, codes: tuple[str, ...]) -> None:
        self._folder = folder
        self.sizes = {code: _size(folder / f"{code}.html") for code in codes}

    def page(self, code: str) -> bytes:
        """Return the page of a code in ``sizes``."""
        if code not in self.sizes:
            raise KeyError(code)
        return _alone((self._folder / f"{code}.html").read_bytes())


def _alone(page: bytes) -> bytes:
    """Return a page without what leads to its neighbours in a folder: the form stands beside it."""
    head, end, rest = page.partition(b"</header>")
    head = _TO_FOLDER.sub(b"", head)
    return _LINK.sub(rb"\1", head) + end + rest


def _size(file: Path) -> tuple[int, int]:
    """Return the size of what was asked for: the rest is there to look things up."""
    wanted = file.read_text("utf-8").partition(_THE_REST)[0]
    words = len(unescape(_LEFT_OUT.sub(" ", wanted)).split())
    return words, max(1, ceil(words / A_MINUTE))
