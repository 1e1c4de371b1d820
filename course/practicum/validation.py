"""From a document to a value: every problem at once, each with its line and its remedy."""

from __future__ import annotations

import difflib
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from practicum.documents import read_document
from practicum.errors import InvalidDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from practicum.documents import Document, Location
    from practicum.problems import Problem

__all__ = ["read_value", "value_from"]

REMEDIES = {
    "too_short": "write at least {min_length} of them",
    "too_long": "write at most {max_length} of them",
    "string_too_short": "write at least {min_length} of its characters",
    "string_too_long": "write at most {max_length} characters",
    "less_than": "write a number below {lt}",
    "less_than_equal": "write a number of at most {le}",
    "greater_than": "write a number above {gt}",
    "greater_than_equal": "write a number of at least {ge}",
    "finite_number": "write a number that is not infinite",
    "literal_error": "write {expected}",
    "string_type": "write a text; one that is only digits, or yes or no, needs quotes",
    "tuple_type": "write a list, such as [a, b]",
    "list_type": "write a list, such as [a, b]",
    "model_type": "write lines of `key: value` below it",
    "dict_type": "write lines of `key: value` below it",
    "string_pattern_mismatch": "write it in the form {pattern}",
}
"""What to do about pydantic's errors, in plain words, by their type."""
KINDS = {
    "bool": "write true or false",
    "int": "write a whole number",
    "float": "write a number",
    "datetime": "write a day and a time",
    "date": "write a day",
}
"""The same for the types whose names begin so: bool_type, bool_parsing and so on."""

Model = TypeVar("Model", bound=BaseModel)


def read_value(
    model: type[Model], file: Path, problems: Callable[[Model, Document], Iterable[Problem]]
) -> Model:
    """Read a YAML file as a value, and check what its form alone cannot tell.

    Args:
        model: What the file describes.
        file: Where it lies.
        problems: Yields what is wrong in a well-formed value.

    Raises:
        InvalidDocument: With every problem that was found.

    """
    document = read_document(file)
    value = value_from(model, document)
    found = sorted(problems(value, document))
    if found:
        raise InvalidDocument(found)
    return value


def value_from(model: type[Model], document: Document) -> Model:
    """Return the value that a document describes.

    Raises:
        InvalidDocument: With a problem for each key that is missing, unknown or wrong.

    """
    if not isinstance(document.data, dict):
        problem = document.problem(
            (), f"a {model.__name__.lower()} is a list of `key: value` lines", "see docs/files.md"
        )
        raise InvalidDocument([problem])
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        details = error.errors()
        wrong = [tuple(detail["loc"]) for detail in details]
        problems = [
            _problem(model, document, detail)
            for detail in details
            # A list whose only item is wrong is not also too short.
            if detail["type"] != "too_short"
            or not any(part[:-1][: len(detail["loc"])] == tuple(detail["loc"]) for part in wrong)
        ]
        raise InvalidDocument(sorted(set(problems))) from None


def _problem(model: type[BaseModel], document: Document, detail: ErrorDetails) -> Problem:
    location = tuple(detail["loc"])
    name = ".".join(str(part) for part in location)
    if detail["type"] == "missing":
        return document.problem(
            location[:-1], f"{name} is missing", f"add `{location[-1]}:`{_hint(model, location)}"
        )
    if detail["type"] == "extra_forbidden":
        return document.problem(location, f"unknown key {name}", _nearest(model, location))
    shown = repr(detail["input"])
    if len(shown) > 60:  # noqa: PLR2004 (a line's worth)
        shown = shown[:57] + "..."
    what = detail["msg"].removeprefix("Value error, ")
    if not location or (detail["type"] == "value_error" and isinstance(detail["input"], dict)):
        where, _, fix = what.partition(": ")
        return document.problem(location, f"{name + ': ' if name else ''}{where}", fix or "mend it")
    shown = "empty" if detail["input"] in (None, "", [], {}) else shown
    return document.problem(location, f"{name} is {shown}", _remedy(model, location, detail, what))


def _remedy(
    model: type[BaseModel], location: Location, detail: ErrorDetails, otherwise: str
) -> str:
    """Return what to do about a value that does not fit; ``otherwise`` is pydantic's word."""
    kind, hint = detail["type"], _hint(model, location)
    if kind == "string_pattern_mismatch" and hint:
        return f"use {hint.strip(' ()')}"
    known = REMEDIES.get(kind) or KINDS.get(kind.partition("_")[0])
    if known is None:
        return f"{otherwise[:1].lower()}{otherwise[1:]}{hint}"
    said = {
        key: f"{value:g}" if isinstance(value, float) else value
        for key, value in detail.get("ctx", {}).items()
    }
    if said.get("min_length") == 1:
        known = "write at least one" if kind == "too_short" else "write something"
    return known.format(**said) + hint


def _hint(model: type[BaseModel], location: Location) -> str:
    parent = _model_at(model, location[:-1])
    if parent is None or not isinstance(location[-1], str):
        return ""
    info = parent.model_fields.get(location[-1])
    return f" ({info.description})" if info is not None and info.description else ""


def _nearest(model: type[BaseModel], location: Location) -> str:
    parent = _model_at(model, location[:-1])
    known = list(parent.model_fields) if parent is not None else []
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return "remove it" + (f" (known: {', '.join(known)})" if known else "")


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """Follow a location through nested models, lists and mappings."""
    current: Any = model
    for part in location:
        current = _inner(current)
        if isinstance(current, type) and issubclass(current, BaseModel):
            info = current.model_fields.get(str(part))
            if info is None:
                return None
            current = info.annotation
        elif get_origin(current) in (list, tuple, dict):
            arguments = [a for a in get_args(current) if a is not Ellipsis]
            current = arguments[-1]
        else:
            return None
    current = _inner(current)
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _inner(annotation: Any) -> Any:  # noqa: ANN401 (annotations are any objects)
    """Return the first part of an optional annotation that is not None."""
    if get_origin(annotation) in (Union, UnionType):
        return next(a for a in get_args(annotation) if a is not type(None))
    return annotation
