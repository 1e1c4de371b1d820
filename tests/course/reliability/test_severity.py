"""Who gives more than the others on the same work, and when it cannot be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.reliability import Ratings, Severity, adjusted, severity

Entries = list[tuple[str, str, int]]


def _by_name(found: tuple[Severity, ...]) -> dict[str, Severity]:
    return {one.rater: one for one in found}


def _pairs(count: int, first: str, second: str, more: int = 0, start: int = 0) -> Entries:
    """Return two raters' levels of some items; the first gives so many levels more."""
    return [
        entry
        for place in range(start, start + count)
        for entry in (
            (f"item-{place:03}", first, 1 + place % 2 + more),
            (f"item-{place:03}", second, 1 + place % 2),
        )
    ]


def test_one_level_more() -> None:
    """One who always gives a level more than the other is told so."""
    found = _by_name(severity({"clarity": Ratings.of(_pairs(12, "ann", "bob", more=1))}))

    assert found["ann"].effect == pytest.approx(0.5)
    assert found["ann"].difference == pytest.approx(1.0)
    assert found["ann"].error == pytest.approx(0.0, abs=1e-6)
    assert (found["ann"].low, found["ann"].high) == (None, None)
    assert found["ann"].words == "gives 1.0 levels more than the others on the same work"
    assert found["bob"].words == "gives 1.0 levels less than the others on the same work"


def test_mostly_more() -> None:
    """One who gives more on most of the work is told how much, and how surely."""
    entries = _pairs(15, "ann", "bob", more=1) + _pairs(5, "ann", "bob", start=15)

    ann = _by_name(severity({"clarity": Ratings.of(entries)}))["ann"]

    assert ann.words == "gives 0.8 levels more than the others on the same work (95%: 0.5 to 1.0)"


def test_two_raters_are_a_paired_comparison() -> None:
    """With two raters and one criterion, the difference and error are those of the paired means."""
    apart = [0, 1, 1, 0, 2, 1, -1, 1, 0, 1, 1, 1]
    entries = [(f"i{n:02}", "ann", 2 + more) for n, more in enumerate(apart)]
    entries += [(f"i{n:02}", "bob", 2) for n in range(len(apart))]

    ann = _by_name(severity({"c": Ratings.of(entries)}))["ann"]

    mean = sum(apart) / 12
    spread = sum((one - mean) ** 2 for one in apart) / 11 / 12
    assert ann.difference == pytest.approx(mean)
    # Cameron and Miller's correction is not quite the paired test's, 23/22 of the variance.
    assert ann.error is not None
    assert (2 * ann.error) ** 2 == pytest.approx(spread * 23 / 22)


def test_no_clear_difference() -> None:
    """A difference that luck could have made is not called one."""
    entries = _pairs(6, "ann", "bob", more=1) + _pairs(5, "bob", "ann", more=1, start=6)

    found = _by_name(severity({"clarity": Ratings.of(entries)}))

    assert found["ann"].words.startswith("no clear difference from the others on the same work")


def test_work_is_not_mistaken_for_severity() -> None:
    """A rater who had the better work is not called mild for it."""
    better: Entries = [
        (f"better-{n:02}", rater, 4 - n % 2) for n in range(12) for rater in ("ann", "bob")
    ]
    poorer: Entries = [
        (f"poorer-{n:02}", rater, n % 2) for n in range(12) for rater in ("bob", "cy")
    ]

    found = severity({"clarity": Ratings.of(better + poorer)})

    assert [one.effect for one in found] == [pytest.approx(0, abs=1e-9)] * 3
    assert {one.words for one in found} == {"gives the same levels as the others on the same work"}


def test_criteria_are_not_mistaken_for_severity() -> None:
    """A rater who only rates the harder criterion of shared work is not called severe for it."""
    easy: Entries = [(f"i{n:02}", rater, 4) for n in range(12) for rater in ("ann", "bob")]
    hard: Entries = [(f"i{n:02}", rater, 1) for n in range(12) for rater in ("bob", "cy")]

    found = severity({"easy": Ratings.of(easy), "hard": Ratings.of(hard)})

    assert [one.effect for one in found] == [pytest.approx(0, abs=1e-9)] * 3


def test_one_criterion_each() -> None:
    """Where each rater has a criterion to himself, the two cannot be told apart."""
    ann: Entries = [(f"i{n:02}", "ann", 3) for n in range(12)]
    bob: Entries = [(f"i{n:02}", "bob", 1) for n in range(12)]

    found = severity({"one": Ratings.of(ann), "two": Ratings.of(bob)})

    assert {one.words for one in found} == {
        "too few to say: who rated what does not part reviewers from criteria"
    }


def test_below_ten_submissions() -> None:
    """Nothing is said of a rater with nine shared submissions."""
    found = severity({"clarity": Ratings.of(_pairs(9, "ann", "bob", more=1))})

    assert [one.effect for one in found] == [None, None]
    assert found[0].words == "too few to say: 9 submissions shared, 10 are needed"


def test_unlinked_raters() -> None:
    """Raters who share nothing with the largest group are left out."""
    entries = _pairs(12, "ann", "bob", more=1) + _pairs(11, "cy", "di", more=1, start=12)
    entries += [(f"alone-{n:02}", "ed", 2) for n in range(20)]

    found = _by_name(severity({"clarity": Ratings.of(entries)}))

    assert found["ann"].effect == pytest.approx(0.5)
    for name in ("cy", "di", "ed"):
        assert found[name].effect is None
        assert found[name].words == "too few to say: no submissions shared with the others"


def test_nothing_and_one_rater() -> None:
    """No ratings give no severity, and one rater alone has none."""
    assert severity({}) == ()
    alone = Ratings.of([(f"i{n:02}", "ann", 2) for n in range(20)])
    assert [one.effect for one in severity({"clarity": alone})] == [None]


def test_adjusted_levels_are_shown() -> None:
    """The mean level of a mild rater's item is lower without the mildness, and stays in range."""
    entries = _pairs(12, "ann", "bob", more=1)
    entries += [("lone", "ann", 3), ("low", "bob", 0), ("high", "bob", 4), ("new", "cy", 2)]

    shown = {one.item: one for one in adjusted({"clarity": Ratings.of(entries)})}

    assert shown["lone"].adjusted == pytest.approx(2.5)
    assert shown["low"].adjusted == pytest.approx(0.5)
    assert shown["high"].adjusted == 4.0
    assert shown["new"].adjusted is None
    assert [shown[item].given for item in ("lone", "low", "high", "new")] == [3, 0, 4, 2]
    assert shown["item-000"].adjusted == pytest.approx(shown["item-000"].given)


@given(
    st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=10, max_size=20),
    st.permutations(["ann", "bob", "cy"]),
)
def test_raters_names_do_not_matter(rows: list[tuple[int, ...]], names: list[str]) -> None:
    """Relabelling the raters relabels the severities; they sum to zero."""

    def of(raters: list[str]) -> dict[str, Severity]:
        entries = [
            (f"i{n:02}", rater, level)
            for n, row in enumerate(rows)
            for rater, level in zip(raters, row, strict=True)
        ]
        return _by_name(severity({"clarity": Ratings.of(entries)}))

    found, other = of(["ann", "bob", "cy"]), of(names)

    assert sum(one.effect or 0 for one in found.values()) == pytest.approx(0, abs=1e-9)
    for old, new in zip(["ann", "bob", "cy"], names, strict=True):
        assert found[old].effect == pytest.approx(other[new].effect, abs=1e-9)
        assert found[old].error == pytest.approx(other[new].error, abs=1e-6)
