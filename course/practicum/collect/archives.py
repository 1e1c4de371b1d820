"""Zip files from strangers, read member by member in memory; nothing is ever extracted.

The size that a zip declares is never believed: bytes are counted while they are read.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections import Counter
from functools import partial
from typing import IO

from practicum.collect.names import hidden, name_problem, shown
from practicum.collect.pieces import Piece, piece
from practicum.errors import BadSubmission

__all__ = ["MAX_MEMBERS", "archive_in", "archive_pieces"]

MAX_MEMBERS = 2_000
MAX_RATIO = 200
RATIO_FROM = 1 << 20
# An archive's list of contents, for each member: 46 bytes and its name.
LIST_BYTES = 46 + 1_000
END = struct.Struct("<4s4H2LH")
MARK = b"PK\x05\x06"
LONGEST_END = END.size + 65_535
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def archive_in(data: bytes, label: str) -> tuple[Piece, ...]:
    """Return the files of a zip that a student handed in.

    Raises:
        BadSubmission: It is no zip, or has too many members.

    """
    list_bytes = _list_bytes(data)
    if list_bytes is None:
        raise BadSubmission(f"{shown(label)}: not a zip file")
    if list_bytes > MAX_MEMBERS * LIST_BYTES:
        raise BadSubmission(f"{shown(label)}: more than {MAX_MEMBERS:,} members")
    return archive_pieces(io.BytesIO(data), label, most=MAX_MEMBERS)


def archive_pieces(file: IO[bytes], label: str, *, most: int) -> tuple[Piece, ...]:
    """Return the files of a zip; ``file`` must stay open while they are read.

    Raises:
        BadSubmission: It is no zip, or has more than ``most`` members.

    """
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise BadSubmission(f"{shown(label)}: not a zip file that can be read ({error})") from None
    if len(members) > most:
        raise BadSubmission(f"{shown(label)}: more than {most:,} members")
    often = Counter(member.orig_filename for member in members)
    found: dict[str, Piece] = {}
    for member in members:
        path = member.orig_filename.removesuffix("/")
        problem = _problem(member)
        if often[member.orig_filename] > 1:
            problem = problem or "two members of one name"
        tools = _hidden_part(path)
        if tools:
            found.setdefault(tools, piece(tools, _nothing))
        elif problem or name_problem(path) or not member.is_dir():
            found[path] = piece(path, partial(_read, archive, member), problem)
    return tuple(found[path] for path in sorted(found))


def _hidden_part(path: str) -> str:
    """Return the path up to its first hidden folder or file; empty when nothing is hidden."""
    parts = path.split("/")
    for end, part in enumerate(parts, start=1):
        if hidden(part) and not name_problem("/".join(parts[:end])):
            return "/".join(parts[:end])
    return ""


def _nothing(cap: int) -> bytes:  # noqa: ARG001 (what a piece's read takes)
    return b""


def _list_bytes(data: bytes) -> int | None:
    """Return the size of the list of contents that the zip's last record declares."""
    tail = data[-LONGEST_END:]
    at = tail.rfind(MARK)
    if at < 0 or len(tail) - at < END.size:
        return None
    return int(END.unpack_from(tail, at)[5])


def _problem(member: zipfile.ZipInfo) -> str:
    mode = member.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if kind and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return "not an ordinary file (a device, pipe or socket)"
    if member.flag_bits & 0x1:
        return "it is encrypted: hand it in without a password"
    if member.compress_type not in METHODS:
        return "compressed in a way other than deflate"
    return ""


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, cap: int) -> bytes:
    label = shown(member.orig_filename)
    chunks: list[bytes] = []
    size = 0
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(1 << 16):
                size += len(chunk)
                chunks.append(chunk)
                if size > cap:
                    break
                if size > RATIO_FROM and size > MAX_RATIO * max(1, member.compress_size):
                    raise BadSubmission(f"{label}: a zip bomb (more than {MAX_RATIO} to 1)")
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        struct.error,
    ) as error:
        raise BadSubmission(f"{label}: damaged in the zip ({shown(str(error))})") from None
    return b"".join(chunks)
