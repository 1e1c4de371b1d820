"""What a Dask worker has of us: one engine, a proof of its box, and the course's files.

Students' code runs in the box below the engine, never in the worker's own process; the worker
is as trusted as the machine that grades.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker
from distributed.utils import sync

from practicum.errors import BadSubmission, NoKernel, NoSandbox
from practicum.execution import Engine, Executed
from practicum.grade.cluster_data import Files, job_of, result_of, write_files
from practicum.grade.environment import difference, installed

__all__ = ["Desk", "run", "state"]


@dataclass
class Desk(WorkerPlugin):
    """A run's engine on one worker, with a place for each of its threads.

    The scheduler hands it to each worker, and to those that join later. The resource ``name``,
    without which no job comes, is the worker's only once its box has been proved.
    """

    name: str
    modules: tuple[str, ...]
    judging: bool
    files: tuple[Files, ...]
    installed: tuple[str, ...]
    refusal: str = "it is not ready yet"
    engine: Engine | None = field(default=None, repr=False)
    folder: Path | None = None

    async def setup(self, worker: Worker) -> None:
        """Start the engine and prove the box; without a proof, offer no place."""
        try:
            self.refusal = await asyncio.to_thread(self._start, worker)
        except Exception as error:  # noqa: BLE001 (whatever it is, this worker gets no work)
            self.refusal = f"{type(error).__name__}: {error}"
        if not self.refusal:
            await worker.set_resources(**{self.name: worker.state.nthreads})
        worker.log_event(self.name, {"worker": worker.address, "refusal": self.refusal})

    async def teardown(self, worker: Worker) -> None:
        """End the engine and all that it runs, and take away the course's files."""
        if self.name in worker.state.total_resources:
            await worker.set_resources(**{self.name: 0})
        await asyncio.to_thread(self._end)

    def work(self, payload: dict[str, Any]) -> dict[str, str]:
        """Run one job.

        Raises:
            NoSandbox: There is no box here any more.
            NoKernel: The engine cannot be started.

        """
        if self.engine is None or self.folder is None:
            raise NoKernel("this worker has no engine: grade again")
        course = tuple(self.folder / f"course-{number}" for number in range(len(self.files)))
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="job-") as place:
            try:
                job = job_of(payload, course, Path(place))
            except (BadSubmission, OSError) as error:
                return result_of(Executed("", "", 0.0, f"its files cannot be laid out: {error}"))
            return result_of(self.engine.run(job))

    def _start(self, worker: Worker) -> str:
        """Start the engine; return why this worker is not fit for work, or an empty string."""
        if different := difference(self.installed, installed()):
            return different
        self.folder = Path(tempfile.mkdtemp(dir=worker.local_directory, prefix="practicum-"))
        for number, files in enumerate(self.files):
            write_files(files, self.folder / f"course-{number}")
        self.engine = Engine(self.modules, worker.state.nthreads, judging=self.judging)
        try:
            self.engine.proved()
        except NoSandbox as refusal:
            self._end()
            return _short(refusal)
        return ""

    def _end(self) -> None:
        if self.engine is not None:
            self.engine.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.engine = self.folder = None


def run(name: str, payload: dict[str, Any]) -> dict[str, str]:
    """Run a job on the worker that this is called on; the body of a task."""
    worker = get_worker()
    desk = worker.plugins[name]
    assert isinstance(desk, Desk)  # noqa: S101 (we registered it under this name)
    try:
        return desk.work(payload)
    except (NoSandbox, NoKernel) as error:
        # The job goes to another worker, and no other comes here.
        desk.refusal = _short(error)
        sync(worker.loop, worker.set_resources, **{name: 0})
        worker.log_event(name, {"worker": worker.address, "refusal": desk.refusal})
        return {"refused": desk.refusal}


def _short(error: NoSandbox | NoKernel) -> str:
    """Return what happened, without the advice, which is given once for all workers."""
    return str(error).partition(". Nothing was run")[0]


def state(name: str, dask_worker: Worker) -> str:
    """Return why a worker is not fit for work, or an empty string."""
    desk = dask_worker.plugins.get(name)
    return desk.refusal if isinstance(desk, Desk) else "it could not take up the work"
