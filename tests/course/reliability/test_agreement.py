"""What agreement says of one criterion, and when it says nothing."""

import subprocess
import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from practicum.errors import BadInput
from practicum.reliability import Figure, Rating, Ratings, agreement, fleiss_kappa, icc
from practicum.reliability.resampling import Estimate, student
from practicum.reliability.words import alpha_words, chance_words, icc_words

NAMES = [
    "exact agreement",
    "adjacent agreement",
    "weighted kappa",
    "ICC(2,1)",
    "ICC(2,k)",
    "Krippendorff's alpha",
    "Gwet's AC1",
    "Gwet's AC2",
]
tables = st.integers(2, 4).flatmap(
    lambda raters: st.lists(
        st.lists(st.none() | st.integers(0, 4), min_size=raters, max_size=raters),
        min_size=5,
        max_size=12,
    )
)


def _ratings(rows: list[list[int | None]], names: str = "abcd") -> Ratings:
    return Ratings.of(
        (f"item-{place:03}", rater, level)
        for place, row in enumerate(rows)
        for rater, level in zip(names, row, strict=False)
        if level is not None
    )


def _numbers(figure: Figure) -> list[object]:
    numbers = (figure.value, figure.low, figure.high)
    return [None if n is None else pytest.approx(n, abs=1e-9) for n in numbers]


def test_counts_in_words() -> None:
    """Seven cases of ten on the same level, nine at most one level apart, are told so."""
    pairs = [(2, 2), (2, 2), (2, 2), (2, 2), (3, 3), (3, 3), (3, 3), (1, 2), (3, 4), (0, 3)]

    found = agreement(_ratings([[*pair] for pair in pairs]))

    exact, adjacent = found.figure("exact agreement"), found.figure("adjacent agreement")
    assert exact.words == "reviewers gave the same level in 7 of 10 cases"
    assert adjacent.words == "reviewers were at most one level apart in 9 of 10 cases"
    assert (exact.value, adjacent.value) == (0.7, 0.9)
    assert (exact.low, exact.high) == pytest.approx((0.3968, 0.8922), abs=0.0001)


def test_all_figures_in_order(krippendorff_2011: Ratings) -> None:
    """Each figure has a value within its interval, what it is made from, and words."""
    found = agreement(krippendorff_2011, levels=6)

    assert [figure.name for figure in found.figures] == NAMES
    assert (found.n_items, found.n_raters) == (11, 4)
    for figure in found.figures:
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high
        assert figure.words


def test_alpha_is_graded(krippendorff_2011: Ratings) -> None:
    """An alpha of .815 is good, and the words say that it may be less."""
    found = agreement(krippendorff_2011, levels=6).figure("Krippendorff's alpha")

    assert found.words.startswith("good; not sure, since it may be as low as 0.")


@pytest.mark.parametrize(
    ("value", "low", "words"),
    [
        (0.8, 0.8, "good"),
        (0.7996, 0.7, "good; not sure, since it may be as low as 0.70"),
        (0.667, 0.667, "tentative"),
        (0.666, -0.4, "not reliable enough for marks"),
        (0.7, -0.4, "tentative; not sure, since it may be as low as 0.00"),
    ],
)
def test_krippendorffs_bounds(value: float, low: float, words: str) -> None:
    """Alpha is good from .800 and tentative from .667, to the third decimal."""
    assert alpha_words(Estimate(value, low, 1.0)) == words


def test_koo_and_li_grade_the_icc() -> None:
    """One review and the mean of several are graded each."""
    assert icc_words(Estimate(0.6)) == "reliability of one review alone: moderate"
    assert icc_words(Estimate(0.92), 3) == "reliability of the mean of 3 reviews: excellent"


def test_no_more_than_chance() -> None:
    """Agreement below chance is called so, and above it by how far."""
    assert chance_words(Estimate(-0.2)) == "reviewers agreed no more than by chance"
    assert chance_words(Estimate(0.4)) == (
        "reviewers came 40% of the way from chance to full agreement"
    )


def test_three_reviewers_are_counted_in_pairs() -> None:
    """Where more than two review a case, pairs of reviews are counted."""
    found = agreement(_ratings([[1, 1, 2]] * 5)).figure("exact agreement")

    assert found.words == "reviewers gave the same level in 5 of 15 pairs of reviews"


@pytest.mark.parametrize(("free", "quantile"), [(4, 2.776), (9, 2.262), (30, 2.042)])
def test_students_t(free: int, quantile: float) -> None:
    """The 97.5% quantiles are those of the tables."""
    assert student(free) == pytest.approx(quantile, abs=0.01)


def test_same_ratings_same_intervals(krippendorff_2011: Ratings) -> None:
    """Asked twice, the intervals are the same."""
    assert agreement(krippendorff_2011, levels=6) == agreement(krippendorff_2011, levels=6)


@given(tables)
def test_raters_names_do_not_matter(rows: list[list[int | None]]) -> None:
    """Relabelling the raters changes no figure, no interval and no word."""
    found = agreement(_ratings(rows))
    other = agreement(_ratings(rows, "zyxw"))

    for one, two in zip(found.figures, other.figures, strict=True):
        assert _numbers(one) == [two.value, two.low, two.high]
        assert (one.n_items, one.n_raters, one.words) == (two.n_items, two.n_raters, two.words)


@given(st.lists(st.integers(0, 4), min_size=5, max_size=30), st.integers(2, 4))
def test_perfect_agreement_is_one(levels: list[int], raters: int) -> None:
    """Raters who always give the same level, and not always one, have 1 everywhere."""
    assume(len(set(levels)) > 1)

    found = agreement(_ratings([[level] * raters for level in levels]))

    assert [figure.value for figure in found.figures] == [pytest.approx(1.0)] * len(NAMES)


@given(tables)
def test_never_above_one(rows: list[list[int | None]]) -> None:
    """No figure and no end of an interval is above 1, and the ends are in order."""
    for figure in agreement(_ratings(rows)).figures:
        assert figure.value is None or figure.value <= 1 + 1e-9
        assert figure.low is None or figure.high is None or figure.low < figure.high <= 1 + 1e-9


def test_single_reviews_tell_nothing_of_alpha() -> None:
    """Items that one rater alone rated change neither the counts nor alpha."""
    rows: list[list[int | None]] = [[1, 1], [2, 3], [4, 4], [0, 1], [2, 2]]

    found, other = agreement(_ratings(rows)), agreement(_ratings([*rows, [4, None], [None, 0]]))

    name = "Krippendorff's alpha"
    assert found.figure(name) == other.figure(name)
    assert (found.n_items, found.n_raters) == (other.n_items, other.n_raters)


@pytest.mark.parametrize(
    "rows",
    [[], [[1, 2], [2, 2], [3, 3], [0, 1]], [[1], [2], [3], [4], [0], [1]]],
    ids=["nothing", "four items", "one rater"],
)
def test_too_few(rows: list[list[int | None]]) -> None:
    """Below five items that two raters share, nothing is said."""
    for figure in agreement(_ratings(rows)).figures:
        assert (figure.value, figure.low, figure.high) == (None, None, None)
        assert figure.words.startswith("too few to say")


def test_pairs_that_share_too_little() -> None:
    """Where no two raters share five items, kappa and ICC are left out, and alpha is told."""
    rows: list[list[int | None]] = [
        [1, 1, None],
        [2, 3, None],
        [None, 4, 4],
        [None, 0, 1],
        [2, None, 2],
        [3, None, 4],
    ]

    found = agreement(_ratings(rows))

    assert [f.name for f in found.figures if f.value is None] == NAMES[2:5]
    assert found.figure("weighted kappa").words == (
        "too few to say: 0 items with the same two reviewers, 5 are needed"
    )


def test_no_variance() -> None:
    """Where all levels are the same, what needs variance says nothing; the rest is 1."""
    found = agreement(_ratings([[3, 3]] * 8))

    assert [f.name for f in found.figures if f.value is None] == NAMES[2:6]
    assert found.figure("Krippendorff's alpha").words == "too few to say: all levels are the same"
    assert found.figure("exact agreement").value == 1.0
    assert found.figure("exact agreement").low == pytest.approx(0.6756, abs=0.0001)
    assert found.figure("Gwet's AC1").value == 1.0


def test_level_that_does_not_exist() -> None:
    """A level above the top is refused with the one who gave it."""
    with pytest.raises(BadInput, match="b gave item-000 the level 5, but the levels are 0 to 4"):
        agreement(_ratings([[4, 5]]))


def test_one_level_is_no_scale() -> None:
    """Agreement over a single level is refused."""
    with pytest.raises(BadInput, match="two levels or more"):
        agreement(Ratings(), levels=1)


def test_rated_twice() -> None:
    """Two ratings of an item by one rater are refused."""
    with pytest.raises(ValidationError, match="ann rated memo 2 times"):
        Ratings(entries=(Rating("memo", "ann", 1), Rating("memo", "ann", 2)))


def test_empty_tables() -> None:
    """Tables without items, or of one rater, have no figure; a table with gaps is refused."""
    assert fleiss_kappa([]) is None
    assert fleiss_kappa([[3, 0], [3, 0]]) is None
    assert set(dict(icc([])).values()) == {None}
    assert set(dict(icc([[1], [2]])).values()) == {None}
    with pytest.raises(BadInput, match="gaps"):
        icc([[1, 2], [1]])


def test_numpy_is_imported_late() -> None:
    """The room is imported without NumPy, which is an extra."""
    code = "import sys, practicum.reliability; sys.exit('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
