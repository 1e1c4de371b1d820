"""Whether a long text can hold a code at all: a quick look that never says no wrongly.

The bytes of a picture are searched for hidden tests too, and hardly ever have twenty
characters of one alphabet in a row. This sees it without a regular expression.
"""

from __future__ import annotations

import re

__all__ = ["Outline"]

_INSIDE, _OUTSIDE = b"\x01", b"\x00"


def _alphabet(pattern: str) -> bytes:
    """Return the table that turns a byte of this class into _INSIDE, any other into _OUTSIDE."""
    known = re.compile(pattern)
    return b"".join(_INSIDE if known.fullmatch(chr(code)) else _OUTSIDE for code in range(256))


_SPACES = bytes(code for code in range(256) if chr(code).isspace())
_BASE64 = _alphabet(r"[A-Za-z0-9+/_-]")
_HEX = _alphabet(r"[0-9A-Fa-fx\\\s,:;'\"\[\]-]")
_SHORTEST_BASE64 = 16
_SHORTEST_HEX = 24


class Outline:
    """A text, seen as bytes; one with other characters than Latin-1 may hold everything."""

    def __init__(self, text: str) -> None:
        try:
            self._raw: bytes | None = text.encode("latin-1")
        except UnicodeEncodeError:
            self._raw = None

    @property
    def may_hold_base64(self) -> bool:
        """Whether 16 characters of base64 (or base32) stand in a row, spaces left out."""
        if self._raw is None:
            return True
        packed = self._raw.translate(_BASE64, _SPACES)
        return _INSIDE * _SHORTEST_BASE64 in packed

    @property
    def may_hold_hex(self) -> bool:
        """Whether 24 hexadecimal digits and the marks between them stand in a row."""
        return self._raw is None or _INSIDE * _SHORTEST_HEX in self._raw.translate(_HEX)
