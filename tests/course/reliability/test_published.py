"""The published examples come out as they were published."""

import pytest

from practicum.reliability import Metric, Ratings, alpha, fleiss_kappa, gwet, icc, kappa

SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]
FLEISS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def _table(cells: dict[tuple[int, int], int]) -> Ratings:
    """Return what two raters gave, from how often each pair of levels came."""
    pairs = [pair for pair, times in cells.items() for _ in range(times)]
    return Ratings.of(
        (f"item-{place:03}", rater, level)
        for place, pair in enumerate(pairs)
        for rater, level in zip("ab", pair, strict=True)
    )


@pytest.mark.parametrize(
    ("metric", "published"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha(krippendorff_2011: Ratings, metric: Metric, published: float) -> None:
    """Krippendorff (2011): four observers with gaps, by all four metrics."""
    assert alpha(krippendorff_2011, metric) == pytest.approx(published, abs=0.0005)


def test_icc() -> None:
    """Shrout and Fleiss (1979), table 4: six targets, four judges, six forms."""
    found = icc(SHROUT_FLEISS)

    assert {form: round(value, 2) for form, value in found} == {
        "icc1": 0.17,
        "icc2": 0.29,
        "icc3": 0.71,
        "icc1k": 0.44,
        "icc2k": 0.62,
        "icc3k": 0.91,
    }


def test_cohen() -> None:
    """The 2 by 2 table with 20, 5, 10 and 15 has a kappa of .40, whatever the weights."""
    ratings = _table({(1, 1): 20, (1, 0): 5, (0, 1): 10, (0, 0): 15})

    assert kappa(ratings, "identity") == pytest.approx(0.40)
    assert kappa(ratings, "quadratic") == pytest.approx(0.40)


def test_weighted_kappa_is_a_correlation() -> None:
    """Fleiss and Cohen (1973): with equal margins, quadratic kappa is Pearson's correlation."""
    ratings = _table({(0, 0): 6, (1, 1): 6, (2, 2): 6, (0, 1): 2, (1, 2): 2, (2, 0): 2})

    assert kappa(ratings) == pytest.approx(1 - (4 * 1 + 2 * 4) / 24 / (2 * 2 / 3))


def test_kappa_is_pooled() -> None:
    """De Vries and others (2008): the pairs' disagreements are summed before they are divided."""
    levels = {"a": [0, 0, 1, 1, 0, 1], "b": [0, 0, 1, 1, 1, 1], "c": [0, 1, 1, 1, 1, 1]}
    ratings = Ratings.of(
        (f"item-{place}", name, level)
        for name, row in levels.items()
        for place, level in enumerate(row)
    )

    # Seen: 1 + 2 + 1. Expected, from the counts of 0 and 1 over six items: 18/6 + 18/6 + 14/6.
    assert kappa(ratings, "identity", levels=2) == pytest.approx(1 - 4 / (50 / 6))


def test_fleiss() -> None:
    """Ten subjects in five categories by fourteen raters have Fleiss' kappa .210."""
    assert fleiss_kappa(FLEISS) == pytest.approx(0.210, abs=0.0005)


def test_gwet(krippendorff_2011: Ratings) -> None:
    """Gwet's 4 raters of 12 subjects, Krippendorff's numbers: AC1 .77544, quadratic AC2 .91400."""
    moved = Ratings.of((item, rater, level - 1) for item, rater, level in krippendorff_2011.entries)

    assert gwet(moved) == pytest.approx(0.77544, abs=0.000005)
    assert gwet(moved, "quadratic") == pytest.approx(0.91400, abs=0.000005)


def test_gwet_where_kappa_fails() -> None:
    """Two raters with 118, 5, 2 and 0 of 125 agree by AC1 (.94), though not by kappa (-.02)."""
    ratings = _table({(1, 1): 118, (1, 0): 5, (0, 1): 2})

    assert gwet(ratings, levels=2) == pytest.approx(0.940, abs=0.001)
    assert kappa(ratings, "identity") == pytest.approx(-0.023, abs=0.001)
