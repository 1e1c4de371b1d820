"""Several notebooks at once, and never more in memory than there are places."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

from practicum.errors import NoKernel, NoSandbox
from practicum.execution import Engine, Executed, Job

__all__ = ["run_all", "workers_here"]


def workers_here() -> int:
    """Return how many notebooks this machine should run at once: one a core."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def run_all(engine: Engine, jobs: Iterable[Job], workers: int) -> Generator[Executed, None, None]:
    """Run all jobs and yield each outcome as soon as it is there.

    A job is only taken from ``jobs`` when there is a place, so that the number of notebooks in
    memory does not grow with the number of jobs. However the caller leaves (an error, Ctrl-C),
    every process is gone when the iterator is closed.

    Raises:
        NoSandbox: There can be no box here: nothing more is run.
        NoKernel: No process can be started that runs notebooks: nothing more is run.

    """
    waiting = iter(jobs)
    crew = ThreadPoolExecutor(workers, thread_name_prefix="notebook")
    running: set[Future[Executed]] = set()
    finished = False
    try:
        # One more than run: no place waits while the last outcome is recorded.
        for job in islice(waiting, workers + 1):
            running.add(crew.submit(_run, engine, job))
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for job in islice(waiting, len(done)):
                running.add(crew.submit(_run, engine, job))
            for future in done:
                yield future.result()
        finished = True
    finally:
        if not finished:
            # Whatever runs ends with the server.
            engine.server.close()
        crew.shutdown(wait=True, cancel_futures=not finished)


def _run(engine: Engine, job: Job) -> Executed:
    try:
        return engine.run(job)
    except (NoSandbox, NoKernel):
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, it is this job's alone)
        return Executed(job.name, "", 0.0, f"{type(error).__name__}: {error}"[:500])
