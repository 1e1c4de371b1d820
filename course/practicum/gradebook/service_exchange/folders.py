"""A student's folder as what is sent, and what comes as a student's folder."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging import Logger
from pathlib import Path
from typing import Any, Final

from nbgrader.exchange import ExchangeError
from nbgrader.utils import ignore_patterns

from practicum.file_names import name_problem, shown

__all__ = ["OWN", "LocalFile", "files_in", "new_folder", "place_in", "share"]

OWN: Final = frozenset({"timestamp.txt", "submission_secret.txt", "receipt.jws"})
"""What nbgrader and the exchange write beside a submission; it is no part of it."""


@dataclass(frozen=True)
class LocalFile:
    """A file to be sent; ``path`` (with ``/``) is its name there."""

    path: str
    place: Path
    sha256: str
    size: int

    @classmethod
    def of(cls, path: str, place: Path) -> LocalFile:
        """Read a file's digest and size."""
        sha, size = hashlib.sha256(), 0
        with place.open("rb") as content:
            while chunk := content.read(1 << 20):
                sha.update(chunk)
                size += len(chunk)
        return cls(path, place, sha.hexdigest(), size)


def files_in(folder: Path, coursedir: Any, log: Logger) -> tuple[LocalFile, ...]:  # noqa: ANN401 (nbgrader's)
    """Return the files of a folder that are to be sent, as nbgrader chooses them.

    ``coursedir`` says what is ignored, included, and too large. Links that lead out of the
    folder are left out, with a warning.

    Raises:
        RuntimeError: The folder is larger than ``CourseDirectory.max_dir_size``, as nbgrader's.

    """
    found = list(_walk(folder, coursedir, log))
    size = sum(place.stat().st_size for _, place in found)
    most = 1000 * coursedir.max_dir_size
    if size > most:
        message = f"Directory size is too big. Size is {size}, maximum size is {most}"
        log.error(message)
        raise RuntimeError(message)
    return tuple(LocalFile.of(path, place) for path, place in found)


def _walk(folder: Path, coursedir: Any, log: Logger) -> Iterator[tuple[str, Path]]:  # noqa: ANN401 (as above)
    ignored: Callable[[str, Iterable[str]], list[str]] = ignore_patterns(
        exclude=coursedir.ignore,
        include=coursedir.include,
        max_file_size=coursedir.max_file_size,
        log=log,
    )
    root = folder.resolve()
    for place, folders, names in os.walk(folder):
        left_out = set(ignored(place, [*folders, *names]))
        folders[:] = sorted(name for name in folders if name not in left_out)
        for name in sorted(set(names) - left_out):
            file = Path(place) / name
            path = file.relative_to(folder).as_posix()
            if path in OWN:
                continue
            if not file.resolve().is_relative_to(root) or not file.is_file():
                log.warning("Left out, since it is a link or no file: %s", shown(path))
                continue
            yield path, file


def place_in(folder: Path, path: str) -> Path:
    """Return where a file that the service names belongs; its folders are made.

    Raises:
        ExchangeError: The name would lead elsewhere.

    """
    if problem := name_problem(path):
        raise ExchangeError(f"{shown(path)}: {problem}: tell your instructor")
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


@contextmanager
def new_folder(place: Path) -> Iterator[Path]:
    """Make a folder beside its place, and move it there once the block is done."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.parent / f".{place.name}-{secrets.token_hex(6)}"
    draft.mkdir()
    try:
        yield draft
        draft.rename(place)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def share(folder: Path) -> None:
    """Let the group write, as nbgrader does for ``CourseDirectory.groupshared``."""
    for place in (folder, *folder.rglob("*")):
        place.chmod(place.stat().st_mode | (0o2770 if place.is_dir() else 0o660))
