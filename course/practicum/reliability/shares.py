"""Shares: how many pairs of reviews agree, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from practicum.reliability.resampling import Estimate, student

__all__ = ["Near", "share_estimate", "wilson"]

Z = 1.959964
"""The normal quantile of a 95% interval."""


class Near(NamedTuple):
    """Of how many items and pairs of reviews a submission has, how many pairs are near."""

    near: int
    pairs: int
    items: int


def share_estimate(submissions: Sequence[Near]) -> Estimate:
    """Return the share of near pairs with its interval.

    It is Wilson's (1927, J. Am. Stat. Assoc. 22, 209-212). The cases are the items, where each
    submission has one. Where submissions have several, these hang together: the cases are then
    as many independent ones as would be equally sure, fewer for what few submissions leave
    unsure (Korn and Graubard 1998, Surv. Methodol. 24, 193-201). If no pair, or each, is near,
    a submission counts as one case.
    """
    near, pairs, items = (sum(column) for column in zip(*submissions, strict=True))
    share, n = near / pairs, len(submissions)
    if n in {1, items} or near in {0, pairs}:
        return wilson(share, n)
    spread = sum((one.near - share * one.pairs) ** 2 for one in submissions)
    variance = n / (n - 1) * spread / pairs**2
    sure = share * (1 - share) / variance if variance > 0 else items
    return wilson(share, min(items, sure) * (Z / student(n - 1)) ** 2)


def wilson(share: float, cases: float) -> Estimate:
    """Return a share with Wilson's score interval, which is never empty at 0 or 1."""
    centre = (share + Z**2 / (2 * cases)) / (1 + Z**2 / cases)
    half = sqrt(share * (1 - share) / cases + (Z / (2 * cases)) ** 2) * Z / (1 + Z**2 / cases)
    return Estimate(share, max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share)))
