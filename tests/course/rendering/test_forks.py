from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from practicum.rendering import forks
from practicum.rendering.forks import processes_for, spread

LARGE = 300_000  # more than a pipe holds


def _pages(count: int, processes: int) -> Iterator[bytes]:
    return spread(lambda place: bytes([place]) * LARGE, count, processes=processes)


@pytest.mark.parametrize("processes", [1, 2, 3, 7])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_all_answers_come_in_order(count: int, processes: int) -> None:
    """However the work is shared, each answer stands in its own place."""
    assert [made[0] for made in _pages(count, processes)] == list(range(count))


def test_the_work_is_done_by_other_processes() -> None:
    """With several processes, none of the work is done in this one."""
    workers = {int(made) for made in spread(lambda _: b"%d" % os.getpid(), 6, processes=2)}
    assert len(workers) == 2
    assert os.getpid() not in workers


def test_an_error_is_raised_where_its_answer_would_stand() -> None:
    """What comes before it is there, and the error is the work's own."""

    def work(place: int) -> bytes:
        if place == 3:
            message = "page 3"
            raise KeyError(message)
        return b"%d" % place

    answers = spread(work, 6, processes=2)
    assert [next(answers) for _ in range(3)] == [b"0", b"1", b"2"]
    with pytest.raises(KeyError, match="page 3"):
        next(answers)


def test_a_process_that_is_killed_loses_no_answer() -> None:
    """What a fork did not deliver is done here."""
    here = os.getpid()

    def work(place: int) -> bytes:
        if os.getpid() != here and place == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return b"%d" % place

    assert list(spread(work, 7, processes=2)) == [b"%d" % place for place in range(7)]


def test_no_process_is_left_when_the_answers_are_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who stops half-way, or is interrupted, leaves no fork behind."""
    real, forked = os.fork, []

    def fork() -> int:
        process = real()
        forked.append(process)
        return process

    monkeypatch.setattr(os, "fork", fork)
    answers = _pages(40, 2)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert len(forked) == 2
    for process in forked:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_few_pages_are_not_shared_out() -> None:
    """A fork is made only where there is work enough for each."""
    assert processes_for(0) == processes_for(1) == processes_for(forks.LEAST_EACH) == 1
    assert processes_for(10_000) <= forks.MOST
