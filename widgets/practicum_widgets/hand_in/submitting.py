"""The two ways to hand in, each whole or not at all, with a receipt in the student's own file."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from practicum.errors import BadInput, ExchangeFailed, PracticumError
from practicum.internship import HandIn, Internship, internship_text
from practicum_widgets.desk import Desk
from practicum_widgets.exchange import nbgrader
from practicum_widgets.hand_in.packing import pack, receipt
from practicum_widgets.hand_in.saved import read_notebook

__all__ = ["make_zip", "submit", "with_receipt"]

RECEIPTS: Final = 100
"""Of how many hand-ins the receipt is kept."""
LISTED: Final = 3_000
"""Of how many files the receipts keep names and digests, all together."""


def submit(desk: Desk, key: str, now: datetime) -> None:
    """Hand in through nbgrader; the receipt travels along, and goes again if that fails.

    Raises:
        BadInput: The notebook is missing or none, or a file cannot be handed in.
        NotSaved: The receipt could not be written.
        ExchangeFailed: nbgrader is missing or says no; nothing was handed in.

    """
    brief, course = desk.brief.id, desk.terms.course
    read_notebook(desk)
    if desk.folder.name != brief:
        message = f"nbgrader hands in the folder {brief!r}: rename {desk.folder.name!r} so"
        raise BadInput(message)
    if _is_there(desk.sidecar.read(), key):
        return
    handed = receipt(desk, key, "nbgrader", course, now)
    desk.sidecar.change(lambda internship: with_receipt(internship, handed))
    try:
        nbgrader("submit", brief, "--course", course, folder=desk.folder.parent)
    except PracticumError as error:
        _take_back(desk, handed, error)
        raise


def make_zip(desk: Desk, key: str, now: datetime) -> None:
    """Make a zip to be uploaded. It holds the receipt, and there is none without the zip.

    Raises:
        BadInput: The notebook is missing or none, or a file cannot be handed in.
        NotSaved: The zip or the receipt could not be written; neither is there.

    """
    read_notebook(desk)
    target = desk.folder / f"{desk.brief.id}-{now:%Y%m%d-%H%M%S}.zip"
    handed = receipt(desk, key, "zip", target.name, now)

    def packed(internship: Internship) -> Internship:
        after = with_receipt(internship, handed)
        if after != internship:
            # As it will be written to the disk, which counts the changes.
            own = after.model_copy(update={"revision": internship.revision + 1})
            pack(desk, handed, internship_text(own), target)
        return after

    was_there = target.exists()
    try:
        desk.sidecar.change(packed)
    except PracticumError:
        if not was_there:
            target.unlink(missing_ok=True)
        raise


def with_receipt(internship: Internship, handed: HandIn) -> Internship:
    """Return an internship with one more receipt; of old ones the lists of files go first.

    So many hand-ins, and so many files, never make the student's file too large to be written.
    """
    if _is_there(internship, handed.id):
        return internship
    kept = sorted((*internship.hand_ins, handed), key=lambda entry: entry.at)[-RECEIPTS:]
    listed, thinned = 0, []
    for entry in reversed(kept):
        listed += len(entry.files)
        fits = entry.id == handed.id or listed <= LISTED
        thinned.append(entry if fits else entry.model_copy(update={"files": ()}))
    return internship.model_copy(update={"hand_ins": tuple(reversed(thinned))})


def _is_there(internship: Internship, key: str) -> bool:
    return any(entry.id == key for entry in internship.hand_ins)


def _take_back(desk: Desk, handed: HandIn, reason: PracticumError) -> None:
    def without(internship: Internship) -> Internship:
        kept = tuple(entry for entry in internship.hand_ins if entry.id != handed.id)
        return internship.model_copy(update={"hand_ins": kept})

    try:
        desk.sidecar.change(without)
    except PracticumError as error:
        message = f"{reason}. Nothing was handed in: the receipt of {handed.at:%H:%M:%S} does not"
        raise ExchangeFailed(f"{message} count, and could not be taken out ({error})") from error
