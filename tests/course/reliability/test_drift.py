"""How far a reviewer is from the agreed levels of anchors."""

from hypothesis import given
from hypothesis import strategies as st

from practicum.reliability import drift


def test_more_than_agreed() -> None:
    """The mean difference has a sign, and the counts tell of scatter."""
    agreed = {"a": 1, "b": 2, "c": 2, "d": 3, "e": 0}

    found = drift(agreed, {"a": 2, "b": 2, "c": 3, "d": 3, "e": 2})

    assert found.mean_difference == 0.8
    assert (found.n_levels, found.exact, found.adjacent) == (5, 2, 4)
    assert found.words == (
        "gives 0.8 levels more than agreed: of 5 levels, 2 are the agreed ones, "
        "and 4 at most one from it"
    )


def test_less_than_agreed() -> None:
    """Half levels, as medians give them, may be agreed on."""
    found = drift(dict.fromkeys("abcde", 2.5), dict.fromkeys("abcde", 2))

    assert found.words.startswith("gives 0.5 levels less than agreed: of 5 levels")


def test_work_that_is_no_anchor() -> None:
    """Only work that both sides rated counts, and four anchors are too few."""
    found = drift(dict.fromkeys("abcde", 2), dict.fromkeys("bcdefgh", 3))

    assert found.mean_difference is None
    assert (found.n_levels, found.exact, found.adjacent) == (4, 0, 4)
    assert found.words == "too few to say: 4 agreed levels to compare with, 5 are needed"


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 4), min_size=5))
def test_on_the_anchors(levels: dict[str, int]) -> None:
    """One who gives the agreed levels does not drift."""
    found = drift(levels, levels)

    assert found.mean_difference == 0
    assert found.exact == found.adjacent == len(levels)
    assert found.words.startswith("gives neither more nor less than agreed:")
