"""What a student's widgets kept: taken along with a submission if it can be read, or named."""

from __future__ import annotations

from collections.abc import Mapping

from practicum.collect.names import shown
from practicum.collect.report import LeftOut
from practicum.errors import BadInput
from practicum.internship import read_internship

__all__ = ["without_unreadable"]

ENDING = ".internship.json"
BROKEN = ".internship.broken-"


def without_unreadable(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], tuple[LeftOut, ...]]:
    """Return the files without those of widgets that cannot be read, and these with the reason.

    It is no part of the graded work: a broken one costs the student nothing.
    """
    left_out = []
    kept = dict(files)
    for name, data in files.items():
        reason = _fault(name, data)
        if reason:
            del kept[name]
            left_out.append(LeftOut(name=shown(name), reason=reason))
    return kept, tuple(left_out)


def _fault(name: str, data: bytes) -> str:
    if BROKEN in name:
        return "a broken file that the widgets had put aside"
    if not name.endswith(ENDING):
        return ""
    try:
        internship = read_internship(data)
    except BadInput as error:
        return str(error)[:300]
    if name != f"{internship.brief}{ENDING}":
        return f"it belongs to the brief {internship.brief!r}"
    return ""
