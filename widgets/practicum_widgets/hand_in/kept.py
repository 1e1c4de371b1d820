"""Signed receipts on the student's side: one file each, in the folder ``receipts`` of all briefs.

They do not lie in the assignment's own folder, which is handed in as a whole: there a receipt
would change the very files that it is about.
"""

from __future__ import annotations

import urllib.parse
from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError

from practicum.errors import NotSaved
from practicum.internship.signed import KeptReceipt
from practicum_widgets.course_service import Connection
from practicum_widgets.desk import Desk
from practicum_widgets.sidecar.writing import write_whole

__all__ = ["FOLDER", "keep"]

FOLDER: Final = "receipts"


def keep(
    desk: Desk, service: Connection, number: str, received_at: datetime, seconds: float
) -> str:
    """Keep a receipt with the list of its files, once, and return where: from the start page on.

    Args:
        desk: Of the assignment that was handed in.
        service: Who signed it.
        number: The receipt's number, 32 hexadecimal digits.
        received_at: When the server received what was handed in.
        seconds: How long asking for it may take.

    Raises:
        ServiceFailed: The service does not give it.
        NotSaved: It could not be written.

    """
    name = f"{desk.brief.id}-{received_at.astimezone(UTC):%Y%m%d-%H%M%S}-{number[:6]}.json"
    folder = desk.folder.parent / FOLDER
    if (folder / name).is_file():
        return f"{FOLDER}/{name}"
    course = urllib.parse.quote(desk.terms.course, safe="")
    said = service.json(f"exchange/{course}/submissions/{number}", seconds=seconds)
    try:
        files = [{key: one[key] for key in ("path", "sha256", "size")} for one in said["files"]]
        kept = KeptReceipt.model_validate({"receipt": said["receipt"], "files": files})
    except (KeyError, TypeError, ValidationError):
        raise service.unreadable() from None
    try:
        folder.mkdir(exist_ok=True)
        write_whole(folder / name, kept.model_dump_json(indent=1) + "\n", f".{name}-")
    except OSError as error:
        message = f"the receipt could not be kept in {FOLDER} ({error.strerror}): make room"
        raise NotSaved(message) from None
    return f"{FOLDER}/{name}"
