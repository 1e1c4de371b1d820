"""Several notebooks at once, each in a process that the next one does not share."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import wait
from pathlib import Path

from practicum.grade.worker import Job, Worker

__all__ = ["Executed", "Job", "run_all", "workers_here"]

DIED = "the process that ran it died"
TOO_LONG = "the process that ran it did not answer and was ended"
GIVEN_UP = "not run: every process that should run a notebook died"


@dataclass(frozen=True)
class Executed:
    """A job's outcome: the executed notebook, or why it could not be run."""

    name: str
    notebook: str
    seconds: float
    fault: str = ""


def workers_here() -> int:
    """Return how many notebooks this machine should run at once."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, min(8, len(os.sched_getaffinity(0))))
    return max(1, min(8, os.cpu_count() or 1))


def run_all(jobs: Iterable[Job], workers: int) -> Generator[Executed, None, None]:
    """Run all jobs and yield each outcome as soon as it is there.

    A job is only taken from ``jobs`` when a process is free, so that no more than
    ``workers`` executed notebooks and the one that is yielded are in memory. A process
    that dies takes only its own job with it, which is tried once more when the others are
    done. Where no process ever brings a job back, the rest is given up at once.

    However the caller leaves (an error, Ctrl-C), processes, kernels and folders are gone
    when the iterator is closed.
    """
    folder = Path(tempfile.mkdtemp(prefix="practicum-"))
    crew = _Crew(folder)
    try:
        died: list[Executed] = []
        for outcome in crew.run(iter(jobs), workers):
            if outcome.fault == DIED:
                died.append(outcome)
            else:
                yield outcome
        if crew.returned:
            yield from crew.run(iter([crew.lost[outcome.name] for outcome in died]), 1)
        else:
            yield from died
    finally:
        crew.dismiss()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class _Crew:
    """The workers of a run. ``returned`` counts the jobs that came back, ``lost`` the others."""

    folder: Path
    workers: list[Worker] = field(default_factory=list)
    lost: dict[str, Job] = field(default_factory=dict)
    returned: int = 0
    hired: int = 0

    def run(self, jobs: Iterator[Job], size: int) -> Iterator[Executed]:
        for job in islice(jobs, size):
            self._give(job)
        while busy := {w.channel: (w, w.job) for w in self.workers if w.job is not None}:
            left = min(worker.deadline for worker, _ in busy.values()) - time.monotonic()
            ready = wait([*busy], max(0.0, left))
            for channel, (worker, job) in busy.items():
                if channel in ready:
                    outcome = self._take(worker, job)
                elif time.monotonic() > worker.deadline:
                    outcome = self._lose(worker, job, TOO_LONG)
                else:
                    continue
                yield from self._go_on(jobs, size)
                yield outcome

    def dismiss(self) -> None:
        for worker in self.workers:
            worker.end()
        self.workers.clear()

    def _go_on(self, jobs: Iterator[Job], size: int) -> Iterator[Executed]:
        """Hand over the next job, or give up what is left of them."""
        if not self.returned and len(self.lost) > 2 * size:
            yield from (Executed(job.name, "", 0.0, GIVEN_UP) for job in jobs)
        elif (job := next(jobs, None)) is not None:
            self._give(job)

    def _give(self, job: Job) -> None:
        worker = next((worker for worker in self.workers if worker.job is None), None)
        if worker is None:
            self.hired += 1
            worker = Worker(self.folder / f"{self.hired}")
            self.workers.append(worker)
        worker.begin(job)

    def _take(self, worker: Worker, job: Job) -> Executed:
        try:
            notebook, seconds, fault = worker.answer()
        except EOFError:
            return self._lose(worker, job, DIED)
        self.returned += 1
        return Executed(job.name, notebook, seconds, fault)

    def _lose(self, worker: Worker, job: Job, fault: str) -> Executed:
        worker.end()
        self.workers.remove(worker)
        self.lost[job.name] = job
        return Executed(job.name, "", 0.0, fault)
