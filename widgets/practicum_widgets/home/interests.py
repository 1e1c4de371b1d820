"""What a student says of oneself before choosing a brief: topics, and the hours there are.

It lies in ``my-interests.json`` beside the start page, and nowhere else: no service is told.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from practicum.errors import BadInput, NotSaved
from practicum.values import Value
from practicum_widgets.home.offers import Plain
from practicum_widgets.sidecar.writing import write_whole
from practicum_widgets.surface import Asked

__all__ = ["FILE", "Interests", "read_interests", "save_interests"]

FILE: Final = "my-interests.json"
LARGEST: Final = 100_000


class Interests(Value):
    """Topics of interest, and ``hours`` that the student has; None where nothing was said."""

    schema_version: Literal[1] = 1
    topics: Annotated[tuple[Plain, ...], Field(max_length=100)] = ()
    hours: Annotated[float | None, Field(gt=0, le=1_000, allow_inf_nan=False)] = None


def read_interests(folder: Path) -> Interests:
    """Return what was said; nothing where the file is not there or cannot be read."""
    file = folder / FILE
    with suppress(OSError, ValueError, RecursionError):
        if not file.is_symlink() and file.stat().st_size <= LARGEST:
            return Interests.model_validate(json.loads(file.read_text(encoding="utf-8")))
    return Interests()


def save_interests(folder: Path, asked: Asked) -> Interests:
    """Write what a page says, whole or not at all.

    Raises:
        BadInput: It makes no sense; nothing was written.
        NotSaved: The file could not be written.

    """
    given = {"topics": asked.get("topics", ()), "hours": asked.get("hours") or None}
    try:
        interests = Interests.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadInput(f"{first['loc'][0]}: {first['msg']}") from None
    try:
        write_whole(folder / FILE, interests.model_dump_json(indent=1) + "\n", f".{FILE}-")
    except OSError as error:
        message = f"{FILE} could not be written ({error.strerror}): make room or ask for help"
        raise NotSaved(message) from None
    return interests
