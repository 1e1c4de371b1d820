"""What is handed in: the files, their digests, what has changed since, and a zip of them."""

from __future__ import annotations

import hashlib
import os
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Final

from practicum.errors import NotSaved
from practicum.internship import HandedFile, HandIn
from practicum_widgets.desk import Desk

__all__ = ["changes_between", "handed_files", "pack", "receipt"]

MOST: Final = 2_000
LEFT_OUT: Final = (".zip", ".pyc", ".tmp")


def handed_files(desk: Desk) -> tuple[HandedFile, ...]:
    """Return the files of a hand-in by name: nothing hidden, no caches, no archives, no links.

    The student's own file goes along, but is not among them: the receipt is written into it.
    """
    found = []
    for place, folders, names in os.walk(desk.folder):
        folders[:] = [n for n in folders if not n.startswith((".", "__")) and n != "feedback"]
        for name in names:
            file = Path(place) / name
            if name.startswith(".") or name.endswith(LEFT_OUT) or file.is_symlink():
                continue
            if file == desk.sidecar.file or ".internship.broken-" in name or not file.is_file():
                continue
            shown = file.relative_to(desk.folder).as_posix()
            data = file.read_bytes()
            found.append(
                HandedFile(name=shown, size=len(data), sha256=hashlib.sha256(data).hexdigest())
            )
    return tuple(sorted(found, key=lambda file: file.name)[:MOST])


def receipt(desk: Desk, key: str, way: str, place: str, now: datetime) -> HandIn:
    """Return the receipt for what lies on the desk now; its digest is that of all digests."""
    files = handed_files(desk)
    lines = "".join(f"{file.sha256}  {file.name}\n" for file in files)
    digest = hashlib.sha256(lines.encode()).hexdigest()
    return HandIn.model_validate(
        {"id": key, "at": now, "way": way, "place": place, "sha256": digest, "files": files}
    )


def changes_between(before: HandIn | None, after: HandIn) -> dict[str, list[str]]:
    """Say which files were added, removed and changed between two hand-ins."""
    if before is None:
        return {"added": [], "removed": [], "changed": []}
    old = {file.name: file.sha256 for file in before.files}
    new = {file.name: file.sha256 for file in after.files}
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(name for name in old.keys() & new.keys() if old[name] != new[name]),
    }


def pack(desk: Desk, handed: HandIn, target: Path) -> None:
    """Write a zip of a hand-in with the student's own file, and read it back.

    Raises:
        NotSaved: It could not be written, or something was changed meanwhile.

    """
    draft = target.with_suffix(".tmp")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in handed.files:
                archive.write(desk.folder / file.name, f"{desk.brief.id}/{file.name}")
            if desk.sidecar.file.is_file():
                archive.write(desk.sidecar.file, f"{desk.brief.id}/{desk.sidecar.file.name}")
        with zipfile.ZipFile(draft) as archive:
            for file in handed.files:
                data = archive.read(f"{desk.brief.id}/{file.name}")
                if hashlib.sha256(data).hexdigest() != file.sha256:
                    message = f"{file.name} was changed while it was packed: pack it again"
                    raise NotSaved(message)
        draft.replace(target)
    except (OSError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", "") or type(error).__name__
        message = f"{target.name} could not be written ({reason}): make room or ask for help"
        raise NotSaved(message) from error
    finally:
        draft.unlink(missing_ok=True)
