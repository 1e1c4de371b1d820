"""What was made of a text, kept for the next page on which the very same text stands."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Kept"]

Made = TypeVar("Made", bound=str)


class Kept(Generic[Made]):
    """HTML or text by the whole text it was made from; what was used longest ago goes first.

    Args:
        most: So many characters are kept, of what was made and of what it was made from.

    """

    def __init__(self, most: int = 4_000_000) -> None:
        self._left = most
        self._largest = most // 16
        self._made: OrderedDict[tuple[str, ...], Made] = OrderedDict()

    def get(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """Return what ``make`` makes; it must depend on nothing but the texts in ``key``."""
        made = self.find(key)
        if made is None:
            made = make()
            self.keep(key, made)
        return made

    def find(self, key: tuple[str, ...]) -> Made | None:
        """Return what was made of the texts in ``key``, or None where it is not kept."""
        made = self._made.get(key)
        if made is not None:
            self._made.move_to_end(key)
        return made

    def keep(self, key: tuple[str, ...], made: Made) -> None:
        """Keep what was made of the texts in ``key``, unless it is very large."""
        size = _size(key, made)
        if size > self._largest or key in self._made:
            return
        self._made[key] = made
        self._left -= size
        while self._left < 0:
            self._left += _size(*self._made.popitem(last=False))


def _size(key: tuple[str, ...], made: str) -> int:
    return sum(map(len, key)) + len(made)
