"""What is handed in: the files, their digests, what has changed since, and a zip of them."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from practicum.errors import BadInput, NotSaved
from practicum.internship import HandedFile, HandIn
from practicum_widgets.desk import Desk

__all__ = ["changes_between", "handed_files", "own_files", "pack", "receipt"]

MOST: Final = 2_000
LEFT_OUT: Final = (".zip", ".pyc", ".tmp")


def own_files(desk: Desk) -> Iterator[Path]:
    """Yield the files of a hand-in: nothing hidden, no caches, no archives, no links.

    The student's own file goes along, but is not among them: the receipt is written into it.
    """
    for place, folders, names in os.walk(desk.folder):
        top = Path(place) == desk.folder
        folders[:] = [
            name
            for name in folders
            # Feedback of an earlier hand-in lies in a folder of this name.
            if not name.startswith((".", "__")) and not (top and name == "feedback")
        ]
        for name in names:
            file = Path(place) / name
            if name.startswith(".") or name.endswith(LEFT_OUT) or file.is_symlink():
                continue
            if file == desk.sidecar.file or ".internship.broken-" in name or not file.is_file():
                continue
            yield file


def handed_files(desk: Desk) -> tuple[HandedFile, ...]:
    """Return the files of a hand-in by name, with their digests.

    Raises:
        BadInput: A file cannot be read or named, or there are too many.

    """
    found: list[HandedFile] = []
    for file in own_files(desk):
        if len(found) == MOST:
            message = f"more than {MOST:,} files lie in {desk.folder.name}: take out what is not"
            raise BadInput(f"{message} part of your work")
        found.append(_handed(file, file.relative_to(desk.folder).as_posix()))
    return tuple(sorted(found, key=lambda file: file.name))


def _handed(file: Path, name: str) -> HandedFile:
    try:
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        handed = HandedFile(name=name, size=len(data), sha256=digest)
    except OSError as error:
        message = f"{name} cannot be read ({error.strerror}): take it out of the folder"
        raise BadInput(message) from None
    except ValidationError:
        handed = None
    # A name that a receipt cannot hold as it is would be another file's.
    if handed is None or handed.name != name:
        message = f"the name of the file {ascii(name)[:200]} is too long, or has characters that"
        raise BadInput(f"{message} cannot be handed in: rename it")
    return handed


def receipt(desk: Desk, key: str, way: str, place: str, now: datetime) -> HandIn:
    """Return the receipt for what lies on the desk now; its digest is that of all digests.

    Raises:
        BadInput: A file cannot be handed in, or ``key`` is none.

    """
    files = handed_files(desk)
    lines = "".join(f"{file.sha256}  {file.name}\n" for file in files)
    digest = hashlib.sha256(lines.encode()).hexdigest()
    content = {"id": key, "at": now, "way": way, "place": place, "sha256": digest, "files": files}
    try:
        return HandIn.model_validate(content)
    except ValidationError:
        raise BadInput("the page did not say which hand-in this is: run its cell again") from None


def changes_between(before: HandIn | None, after: HandIn) -> dict[str, list[str]]:
    """Say which files were added, removed and changed between two hand-ins."""
    if before is None or not before.files:
        return {"added": [], "removed": [], "changed": []}
    old = {file.name: file.sha256 for file in before.files}
    new = {file.name: file.sha256 for file in after.files}
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(name for name in old.keys() & new.keys() if old[name] != new[name]),
    }


def pack(desk: Desk, handed: HandIn, own: str, target: Path) -> None:
    """Write a zip of a hand-in with the text of the student's own file, and read it back.

    Raises:
        NotSaved: It could not be written, or something was changed meanwhile.

    """
    draft = target.with_suffix(".tmp")
    kept = f"{desk.brief.id}/{desk.sidecar.file.name}"
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for file in handed.files:
                archive.write(desk.folder / file.name, f"{desk.brief.id}/{file.name}")
            archive.writestr(kept, own)
        with zipfile.ZipFile(draft) as archive:
            for file in handed.files:
                data = archive.read(f"{desk.brief.id}/{file.name}")
                if hashlib.sha256(data).hexdigest() != file.sha256:
                    message = f"{file.name} was changed while it was packed: pack it again"
                    raise NotSaved(message)
            if archive.read(kept) != own.encode():
                message = f"{kept} cannot be read back from the zip: pack it again"
                raise NotSaved(message)
        draft.replace(target)
    except (OSError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", "") or type(error).__name__
        message = f"{target.name} could not be written ({reason}): make room or ask for help"
        raise NotSaved(message) from error
    finally:
        draft.unlink(missing_ok=True)
