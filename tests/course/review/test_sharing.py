"""Sharing submissions out among reviewers: even, linked, never across a conflict of interest."""

from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from practicum.review.sharing import share_out

NAMES = [f"r{n}" for n in range(6)]


def _load(shares: dict[str, tuple[str, ...]]) -> Counter[str]:
    return Counter(name for names in shares.values() for name in names)


@given(items=st.integers(1, 40), reviewers=st.integers(2, 6), each=st.integers(1, 3))
def test_even_without_conflicts(items: int, reviewers: int, each: int) -> None:
    """Everybody has the same number of submissions, or one more, and each its reviewers."""
    each = min(each, reviewers)
    wanted = {f"s{n}": each for n in range(items)}

    shares = share_out(wanted, NAMES[:reviewers], given={}, barred=())

    assert all(len(set(names)) == each for names in shares.values())
    load = _load(shares)
    counts = [load[name] for name in NAMES[:reviewers]]
    assert max(counts) - min(counts) <= 1


@given(
    items=st.integers(1, 12),
    each=st.integers(1, 3),
    barred=st.sets(st.tuples(st.integers(0, 11), st.integers(0, 3)), max_size=24),
    kept=st.sets(st.tuples(st.integers(0, 11), st.integers(0, 3)), max_size=8),
)
def test_conflicts_and_what_was_given(
    items: int, each: int, barred: set[tuple[int, int]], kept: set[tuple[int, int]]
) -> None:
    """No barred pair is made, what was given stays, and only bars leave a submission short."""
    names = NAMES[:4]
    wanted = {f"s{n}": each for n in range(items)}
    bars = {(f"s{n}", names[r]) for n, r in barred}
    had: dict[str, list[str]] = {}
    for n, r in sorted(kept - barred):
        if n < items:
            had.setdefault(f"s{n}", []).append(names[r])

    shares = share_out(wanted, names, given=had, barred=bars)

    for item, new in shares.items():
        before = had.get(item, [])
        assert not bars & {(item, name) for name in new}
        assert not set(before) & set(new)
        assert len(set(new)) == len(new)
        possible = [name for name in names if (item, name) not in bars and name not in before]
        assert len(new) == max(0, min(each - len(before), len(possible)))
    _assert_nobody_can_hand_on(shares, names, had, bars)


def _assert_nobody_can_hand_on(
    shares: dict[str, tuple[str, ...]],
    names: list[str],
    had: dict[str, list[str]],
    bars: set[tuple[str, str]],
) -> None:
    """No single step would make the loads more even."""
    load = _load(shares) + Counter(name for own in had.values() for name in own)
    for item, new in shares.items():
        for giver in new:
            for taker in names:
                taken = taker in {*new, *had.get(item, [])} or (item, taker) in bars
                assert taken or load[taker] > load[giver] - 2


def test_a_chain_of_hands() -> None:
    """One who can only hand on to somebody full is relieved through a third."""
    wanted = {"a": 1, "b": 1, "c": 1, "d": 1}
    # x may take all, y only a and b, z only b: greedy alone leaves z with nothing.
    bars = {("c", "y"), ("d", "y"), ("a", "z"), ("c", "z"), ("d", "z")}

    shares = share_out(wanted, ["x", "y", "z"], given={}, barred=bars)

    assert _load(shares) == {"x": 2, "y": 1, "z": 1}


def test_pairs_are_mixed() -> None:
    """With two reviewers each, every pair of reviewers shares about as many submissions."""
    names = NAMES[:5]

    shares = share_out({f"s{n}": 2 for n in range(40)}, names, given={}, barred=())

    pairs = Counter(frozenset(both) for both in shares.values())
    counts = [pairs[frozenset(pair)] for pair in combinations(names, 2)]
    assert min(counts) >= 3
    assert max(counts) <= 5
