"""What was given, and what is said of it: ratings of one criterion, figures with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from practicum.errors import BadInput
from practicum.values import Value

__all__ = ["MIN_ITEMS", "MIN_RATERS", "TOO_FEW", "Figure", "Rating", "Ratings", "Reliability"]

MIN_ITEMS = 5
"""Below this many items with two reviewers, a figure would tell more of luck than of reviewers."""
MIN_RATERS = 2
TOO_FEW = "too few to say"


class Rating(NamedTuple):
    """One level that one rater gave to one item."""

    item: str
    rater: str
    level: Annotated[int, Field(ge=0)]


class Ratings(Value):
    """The levels of one criterion; pairs of item and rater may be missing, none comes twice."""

    entries: tuple[Rating, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[tuple[str, str, int]]) -> Ratings:
        """Return the ratings in plain (item, rater, level) entries."""
        return cls(entries=tuple(Rating(*entry) for entry in entries))

    @model_validator(mode="after")
    def _each_pair_once(self) -> Ratings:
        for pair, times in Counter((e.item, e.rater) for e in self.entries).items():
            if times > 1:
                message = (
                    f"{pair[1]} rated {pair[0]} {times} times: hand over the rating that counts"
                )
                raise ValueError(message)
        return self

    @property
    def items(self) -> tuple[str, ...]:
        """The items, in the order of their names."""
        return tuple(sorted({e.item for e in self.entries}))

    @property
    def raters(self) -> tuple[str, ...]:
        """The raters, in the order of their names."""
        return tuple(sorted({e.rater for e in self.entries}))

    def shared(self) -> Ratings:
        """Return the ratings of the items that two or more raters rated."""
        times = Counter(e.item for e in self.entries)
        return Ratings(entries=tuple(e for e in self.entries if times[e.item] >= MIN_RATERS))

    def by_item(self) -> dict[str, dict[str, int]]:
        """Return the level by rater, by item."""
        table: dict[str, dict[str, int]] = {item: {} for item in self.items}
        for item, rater, level in self.entries:
            table[item][rater] = level
        return table

    def refuse_above(self, levels: int) -> None:
        """Raise BadInput where a level is not one of 0 to ``levels - 1``."""
        if levels < 2:  # noqa: PLR2004 (one level tells nothing apart)
            raise BadInput(f"levels={levels}: agreement needs two levels or more")
        for item, rater, level in self.entries:
            if level >= levels:
                raise BadInput(
                    f"{rater} gave {item} the level {level}, but the levels are 0 to {levels - 1}: "
                    f"correct it, or pass levels={level + 1}"
                )


class Figure(Value):
    """One figure with its 95% interval, and what it means in plain words.

    ``value`` is None where there is too little to say it from, or where everybody gave the
    same and the figure is not defined. ``low`` and ``high`` are None where no interval can be
    told. ``n_items`` and ``n_raters`` count what the figure was made from.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n_items: int
    n_raters: int
    words: str


class Reliability(Value):
    """How reliable the levels of one criterion are: several figures, because each has blind spots.

    Items are those that two or more raters rated.
    """

    figures: tuple[Figure, ...]
    n_items: int
    n_raters: int

    def figure(self, name: str) -> Figure:
        """Return the figure of that name."""
        return next(figure for figure in self.figures if figure.name == name)
