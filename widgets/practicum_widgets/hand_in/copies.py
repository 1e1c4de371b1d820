"""The copies that hand-ins leave behind: what of the notebook has changed between two of them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from practicum.internship import HandIn
from practicum_widgets.desk import Desk
from practicum_widgets.hand_in.saved import notebook_file, source_of

__all__ = ["changed_cells"]

Sources = dict[str, str]


def changed_cells(desk: Desk, before: HandIn, after: HandIn) -> int | None:
    """Return how many cells were added, removed or changed; None where a copy is not at hand.

    A copy is the zip, nbgrader's own one of what it submitted, or the notebook itself where it
    has not been changed since; it counts only if it has the digest that the receipt tells.
    """
    old, new = (_sources(desk, entry) for entry in (before, after))
    if old is None or new is None:
        return None
    return sum(old.get(name) != new.get(name) for name in old.keys() | new.keys())


def _sources(desk: Desk, handed: HandIn) -> Sources | None:
    name = notebook_file(desk).name
    digest = next((file.sha256 for file in handed.files if file.name == name), None)
    return _with_digest(desk.folder, desk.brief.id, name, handed, digest) if digest else None


@lru_cache(maxsize=16)
def _with_digest(
    folder: Path, brief: str, name: str, handed: HandIn, digest: str
) -> Sources | None:
    for data in _copies(folder, brief, name, handed):
        if hashlib.sha256(data).hexdigest() == digest:
            return _by_cell(data)
    return None


def _copies(folder: Path, brief: str, name: str, handed: HandIn) -> Iterator[bytes]:
    for place in (folder / name, *_cached(handed.place, brief, name)):
        try:
            yield place.read_bytes()
        except OSError:
            continue
    # The place is a name in this folder: what a receipt says is not followed elsewhere.
    packed = folder / Path(handed.place).name
    if handed.way == "zip" and packed.is_file():
        try:
            with zipfile.ZipFile(packed) as archive:
                yield archive.read(f"{brief}/{name}")
        except (OSError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile):
            return


def _cached(course: str, brief: str, name: str) -> Iterator[Path]:
    """Yield where nbgrader keeps copies of what it has submitted, the newest first."""
    try:
        from jupyter_core.paths import jupyter_data_dir  # noqa: PLC0415 (it is there with nbgrader)
    except ImportError:
        return
    cache = Path(jupyter_data_dir()) / "nbgrader_cache" / Path(course or "-").name
    found = cache.glob(f"*+{brief}+*/{name}")
    yield from sorted(found, key=lambda file: file.parent.name, reverse=True)[:20]


def _by_cell(data: bytes) -> Sources | None:
    """Return the sources of a notebook's cells by what tells the cells apart."""
    try:
        cells: list[dict[str, Any]] = json.loads(data)["cells"]
        named: Sources = {}
        for index, cell in enumerate(cells):
            about = cell.get("metadata", {}).get("nbgrader", {})
            key = about.get("grade_id") or cell.get("id") or str(index)
            named[str(key)] = source_of(cell)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return named
