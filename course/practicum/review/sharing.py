"""Sharing work out evenly: pure arithmetic over names.

Greedy, then mended: whoever has too much hands on, if need be through others, until no chain
of handing on makes it more even. Pairs of reviewers are mixed, because severity can only be
told of reviewers whom shared submissions link (see ``reliability.severity``).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Mapping, Sequence

__all__ = ["share_out"]


def share_out(
    wanted: Mapping[str, int],
    reviewers: Sequence[str],
    *,
    given: Mapping[str, Collection[str]],
    barred: Collection[tuple[str, str]],
) -> dict[str, tuple[str, ...]]:
    """Return who gets what besides what is given, by submission.

    Args:
        wanted: How many reviewers each submission is to have, in the order of sharing.
        reviewers: Who can take something.
        given: Who has which submission already; that stays.
        barred: Pairs of submission and reviewer that must not be.

    Returns:
        For each submission its new reviewers; fewer than wanted where nobody else may.

    """
    bars = set(barred)
    may = {
        item: [
            who for who in reviewers if (item, who) not in bars and who not in given.get(item, ())
        ]
        for item in wanted
    }
    load = Counter(dict.fromkeys(reviewers, 0))
    pairs: Counter[frozenset[str]] = Counter()
    for item in wanted:
        load.update(given.get(item, ()))
        pairs.update(_pairs(list(given.get(item, ()))))
    shares: dict[str, list[str]] = {item: [] for item in wanted}
    # Those with the fewest possible reviewers first: the others can still choose.
    for item in sorted(wanted, key=lambda item: len(may[item])):
        while len(shares[item]) + len(given.get(item, ())) < wanted[item]:
            has = [*given.get(item, ()), *shares[item]]
            free = [who for who in may[item] if who not in shares[item]]
            if not free:
                break
            chosen = min(
                free,
                key=lambda who: (
                    load[who],
                    sum(pairs[frozenset((who, other))] for other in has),
                    reviewers.index(who),
                ),
            )
            pairs.update(frozenset((chosen, other)) for other in has)
            shares[item].append(chosen)
            load[chosen] += 1
    _even_out(shares, may, load)
    return {item: tuple(names) for item, names in shares.items()}


def _pairs(names: Sequence[str]) -> list[frozenset[str]]:
    return [frozenset((a, b)) for n, a in enumerate(names) for b in names[n + 1 :]]


def _even_out(
    shares: dict[str, list[str]], may: Mapping[str, Sequence[str]], load: Counter[str]
) -> None:
    """Hand on along the shortest chain from who has most to somebody who has two less."""
    while True:
        for heavy in sorted(load, key=lambda who: -load[who]):
            chain = _chain(heavy, shares, may, load)
            if chain:
                break
        else:
            return
        for item, giver, taker in chain:
            shares[item][shares[item].index(giver)] = taker
        load[chain[0][1]] -= 1
        load[chain[-1][2]] += 1


def _chain(
    heavy: str,
    shares: Mapping[str, Sequence[str]],
    may: Mapping[str, Sequence[str]],
    load: Mapping[str, int],
) -> list[tuple[str, str, str]]:
    """Return (submission, giver, taker) steps by which ``heavy`` loses one, or nothing."""
    came: dict[str, tuple[str, str]] = {heavy: ("", "")}
    waiting = deque([heavy])
    while waiting:
        giver = waiting.popleft()
        if load[giver] <= load[heavy] - 2:
            steps = []
            while giver != heavy:
                item, before = came[giver]
                steps.append((item, before, giver))
                giver = before
            return steps[::-1]
        for item, names in shares.items():
            if giver not in names:
                continue
            for taker in may[item]:
                if taker not in came and taker not in names:
                    came[taker] = (item, giver)
                    waiting.append(taker)
    return []
