"""What all values have in common: frozen, exact, and with names that are safe everywhere."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

__all__ = ["ID_PATTERN", "CellId", "Email", "Id", "Text", "Value"]

ID_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""Names of briefs, rubrics, people and cells: never a path, never hidden, never HTML."""


class Value(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Id = Annotated[
    str,
    StringConstraints(pattern=ID_PATTERN, strip_whitespace=False),
    Field(description="lower-case letters, digits, dot, dash, underscore; no dot first"),
]
CellId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$"),
    Field(description="the grade_id of a cell in the notebook"),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s<>\"']+@[^@\s<>\"']+\.[A-Za-z]{2,}$", max_length=254),
    Field(description="an e-mail address"),
]
