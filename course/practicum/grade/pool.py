"""Several notebooks at once, each in a process that the next one does not share."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from practicum.grade import pipeline
from practicum.policies import Limits

__all__ = ["Executed", "Job", "run_all", "workers_here"]


@dataclass(frozen=True)
class Job:
    """A restored notebook that waits for its turn; ``name`` tells whose it is."""

    name: str
    notebook: str
    files: tuple[Path, ...]
    notebook_name: str
    limits: Limits


@dataclass(frozen=True)
class Executed:
    """A job's outcome: the executed notebook, or why it could not be run."""

    name: str
    notebook: str
    seconds: float
    fault: str = ""


def workers_here() -> int:
    """Return how many notebooks this machine should run at once."""
    return max(1, min(8, os.cpu_count() or 1))


def run_all(jobs: Iterable[Job], workers: int) -> Iterator[Executed]:
    """Run all jobs and yield each outcome as soon as it is there.

    A worker process that dies takes only the jobs with it that it had begun; these are
    tried once more, one by one, and then reported as faults.
    """
    waiting = list(jobs)
    if not waiting:
        return
    again = []
    for outcome in _round(waiting, min(workers, len(waiting))):
        if outcome.fault == _BROKEN:
            again.append(outcome.name)
        else:
            yield outcome
    for job in waiting:
        if job.name in again:
            yield from _round([job], 1)


_BROKEN = "the process that ran it died"


def _round(jobs: list[Job], workers: int) -> Iterator[Executed]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as executor:
        futures = {executor.submit(_run, job): job for job in jobs}
        try:
            for future in as_completed(futures):
                job = futures[future]
                try:
                    notebook, seconds = future.result()
                except BrokenProcessPool:
                    yield Executed(job.name, "", 0.0, _BROKEN)
                except Exception as error:  # noqa: BLE001 (whatever it is, it is this job's alone)
                    yield Executed(job.name, "", 0.0, f"{type(error).__name__}: {error}"[:500])
                else:
                    yield Executed(job.name, notebook, seconds)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def _run(job: Job) -> tuple[str, float]:
    start = time.perf_counter()
    notebook = pipeline.execute(job.notebook, job.files, job.notebook_name, job.limits)
    return notebook, time.perf_counter() - start
