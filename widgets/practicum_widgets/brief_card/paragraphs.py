"""Texts of a YAML file, as the paragraphs that their writer meant."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["paragraphs"]

MARK: Final = re.compile(r"(?:[-*•]|\d{1,2}[.)])\s")
LABEL: Final = re.compile(r"[A-ZÄÖÜ]\w{0,19}:(?:\s|$)")
ENDED: Final = (".", ";", ":", "!", "?")


def paragraphs(text: str) -> list[str]:
    """Return a text's paragraphs, each on one line.

    Lines that were only wrapped, to fit into the file, are joined. A new paragraph begins after
    a blank line, with the mark of a list, and with a label such as ``Out:`` after a sentence.
    """
    found: list[list[str]] = [[]]
    for line in map(str.strip, text.splitlines()):
        if not line or MARK.match(line) or (LABEL.match(line) and _is_over(found[-1])):
            found.append([])
        if line:
            found[-1].append(line)
    return [" ".join(lines) for lines in found if lines]


def _is_over(lines: list[str]) -> bool:
    return bool(lines) and lines[-1].endswith(ENDED)
