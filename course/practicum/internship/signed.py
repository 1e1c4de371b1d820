"""A signed receipt as a student keeps it, and what has changed since in the files that it is about.

The signature covers the digest of all names and contents, not each file. So a folder that has
this digest is what was handed in; which file differs where it has not, the list beside the
receipt tells, which nobody has signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, ValidationError

from practicum.errors import BadInput
from practicum.file_names import NamesDigest, hidden, name_problem
from practicum.values import Value

__all__ = ["Claims", "Differences", "KeptReceipt", "differences", "read_kept"]

LARGEST: Final = 4_000_000
OWN: Final = frozenset({"timestamp.txt", "submission_secret.txt", "receipt.jws"})
"""What nbgrader and the exchange write beside a submission; it is no part of it."""
CHUNK: Final = 1 << 20

Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Jws = Annotated[str, StringConstraints(pattern=r"^[\w-]+\.[\w-]+\.[\w-]+$", max_length=10_000)]
Short = Annotated[str, StringConstraints(max_length=200)]


class ReceiptFile(Value):
    """A file that was handed in; ``path`` has ``/`` and begins in the assignment's folder."""

    path: Annotated[str, StringConstraints(max_length=1_000, strip_whitespace=False)]
    sha256: Sha
    size: Annotated[int, Field(ge=0)]


class KeptReceipt(Value):
    """A receipt (a JWS) with the list of the files that it is about, where there is one."""

    schema_version: Literal[1] = 1
    receipt: Jws
    files: Annotated[tuple[ReceiptFile, ...], Field(max_length=5_000)] = ()


class Claims(Value):
    """What a receipt says: the server's own words once its signature has been checked.

    ``received_at`` is the server's time; ``sha256`` is that of all names and contents.
    """

    model_config = ConfigDict(extra="ignore")

    id: Short
    course: Short
    assignment: Short
    student: Short
    received_at: AwareDatetime
    sha256: Sha
    files: Annotated[int, Field(ge=0)]


class Differences(Value):
    """How a folder differs from what was handed in; by name, where ``listed``."""

    same: bool
    listed: bool
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


def read_kept(file: Path) -> KeptReceipt:
    """Read a kept receipt, or a JWS alone (nbgrader's ``receipt.jws``).

    Raises:
        BadInput: The file cannot be read, or is neither.

    """
    try:
        with file.open("rb") as content:
            data = content.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(f"{file}: cannot be read ({error.strerror})") from None
    try:
        text = data.decode("utf-8").strip() if len(data) <= LARGEST else ""
        if text.startswith("{"):
            return KeptReceipt.model_validate(json.loads(text))
        return KeptReceipt(receipt=text)
    except (ValueError, ValidationError, RecursionError):
        message = (
            f"{file}: this is no receipt: name a file of the folder `receipts`, or the "
            "`receipt.jws` that lies beside nbgrader's copy of what you handed in"
        )
        raise BadInput(message) from None


def differences(kept: KeptReceipt, claims: Claims, folder: Path) -> Differences:
    """Compare a folder with what a receipt is about.

    Files that came in later count for nothing, as long as those that are listed are the same.

    Raises:
        BadInput: The folder is not there, or a file in it cannot be read.

    """
    if not folder.is_dir():
        raise BadInput(f"{folder}: there is no such folder: name it with --folder DIR")
    there = _files_in(folder)
    listed = {file.path: file.sha256 for file in kept.files if not name_problem(file.path)}
    names = listed.keys() & there.keys() if listed else there.keys()
    whole, digests = NamesDigest(), {}
    try:
        for name in sorted(names):
            digests[name] = _add(whole, name, there[name])
    except OSError as error:
        raise BadInput(f"{error.filename}: cannot be read ({error.strerror})") from None
    if whole.hexdigest() == claims.sha256:
        return Differences(same=True, listed=bool(listed), more=_more(listed, there))
    if not listed:
        return Differences(same=False, listed=False)
    return Differences(
        same=False,
        listed=True,
        changed=tuple(name for name in sorted(names) if digests[name] != listed[name]),
        missing=tuple(sorted(listed.keys() - there.keys())),
        more=_more(listed, there),
    )


def _more(listed: dict[str, str], there: dict[str, Path]) -> tuple[str, ...]:
    """Return what came in later, without what tools made."""
    names = there.keys() - listed.keys() if listed else ()
    return tuple(sorted(n for n in names if not any(map(hidden, n.split("/")))))


def _files_in(folder: Path) -> dict[str, Path]:
    return {path: file for path, file in _walk(folder) if path not in OWN}


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if file.is_symlink() or not file.is_file() or path.split("/")[0] == "feedback":
            continue
        yield path, file


def _add(whole: NamesDigest, name: str, file: Path) -> str:
    """Add a file to the digest of all, and return its own, without keeping it in memory."""
    sha, size = hashlib.sha256(), file.stat().st_size

    def chunks() -> Iterator[bytes]:
        with file.open("rb") as content:
            while chunk := content.read(CHUNK):
                sha.update(chunk)
                yield chunk

    whole.add(name, size, chunks())
    return sha.hexdigest()
