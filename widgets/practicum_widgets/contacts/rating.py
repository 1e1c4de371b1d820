"""What a student says of the supervision: changes of one answer each, and pure."""

from __future__ import annotations

from typing import Any, Final, get_args

from practicum.internship import Internship, Supervision, SupervisionQuestion
from practicum_widgets.surface import Asked

__all__ = ["STATEMENTS", "clear_rating", "rate", "shown"]

STATEMENTS: Final[tuple[SupervisionQuestion, ...]] = get_args(SupervisionQuestion)
"""The statements that get a level; their texts stand in words.json."""


def rate(internship: Internship, asked: Asked) -> Internship:
    """Set what is asked for: the level of one statement, the recommendation, or the words."""
    before = internship.supervision or Supervision()
    given: dict[str, Any] = {name: asked[name] for name in ("words", "recommend") if name in asked}
    if "statement" in asked:
        given["levels"] = dict(before.levels) | {asked["statement"]: asked["level"]}
    after = Supervision.model_validate(before.model_dump() | given)
    return internship.model_copy(update={"supervision": None if after.is_empty else after})


def clear_rating(internship: Internship, _asked: Asked) -> Internship:
    """Take all of it back."""
    return internship.model_copy(update={"supervision": None})


def shown(internship: Internship) -> dict[str, Any]:
    """Return the rating as a page shows it, with each statement's level or None."""
    rating = internship.supervision or Supervision()
    return {
        "levels": [[name, rating.levels.get(name)] for name in STATEMENTS],
        "recommend": rating.recommend,
        "words": rating.words,
        "empty": rating.is_empty,
    }
