"""A text reduced to its letters and digits, so that two dresses of the same words are equal."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["letters"]

_NOT_WORD = re.compile(r"[\W_]+")
_ONE_BYTE = 256


def letters(text: str) -> str:
    """Return the letters and digits of a text, without case, width and ligatures.

    The method is Unicode's NFKC and case folding; then all that is no word goes.
    """
    # No rule of NFKC or case folding joins two characters of Latin-1, so that they can be
    # taken one by one. The sign for "not decodable" is no letter, and joins nothing.
    try:
        raw = text.replace("\ufffd", "\0").encode("latin-1")
    except UnicodeEncodeError:
        return _reduced(text)
    kept = raw.translate(_LOWER, _NO_LETTERS).decode("latin-1")
    if not kept.isascii():
        for character, reduced in _LONGER:
            kept = kept.replace(character, reduced)
    return kept


def _reduced(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


_OF_BYTE = [_reduced(chr(code)) for code in range(_ONE_BYTE)]
_NO_LETTERS = bytes(code for code, reduced in enumerate(_OF_BYTE) if not reduced)
_IN_PLACE = [len(reduced) == 1 and ord(reduced) < _ONE_BYTE for reduced in _OF_BYTE]
_LOWER = bytes(
    ord(reduced) if in_place else code
    for code, (reduced, in_place) in enumerate(zip(_OF_BYTE, _IN_PLACE, strict=True))
)
_LONGER = tuple(
    (chr(code), reduced)
    for code, (reduced, in_place) in enumerate(zip(_OF_BYTE, _IN_PLACE, strict=True))
    if reduced and not in_place
)
