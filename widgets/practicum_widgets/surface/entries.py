"""Lists of entries that a page adds to, edits and takes from: the same for every kind of entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from practicum.internship import Internship
from practicum.values import Value
from practicum_widgets.surface.panel import Asked
from practicum_widgets.surface.surface import Action

__all__ = ["entry_actions"]


def entry_actions(
    name: str, kind: type[Value], fields: Sequence[str], *, stamped: bool = False
) -> dict[str, Action]:
    """Return the actions add, edit and remove for one list of the student's file.

    An entry's ``id`` is made by the page, so that what is asked for twice is done once, and what
    two windows do at the same time is done to the entries that they mean.

    Args:
        name: The list's name in the internship.
        kind: What its entries are.
        fields: What a page may give; an empty text stands for None where that is the default.
        stamped: Entries have the time ``at`` of their making.

    """
    empty = {field for field in fields if kind.model_fields[field].default is None}

    def given(asked: Asked) -> dict[str, Any]:
        found = {field: asked[field] for field in fields if field in asked}
        return found | dict.fromkeys((f for f in empty if found.get(f) == ""), None)

    def entries(internship: Internship) -> tuple[Any, ...]:
        found: tuple[Any, ...] = getattr(internship, name)
        return found

    def changed(internship: Internship, after: Sequence[Any]) -> Internship:
        return internship.model_copy(update={name: tuple(after)})

    def add(internship: Internship, asked: Asked) -> Internship:
        before = entries(internship)
        if any(entry.id == asked["id"] for entry in before):
            return internship
        made = {"id": asked["id"]} | ({"at": datetime.now(UTC)} if stamped else {})
        return changed(internship, (*before, kind.model_validate(made | given(asked))))

    def edit(internship: Internship, asked: Asked) -> Internship:
        return changed(
            internship,
            [
                kind.model_validate(entry.model_dump() | given(asked))
                if entry.id == asked["id"]
                else entry
                for entry in entries(internship)
            ],
        )

    def remove(internship: Internship, asked: Asked) -> Internship:
        return changed(internship, [e for e in entries(internship) if e.id != asked["id"]])

    return {"add": add, "edit": edit, "remove": remove}
