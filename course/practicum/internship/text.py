"""An internship as text, and back from text that anybody may have written."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import ValidationError

from practicum.errors import BadInput, NewerVersion
from practicum.internship.record import Internship

__all__ = ["LARGEST", "internship_text", "read_internship"]

LARGEST: Final = 1_000_000
"""Bytes of the largest file that is read or written."""
DEEPEST: Final = 8
VERSION: Final = 1


def internship_text(internship: Internship) -> str:
    """Return an internship as indented JSON, the same text for the same value.

    Raises:
        BadInput: It is larger than anybody would read.

    """
    content = internship.model_dump(mode="json", exclude_defaults=True)
    content = {"schema_version": VERSION, "brief": internship.brief} | content
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if len(text.encode()) > LARGEST:
        message = f"that is too much: all entries together may have {LARGEST:,} bytes"
        raise BadInput(message)
    return text


def read_internship(data: bytes) -> Internship:
    """Read an internship as untrusted data: size, depth, form, plain text.

    Raises:
        NewerVersion: A newer practicum wrote it.
        BadInput: It is not an internship; the message says what is wrong.

    """
    if len(data) > LARGEST:
        message = f"the file has {len(data):,} bytes, and {LARGEST:,} is the most"
        raise BadInput(message)
    try:
        content = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        message = f"the file is not JSON ({type(error).__name__})"
        raise BadInput(message) from None
    if not isinstance(content, dict) or _is_deep(content, DEEPEST):
        raise BadInput("the file is not an internship")
    version = content.get("schema_version")
    if isinstance(version, int) and version > VERSION:
        message = (
            f"a newer practicum wrote this file (version {version}, and this one reads "
            f"{VERSION}): update it with `pip install --upgrade practicum`"
        )
        raise NewerVersion(message)
    try:
        return Internship.model_validate(_upgraded(content, version))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        message = f"the file is not an internship: {place}: {first['msg']}"
        raise BadInput(message) from None


def _upgraded(content: dict[str, Any], version: object) -> dict[str, Any]:
    """Bring an older file to the form of today.

    Version 0, that of the first drafts, had no version, kept goals as ``items`` of a text and a
    tick, and did not tell its brief's revision.
    """
    if version is not None and version != 0:
        return content
    if "items" not in content:
        return content | {"schema_version": VERSION}
    if not isinstance(content["items"], list):
        message = "the file is not an internship: items: it is no list"
        raise BadInput(message)
    goals = [
        {
            "id": f"goal-{number}",
            "text": str(item.get("text", "")) or "-",
            "reached": "yes" if item.get("done") else "open",
        }
        for number, item in enumerate(content["items"], 1)
        if isinstance(item, dict)
    ]
    return {"schema_version": VERSION, "brief": content.get("brief"), "objectives": goals}


def _is_deep(value: object, left: int) -> bool:
    if isinstance(value, dict):
        return left == 0 or any(_is_deep(entry, left - 1) for entry in value.values())
    if isinstance(value, list):
        return left == 0 or any(_is_deep(entry, left - 1) for entry in value)
    return False


def _refuse(name: str) -> float:
    message = f"{name} is no number"
    raise ValueError(message)
