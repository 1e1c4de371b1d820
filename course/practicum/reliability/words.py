"""The figures of agreement in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from practicum.reliability.resampling import Estimate

__all__ = ["alpha_words", "chance_words", "icc_words", "pair_words", "unsure_words"]

ALPHA = {
    0.8: "good",
    0.667: "tentative",
    float("-inf"): "not reliable enough for marks",
}
"""Krippendorff (2004), Content Analysis, 2nd ed., p. 241."""
ICC = {0.9: "excellent", 0.75: "good", 0.5: "moderate", float("-inf"): "poor"}
"""Koo and Li (2016), J. Chiropr. Med. 15, 155-163."""
FULL = 1 - 1e-9
"""An agreement from here on is full, but for rounding."""


def alpha_words(found: Estimate) -> str:
    """Say whether marks may rest on the levels, and whether that is sure."""
    return _graded(ALPHA, found)


def icc_words(found: Estimate, reviews: int = 1) -> str:
    """Say how reliable one review, or the mean of several, is."""
    what = "one review alone" if reviews == 1 else f"the mean of {reviews} reviews"
    return f"reliability of {what}: {_graded(ICC, found)}"


def chance_words(found: Estimate) -> str:
    """Say where between chance and full agreement the reviewers are."""
    value = found.value or 0.0
    if value <= 0:
        return "reviewers agreed no more than by chance"
    return f"reviewers came {100 * value:.0f}% of the way from chance to full agreement"


def pair_words(near: int, of: int, apart: int, *, cases: bool) -> str:
    """Say in how many cases, or pairs of reviews, reviewers agreed."""
    did = "gave the same level" if apart == 0 else "were at most one level apart"
    return f"reviewers {did} in {near} of {of} {'cases' if cases else 'pairs of reviews'}"


def unsure_words(found: Estimate) -> str:
    """Say, as an end of the figure's words, where and why no interval could be told."""
    if found.low is not None:
        return ""
    full = found.value is not None and found.value >= FULL
    why = "reviewers were never apart" if full else "the submissions are too few or too alike"
    return f"; how sure that is cannot be told: {why}"


def _graded(scale: Mapping[float, str], found: Estimate) -> str:
    """Return the grade, and how low the interval reaches where that is another grade."""
    words, low = _grade(scale, found.value or 0.0), found.low
    if low is None or _grade(scale, low) == words:
        return words
    return f"{words}; not sure, since it may be as low as {max(low, 0.0):.2f}"


def _grade(scale: Mapping[float, str], value: float) -> str:
    return next(words for least, words in scale.items() if round(value, 3) >= least)
