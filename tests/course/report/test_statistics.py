"""Item statistics, correlation and agreement, on hand-made frames and by properties."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practicum.report.statistics import (
    ENOUGH,
    Agreement,
    agreement,
    correlation,
    item_statistics,
    spreads,
)


def items_of(scores: Mapping[str, Sequence[float | None]], most: float = 10) -> pd.DataFrame:
    """Return a table of items from the scores of each cell, student by student."""
    rows = [
        {
            "brief": "b",
            "student": f"s{number}",
            "cell": cell,
            "kind": "autograded",
            "score": score,
            "max": most,
            "share": None if score is None else score / most,
        }
        for cell, column in scores.items()
        for number, score in enumerate(column)
    ]
    return pd.DataFrame(rows).astype({"score": float, "max": float})


def test_known_items() -> None:
    """Difficulty and discrimination are those that numpy computes by hand."""
    rng = np.random.default_rng(1)
    columns = {name: list(rng.integers(0, 11, 30).astype(float)) for name in "abc"}

    found = item_statistics(items_of(columns)).set_index("cell")

    for name in "abc":
        rest = sum(np.array(columns[other]) for other in "abc" if other != name)
        assert found.loc[name, "difficulty"] == pytest.approx(np.mean(columns[name]) / 10)
        r = np.corrcoef(columns[name], rest)[0, 1]
        assert found.loc[name, "discrimination"] == pytest.approx(r)


def test_verdicts() -> None:
    """Ebel's rule names items poor, fair or very good; a constant item is all alike."""
    ability = [float(n % 11) for n in range(44)]
    contrary = [10 - a for a in ability]
    noise = list(np.random.default_rng(3).uniform(0, 50, 44))

    found = item_statistics(
        items_of({"x": ability, "y": ability, "bad": contrary, "same": [5.0] * 44})
    )
    mixed = item_statistics(items_of({"x": ability, "noise": noise}))
    good = item_statistics(items_of({"x": ability, "y": ability}))

    # Where x and the contrary item cancel, the rest of the mark is the same for everybody.
    assert list(found["verdict"]) == ["all alike", "all alike", "poor", "all alike"]
    assert set(mixed["verdict"]) == {"poor"}
    assert set(good["verdict"]) == {"very good"}


def test_too_few_to_say() -> None:
    """Below twenty marked submissions only the difficulty is told."""
    few = [float(n) for n in range(ENOUGH - 1)]
    found = item_statistics(items_of({"x": few, "y": few}, most=20))

    assert set(found["verdict"]) == {"too few to say"}
    assert found["discrimination"].isna().all()
    assert found["difficulty"].notna().all()


def test_unmarked_submissions_are_left_out() -> None:
    """A submission with an unmarked cell counts for no item; a cell nobody marked leaves none."""
    assert set(item_statistics(items_of({"x": [1, 2, 3], "y": [1, None, 3]}))["n"]) == {2}
    assert set(item_statistics(items_of({"x": [1, 2, 3], "y": [None] * 3}))["n"]) == {0}


def test_no_items() -> None:
    """Without items there is no row, and no error."""
    assert item_statistics(items_of({"x": [1.0]}).head(0)).empty


SCORES = st.integers(1, 6).flatmap(
    lambda cells: st.lists(
        st.lists(st.floats(0, 10), min_size=cells, max_size=cells), min_size=0, max_size=40
    )
)


@settings(max_examples=60, deadline=None)
@given(SCORES)
def test_item_properties(rows: list[list[float]]) -> None:
    """Shares stay in 0 to 1, correlations in -1 to 1, and silence is kept below ENOUGH."""
    columns: dict[str, list[float | None]] = {}
    for number in range(len(rows[0]) if rows else 0):
        columns[f"c{number}"] = [row[number] for row in rows]
    table = items_of(columns) if columns else items_of({"x": [1.0]}).head(0)

    found = item_statistics(table)

    assert len(found) == len(columns)
    assert found["difficulty"].dropna().between(0, 1 + 1e-9).all()
    assert found["discrimination"].dropna().between(-1, 1).all()
    silent = found["verdict"].isin(["too few to say", "all alike"])
    assert (found["discrimination"].isna() == silent).all()
    assert not (found["n"] < ENOUGH).any() or found["discrimination"].isna().all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=ENOUGH, max_size=40),
    st.floats(0.5, 4),
)
def test_scale_does_not_matter(pairs: list[tuple[int, int]], scale: float) -> None:
    """More points for an item of the same answers change neither of its two figures."""
    one, other = ([float(v) for v in column] for column in zip(*pairs, strict=True))
    small = item_statistics(items_of({"x": one, "y": other}))
    table = items_of({"x": one, "y": other})
    mask = table["cell"] == "x"
    table.loc[mask, ["score", "max"]] *= scale
    large = item_statistics(table)

    assert large["difficulty"].to_numpy() == pytest.approx(small["difficulty"].to_numpy())
    assert large["discrimination"].to_numpy() == pytest.approx(
        small["discrimination"].to_numpy(), nan_ok=True, abs=1e-6
    )


def test_correlation() -> None:
    """A correlation has an interval around it, and needs twenty pairs that vary."""
    x = pd.Series(np.arange(30.0))
    noisy = x + pd.Series(np.random.default_rng(2).normal(0, 8, 30))

    found = correlation(x, noisy)

    assert found is not None
    assert -1 <= found.low < found.r < found.high <= 1
    assert found.r == pytest.approx(np.corrcoef(x, noisy)[0, 1])
    assert correlation(x[: ENOUGH - 1], noisy) is None
    assert correlation(x, x * 0 + 3) is None
    exact = correlation(x, -x)
    assert exact is not None
    assert (exact.low, exact.r, exact.high) == (-1, -1, -1)


def test_agreement() -> None:
    """Exact agreement is a gap of 0, adjacent one of 1 at most; a single reviewer says nothing."""
    criteria = pd.DataFrame({"levels": [(3,), (2, 2), (3, 2), (4, 1, 1), ()]})

    assert list(spreads(criteria)["gap"]) == [0, 1, 3]
    found = agreement(criteria)
    assert found.n == 3
    assert found.exact == pytest.approx(1 / 3)
    assert found.adjacent == pytest.approx(2 / 3)
    nobody = agreement(criteria.head(1))
    assert nobody.n == 0
    assert math.isnan(nobody.exact)
    assert isinstance(nobody, Agreement)
