"""What was made of a text, kept for the next page on which the very same text stands."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from markupsafe import Markup

__all__ = ["Kept"]


class Kept:
    """HTML by the whole text that it was made from; what was used longest ago goes first.

    Args:
        most: So many characters are kept, of texts and HTML together.

    """

    def __init__(self, most: int = 4_000_000) -> None:
        self._left = most
        self._largest = most // 16
        self._made: OrderedDict[tuple[str, ...], Markup] = OrderedDict()

    def get(self, key: tuple[str, ...], make: Callable[[], Markup]) -> Markup:
        """Return what ``make`` makes; it must depend on nothing but the texts in ``key``."""
        made = self._made.get(key)
        if made is not None:
            self._made.move_to_end(key)
            return made
        made = make()
        size = _size(key, made)
        if size <= self._largest:
            self._made[key] = made
            self._left -= size
            while self._left < 0:
                self._left += _size(*self._made.popitem(last=False))
        return made


def _size(key: tuple[str, ...], made: Markup) -> int:
    return sum(map(len, key)) + len(made)
