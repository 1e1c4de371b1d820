"""Pictures that a notebook brings: real PNG, JPEG or GIF, of limited size, without stowaways."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator

__all__ = ["MAX_PICTURE", "data_uri", "lift_pictures", "text_in"]

MAX_PICTURE = 2_000_000
"""The largest picture on a page, in bytes."""

_MAGIC = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
# What a PNG needs to be drawn; text, times, profiles and unknown chunks stay behind.
_PNG_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs"}
)
_INLINE = re.compile(
    r"data:(image/[a-z+.-]{1,40})(?:;[a-z0-9=-]{1,40})*;base64,([A-Za-z0-9+/=\s]*)"
)


def data_uri(mime: str, text: str) -> str | None:
    """Return a data: URI for a picture in base64, or None where it is not one, or too large."""
    data = _picture_bytes(mime, text)
    if data is None:
        return None
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"


def text_in(uri: str) -> str:
    """Return a picture's bytes as text, in which a comment that rides along can be found."""
    return base64.b64decode(uri.partition(",")[2]).decode("latin-1")


def lift_pictures(html: str) -> tuple[str, dict[str, str]]:
    """Return HTML with a short name in place of each inline picture, and the pictures by name."""
    pictures: dict[str, str] = {}

    def lift(found: re.Match[str]) -> str:
        uri = data_uri(found[1], found[2])
        if uri is None:
            return "picture:none"
        name = f"picture:{len(pictures)}"
        pictures[name] = uri
        return name

    return _INLINE.sub(lift, html), pictures


def _picture_bytes(mime: str, text: str) -> bytes | None:
    """Return a picture's bytes, or None where the text is not a picture of that kind."""
    if mime not in _MAGIC or len(text) > 2 * MAX_PICTURE:
        return None
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) > MAX_PICTURE or not data.startswith(_MAGIC[mime]):
        return None
    if mime != "image/png":
        return data
    try:
        return _MAGIC[mime][0] + b"".join(_drawn_chunks(data))
    except struct.error:
        return None


def _drawn_chunks(data: bytes) -> Iterator[bytes]:
    """Yield the chunks of a PNG that are needed, up to its end; raise struct.error if cut."""
    place = 8
    kind = b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if end > len(data):
            message = "the picture ends too early"
            raise struct.error(message)
        if kind in _PNG_CHUNKS:
            yield data[place:end]
        place = end
