"""Released feedback as data: what a feedback page says, for a program to read.

The page carries it as ``<meta name="practicum-feedback" content="{...}">``, so that one file
is both. It holds nothing that the page does not show.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from practicum.errors import BadInput
from practicum.values import Id, Value

__all__ = ["NAME", "Released", "ReleasedCriterion", "ReleasedRow", "ReleasedStep", "read_released"]

NAME: Final = "practicum-feedback"
LARGEST: Final = 60_000_000
MOST: Final = 1_000_000

Said = Annotated[str, StringConstraints(max_length=20_000)]
Figure = Annotated[str, StringConstraints(pattern=r"^-?\d{1,9}(\.\d{1,2})?$")]
"""Points as the page writes them: two decimals at most."""


class ReleasedRow(Value):
    """A line of the sum: ``points`` of ``most``, and the way to them; indented is a part."""

    title: Said
    how: Said = ""
    points: Figure
    most: Figure
    indented: bool = False


class ReleasedCriterion(Value):
    """What was judged by one criterion; the level is None where points were set otherwise."""

    id: Id
    title: Said
    rater: Literal["employer", "instructor"]
    level: Annotated[float, Field(ge=0, le=4, allow_inf_nan=False)] | None
    points: Figure
    most: Figure
    words: Annotated[tuple[Said, ...], Field(max_length=20)] = ()
    decision: Said = ""


class ReleasedStep(Value):
    """The level to aim for in a criterion, and what it looks like."""

    title: Said
    level: Annotated[int, Field(ge=0, le=4)]
    descriptor: Said


class Released(Value):
    """A student's feedback on one brief."""

    schema_version: Literal[1] = 1
    brief: Id
    total: Figure
    most: Figure
    percent: Figure
    penalty: Figure = "0"
    penalty_how: Said = ""
    rows: Annotated[tuple[ReleasedRow, ...], Field(max_length=200)] = ()
    criteria: Annotated[tuple[ReleasedCriterion, ...], Field(max_length=50)] = ()
    steps: Annotated[tuple[ReleasedStep, ...], Field(max_length=20)] = ()


def read_released(page: bytes) -> Released:
    """Read the data of a feedback page, as untrusted data.

    Raises:
        BadInput: The page is too large, or holds no data that can be read.

    """
    if len(page) > LARGEST:
        raise BadInput("the feedback page is too large to be read")
    reader = _Meta()
    # The data stand in the head, within the first part of the page.
    reader.feed(page[:MOST].decode("utf-8", "replace"))
    if reader.content is None:
        raise BadInput("the feedback page holds no data: open it to read it")
    try:
        return Released.model_validate(json.loads(reader.content))
    except (ValueError, RecursionError, ValidationError):
        raise BadInput("the data of the feedback page cannot be read: open the page") from None


class _Meta(HTMLParser):
    """Finds the first of our elements; a page's own text cannot be one, because it is escaped."""

    content: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a meta element."""
        about = dict(attrs)
        if tag == "meta" and about.get("name") == NAME and self.content is None:
            self.content = about.get("content") or ""
