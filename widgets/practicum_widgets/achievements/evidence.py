"""Where an achievement can be seen: checked when it is noted, not when somebody looks for it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from practicum.errors import BadInput

__all__ = ["checked", "files_in"]

LINK: Final = re.compile(r"^https?://[^\s/]+\.[^\s]+$")
MOST: Final = 200
LEFT_OUT: Final = (".internship.json", ".tmp", ".pyc")


def checked(folder: Path, kind: str, evidence: str) -> str:
    """Return evidence that can be found again.

    Raises:
        BadInput: The file is not there or not in the folder, or the link is none.

    """
    evidence = evidence.strip()
    if kind == "link" and not LINK.match(evidence):
        message = f"{evidence!r} is no link: write one that begins with https://"
        raise BadInput(message)
    if kind == "file" and evidence not in files_in(folder):
        message = f"{evidence!r} is no file in the folder of this brief: choose one of the list"
        raise BadInput(message)
    return evidence


def files_in(folder: Path) -> tuple[str, ...]:
    """List the files of a brief's folder, sorted; nothing hidden, and no links."""
    found: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith((".", "__")) and name != "feedback"
        )
        for name in sorted(names):
            file = Path(place) / name
            if name.startswith(".") or name.endswith(LEFT_OUT) or file.is_symlink():
                continue
            found.append(file.relative_to(folder).as_posix())
            if len(found) >= MOST:
                return tuple(found)
    return tuple(found)
