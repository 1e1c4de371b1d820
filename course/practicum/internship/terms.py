"""What a course tells the notebook that it hands out: dates, limits, which widgets there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from practicum.errors import BadInput
from practicum.policies import LatePolicy, Limits
from practicum.values import Id, Value

__all__ = ["RUBRIC_FILE", "TERMS_FILE", "WIDGETS", "Terms", "WidgetName", "read_terms"]

TERMS_FILE: Final = "course.json"
RUBRIC_FILE: Final = "rubric.yml"
LARGEST: Final = 100_000

WidgetName = Literal[
    "brief_card",
    "objectives",
    "milestones",
    "messages",
    "achievements",
    "contacts",
    "self_assessment",
    "hand_in",
    "feedback",
]
"""The widgets, in the order in which a student meets them."""
WIDGETS: Final[tuple[WidgetName, ...]] = get_args(WidgetName)


Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$"),
    Field(description="of the widgets: en or de"),
]
ServiceAddress = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/]+[^\s]*$", max_length=1000),
    Field(description="the course's message service, such as https://hub.example/services/course"),
]


class Terms(Value):
    """What holds for one brief in one course; `practicum publish` writes it beside the notebook.

    ``service`` is the address of the course's message service, where there is one.
    """

    schema_version: Literal[1] = 1
    course: Id
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    brief: Id
    due: AwareDatetime | None = None
    timezone: str = "UTC"
    language: Language = "en"
    late: LatePolicy = LatePolicy()
    limits: Limits = Limits()
    widgets: Annotated[tuple[WidgetName, ...], Field(description="those that are on")] = WIDGETS
    service: ServiceAddress | None = None


def read_terms(folder: Path) -> Terms | None:
    """Read what the course said; None where it said nothing.

    Raises:
        BadInput: The file is there and cannot be used.

    """
    file = folder / TERMS_FILE
    if not file.is_file():
        return None
    try:
        if file.stat().st_size > LARGEST:
            message = f"{file}: too large: fetch the assignment again"
            raise BadInput(message)
        return Terms.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError, RecursionError) as error:
        message = f"{file}: it cannot be read ({type(error).__name__}): fetch the assignment again"
        raise BadInput(message) from None
