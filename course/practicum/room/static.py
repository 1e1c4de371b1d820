"""The page's own files: read once, known by name, kept by browsers until one of them changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

__all__ = ["KINDS", "PageFiles", "page_files"]

KINDS: Final = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}


@dataclass(frozen=True)
class PageFiles:
    """What may be asked for by name; nothing else on the disk can be.

    ``place`` is where they are addressed: it holds a digest of them all, so that a browser may
    keep what it has got for ever.
    """

    content: dict[str, bytes]
    digest: str

    @property
    def place(self) -> str:
        """The address of the files, from the room's prefix on."""
        return f"static/{self.digest}/"

    @property
    def modules(self) -> tuple[str, ...]:
        """The scripts that a page needs, so that it asks for all of them at once."""
        return tuple(name for name in self.content if name.endswith(".js"))


def page_files() -> PageFiles:
    """Read the files of the form, and the script that shows it."""
    with (
        resources.as_file(resources.files("practicum.room")) as own,
        resources.as_file(resources.files("practicum_widgets") / "review_room") as form,
    ):
        content = _read(form) | _read(own)
    digest = hashlib.sha256()
    for name, data in sorted(content.items()):
        digest.update(f"{name} {len(data)} ".encode() + data)
    return PageFiles(content, digest.hexdigest()[:12])


def _read(folder: Path) -> dict[str, bytes]:
    files = (file for file in sorted(folder.iterdir()) if file.suffix in KINDS)
    return {file.name: file.read_bytes() for file in files}
