"""How often the 95% intervals of reliability hold what is true, by simulation.

    python benchmarks/bench_intervals.py [REPEATS]

Submissions of several kinds are made up, reviewers rate them, and the figures that an
instructor would see are set against the true ones, which are worked out from the
probabilities, by formulas of their own. The designs:

one criterion   The same reviewers rate one criterion of each submission, and the true figures
                are those of these reviewers.
pooled          Four criteria of each; half of what a reviewer errs is his impression of the
                whole submission, and so the same for all four.
as independent  The same, with the criteria taken as so many submissions: what pooling by
                submissions is there to mend.
in turn         One criterion, each submission by two of three reviewers in turn. ICC is that of
                the pair with most submissions, as it is for an instructor.
new reviewers   One criterion; each time other reviewers, and the true figures are those of all
                reviewers there could be. The intervals do not claim to hold these.

Each cell is the percentage of intervals that hold, in the worst kind of submissions; behind it,
where it is not 100, that of the samples that gave an interval at all; a stroke where none did.
The last line is one JSON object: the worst and the mean coverage of each cell.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from itertools import combinations, product
from math import sqrt
from statistics import NormalDist, fmean
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from practicum.reliability import Ratings, Reliability, agreement, pooled_agreement

Array = NDArray[np.float64]

SEED = 1993
REPEATS = 400
SUBMISSIONS = (10, 20, 40, 100)
REVIEWERS = (2, 3)
CRITERIA = 4
IMPRESSION = 0.5
"""What share of the variance of errors a reviewer's impression of a submission has."""
CUTS = (-1.2, -0.4, 0.4, 1.2)
SHORT = {
    "exact agreement": "exact",
    "adjacent agreement": "adjac.",
    "weighted kappa": "kappa",
    "ICC(2,1)": "ICC1",
    "ICC(2,k)": "ICCk",
    "Krippendorff's alpha": "alpha",
    "Gwet's AC1": "AC1",
    "Gwet's AC2": "AC2",
}


class Kind(NamedTuple):
    """What submissions and reviewers are like: where levels part, variances, reviewers' biases."""

    cuts: tuple[float, ...]
    work: float
    error: float
    bias: tuple[float, float, float]


KINDS = {
    "moderate": Kind(CUTS, 1.0, 0.6, (0.0, 0.3, -0.2)),
    "weak": Kind(CUTS, 0.5, 1.0, (0.0, 0.5, -0.3)),
    "close": Kind(CUTS, 1.0, 0.15, (0.0, 0.0, 0.0)),
    "mostly good": Kind((-2.2, -1.6, -1.0, 0.2), 1.0, 0.3, (0.0, 0.1, -0.1)),
}
BIAS = 0.3
"""The standard deviation of the biases of new reviewers."""
DESIGNS = ("one criterion", "pooled", "as independent", "in turn", "new reviewers")
ALL = 0.995
"""A share that prints as 100%."""
OF_ONE_PAIR = {"ICC(2,1)", "ICC(2,k)"}


def truth(kind: Kind, reviewers: int) -> dict[str, float]:
    """Return the figures of infinitely many submissions, from the probabilities of the levels."""
    points, weights = np.polynomial.hermite_e.hermegauss(81)
    weights = weights / weights.sum()
    given = [_given(kind, sqrt(kind.work) * points, bias) for bias in kind.bias[:reviewers]]
    pairs = [np.einsum("q,qa,qb->ab", weights, one, other) for one, other in combinations(given, 2)]
    joint = sum((pair + pair.T) / 2 for pair in pairs) / len(pairs)
    margins = [weights @ one for one in given]
    shares = joint.sum(axis=1)
    levels = np.arange(len(shares), dtype=np.float64)
    apart = np.square(levels[:, None] - levels)
    chance = sum((one @ apart @ other) for one, other in combinations(margins, 2)) / len(pairs)
    ranks = shares.cumsum() - shares / 2
    by_ranks = np.square(ranks[:, None] - ranks)
    means = np.array([margin @ levels for margin in margins])
    spread = fmean(float(m @ levels**2 - mean**2) for m, mean in zip(margins, means, strict=True))
    common = spread - (float((joint * apart).sum()) - _of_means(means)) / 2
    one = common / (spread + float(means.var(ddof=1)))
    return {
        "exact agreement": float(np.trace(joint)),
        "adjacent agreement": float(joint[apart <= 1].sum()),
        "weighted kappa": 1 - float((joint * apart).sum()) / float(chance),
        "ICC(2,1)": one,
        "ICC(2,k)": reviewers * one / (1 + (reviewers - 1) * one),
        "Krippendorff's alpha": 1 - float((joint * by_ranks).sum() / (shares @ by_ranks @ shares)),
        "Gwet's AC1": _gwet(joint, shares, np.eye(len(shares))),
        "Gwet's AC2": _gwet(joint, shares, 1 - apart / apart.max()),
    }


def _given(kind: Kind, work: Array, bias: float) -> Array:
    """Return the probabilities of the levels, by the true quality of the work."""
    below = np.vectorize(NormalDist().cdf)
    columns = [below((cut - bias - work) / sqrt(kind.error)) for cut in kind.cuts]
    ends = [np.zeros_like(work), *columns, np.ones_like(work)]
    probabilities: Array = np.diff(np.column_stack(ends), axis=1)
    return probabilities


def _of_means(means: Array) -> float:
    """Return the mean squared difference of the means of two reviewers."""
    return fmean(float((one - other) ** 2) for one, other in combinations(means, 2))


def _gwet(joint: Array, shares: Array, credit: Array) -> float:
    levels = len(shares)
    chance = credit.sum() / (levels * (levels - 1)) * float((shares * (1 - shares)).sum())
    return float(((joint * credit).sum() - chance) / (1 - chance))


def sample(rng: np.random.Generator, kind: Kind, size: tuple[int, int, int]) -> Array:
    """Return the levels of submissions by criteria by reviewers."""
    submissions, criteria, reviewers = size
    work = sqrt(kind.work / 2) * (rng.normal(size=(submissions, 1, 1)))
    work = work + sqrt(kind.work / 2) * rng.normal(size=(submissions, criteria, 1))
    impression = sqrt(kind.error * IMPRESSION) * rng.normal(size=(submissions, 1, reviewers))
    rest = sqrt(kind.error * (1 - IMPRESSION)) * rng.normal(size=size)
    seen = work + impression + rest + np.array(kind.bias[:reviewers])
    levels: Array = np.searchsorted(np.array(kind.cuts), seen)
    return levels


def found(design: str, levels: Array) -> Reliability:
    """Return the figures as an instructor sees them."""
    by_criterion = {
        f"criterion-{criterion}": Ratings.of(
            (f"s{submission:03}", f"r{reviewer}", int(level))
            for (submission, reviewer), level in np.ndenumerate(levels[:, criterion])
            if design != "in turn" or reviewer != (submission + 2) % 3
        )
        for criterion in range(levels.shape[1])
    }
    if design == "pooled":
        return pooled_agreement(by_criterion)
    return agreement(
        Ratings.of(
            (f"{item}, {criterion}", rater, level)
            for criterion, of in by_criterion.items()
            for item, rater, level in of.entries
        )
    )


def holding(design: str, kind: Kind, size: tuple[int, int, int], repeats: int) -> dict[str, Any]:
    """Return for each figure the shares of intervals that hold, and of those that were given."""
    rng = np.random.default_rng(SEED)
    new = design == "new reviewers"
    # A reviewer drawn anew errs by his bias too, once more for each pair of reviewers.
    all_there_are = kind._replace(error=kind.error + BIAS**2, bias=(0.0, 0.0, 0.0))
    true = truth(all_there_are if new else kind, size[2])
    if design == "in turn":
        true |= {name: truth(kind, 2)[name] for name in OF_ONE_PAIR}
    held: dict[str, list[bool]] = defaultdict(list)
    for _ in range(repeats):
        of = kind._replace(bias=tuple(rng.normal(0, BIAS, 3))) if new else kind
        for figure in found(design, sample(rng, of, size)).figures:
            if figure.low is not None and figure.high is not None:
                held[figure.name].append(figure.low <= true[figure.name] <= figure.high)
    return {name: (fmean(of), len(of) / repeats) for name, of in held.items()}


def table(design: str, repeats: int) -> list[dict[str, Any]]:
    """Measure the cells of a design, print them, and return them."""
    print(f"\n{design}: % of {repeats} intervals that hold, in the worst kind of submissions")
    print("reviewers submissions " + "".join(f"{short:>9}" for short in SHORT.values()))
    criteria = CRITERIA if design in {"pooled", "as independent"} else 1
    cells = []
    for reviewers, submissions in product((3,) if design == "in turn" else REVIEWERS, SUBMISSIONS):
        size = submissions, criteria, reviewers
        kinds = [holding(design, kind, size, repeats) for kind in KINDS.values()]
        row = f"{reviewers:>9} {submissions:>11} "
        for name, short in SHORT.items():
            cell = _cell([kind[name] for kind in kinds if name in kind])
            row += f"{_shown(cell):>9}"
            of = {"design": design, "figure": short}
            cells.append({**of, "reviewers": reviewers, "submissions": submissions, **cell})
        print(row, flush=True)
    return cells


def _cell(kinds: list[tuple[float, float]]) -> dict[str, float]:
    """Return the worst and mean coverage, and how often there was an interval where least."""
    if not kinds:
        return {"given": 0.0}
    held, given = zip(*kinds, strict=True)
    return {
        "worst": round(min(held), 3),
        "mean": round(fmean(held), 3),
        "given": round(min(given), 3),
    }


def _shown(cell: dict[str, float]) -> str:
    if "worst" not in cell:
        return "-"
    given = f"/{100 * cell['given']:.0f}" if cell["given"] < ALL else ""
    return f"{100 * cell['worst']:.0f}{given}"


def main(repeats: int) -> None:
    """Measure all designs."""
    cells = [cell for design in DESIGNS for cell in table(design, repeats)]
    print(json.dumps({"benchmark": "intervals", "repeats": repeats, "cells": cells}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS)
