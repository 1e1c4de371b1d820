"""Long lists come in pages: how many are wanted, and after which one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Query

from practicum.values import Value

__all__ = ["After", "Limit", "Page", "page_of"]

MOST: Final = 500
USUAL: Final = 100

Limit = Annotated[int, Query(ge=1, le=MOST, description="at most so many")]
After = Annotated[
    str,
    Query(
        max_length=200,
        pattern=r"^[A-Za-z0-9@._/:+-]*$",
        description="go on after this one: the `next` of the page before",
    ),
]
Item = TypeVar("Item")


class Page(Value, Generic[Item]):
    """A part of a list; ``next`` is what to send as ``after`` for the next one, "" at the end."""

    items: tuple[Item, ...]
    next: str = ""


def page_of(
    items: Iterable[Item], key: Callable[[Item], str], limit: int = USUAL, after: str = ""
) -> Page[Item]:
    """Return a page of ``items``, in the order of their keys, which tell them apart."""
    rest = sorted((item for item in items if key(item) > after), key=key)
    shown = rest[:limit]
    return Page(items=tuple(shown), next=key(shown[-1]) if len(rest) > limit else "")
