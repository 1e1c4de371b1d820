"""Notebooks on several machines: the same jobs as on one, sent as data to workers of Dask.

Workers share no file system with us, and hold no key, no gradebook and no records: a job brings
its notebook and its files, and an executed notebook comes back. Restoring, scoring and recording
stay here. Each worker proves its box before the scheduler may send it anything.
"""

from __future__ import annotations

import queue
import secrets
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from practicum.errors import BadInput, BadSubmission, NoKernel, NoSandbox
from practicum.execution import Executed, Job
from practicum.grade.cluster_data import Files, files_of, packed, unpacked
from practicum.grade.environment import installed

__all__ = ["Cluster"]

CONNECT_SECONDS = 15
JOIN_SECONDS = 60.0
"""How long workers are waited for: at the beginning, and when the last one has been lost."""

LOOK_SECONDS = 2.0
NO_SANDBOX = "no sandbox"
ATTEMPTS = 4
"""So often a submission is begun whose workers are lost; then it is an error, never a mark."""


def unheard(_line: str) -> None:
    """Do nothing with what there is to say of the workers."""


@dataclass
class _Task:
    """A job on its way: how often it was begun, and what the scheduler calls it now."""

    job: Job
    payload: dict[str, Any]
    attempts: int = 0
    future: Any = None


@dataclass
class Cluster:
    """The proven workers of a Dask scheduler, as many places as they have threads.

    ``address`` is the scheduler's, ``modules`` what each worker's engine warms up; ``judging``
    as in an engine; ``told`` is given a line for each worker that joins or is left out. TLS
    is configured as for any Dask client (``distributed.comm`` in Dask's configuration).
    """

    address: str
    modules: Sequence[str]
    judging: bool = False
    told: Callable[[str], None] = unheard
    name: str = field(default_factory=lambda: f"practicum-{secrets.token_hex(6)}")
    # Most of Dask's client is not annotated.
    _client: Any = field(init=False, repr=False)
    _prepared: Files | None = field(default=None, init=False, repr=False)
    _known: set[tuple[str, str]] = field(default_factory=set, init=False, repr=False)
    _refusals: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _count: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        """Connect to the scheduler.

        Raises:
            BadInput: None answers at the address.

        """
        # On a machine without the extra, the command line tells what to install.
        import dask  # noqa: PLC0415
        import distributed  # noqa: PLC0415

        # A submission's files travel with its job: a lost worker's jobs can start elsewhere.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
        try:
            connect: Any = distributed.Client
            self._client = connect(
                self.address, timeout=CONNECT_SECONDS, set_as_default=False, name="practicum"
            )
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            message = (
                f"{self.address}: no Dask scheduler answers there ({reason}): start one with "
                "`dask scheduler`, or correct the address; with TLS it begins with tls://"
            )
            raise BadInput(message) from None
        self._client.subscribe_topic(self.name, lambda event: self._heard(event[1]))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the engines on the workers, and the connection."""
        self.close()

    def close(self) -> None:
        """End the engines on the workers, and with them all that still runs there."""
        with suppress(Exception):  # the scheduler may be gone: then there is nothing to end
            if self._prepared is not None:
                self._client.unregister_worker_plugin(self.name)
        with suppress(Exception):
            self._client.close(timeout=5)

    def run_all(self, jobs: Iterable[Job]) -> Generator[Executed, None, None]:
        """Run all jobs and yield each outcome as soon as it is there.

        No more jobs are taken than the workers have places, and a few that wait, so that
        memory does not grow with the number of jobs. A job whose worker is lost runs again on
        another one.

        Raises:
            NoSandbox: No worker has a box that holds; nothing was run.
            NoKernel: There is no worker, or the last one was lost.

        """
        waiting = iter(jobs)
        running: dict[str, _Task] = {}
        finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        crew = _Crew(self)
        try:
            while True:
                yield from self._fill(waiting, running, finished, crew)
                if not running:
                    return
                try:
                    future = finished.get(timeout=LOOK_SECONDS)
                except queue.Empty:
                    crew.look()
                    continue
                task = running.pop(str(future.key))
                outcome = self._outcome(task, future)
                if outcome is None:
                    crew.look()
                    self._begin(task, running, finished)
                else:
                    yield outcome
        finally:
            left = [task.future for task in running.values() if task.future is not None]
            with suppress(Exception):  # however it ends, the first error is the one to be told
                self._client.cancel(left, force=True)

    def _fill(
        self,
        waiting: Iterator[Job],
        running: dict[str, _Task],
        finished: queue.SimpleQueue[Any],
        crew: _Crew,
    ) -> Iterator[Executed]:
        """Begin jobs until the window is full; yield those that cannot be sent."""
        while not running or len(running) < crew.window:
            job = next(waiting, None)
            if job is None:
                return
            try:
                task = _Task(job, packed(job))
                self._prepare(job)
            except BadSubmission as refusal:
                yield Executed(job.name, "", 0.0, str(refusal))
                continue
            crew.see()
            self._begin(task, running, finished)

    def _prepare(self, job: Job) -> None:
        """Give each worker, those to come too, an engine and the course's files."""
        most = int(job.limits.disk_mb * 1_000_000)
        files = tuple(files_of(folder, most=most) for folder in job.course_files)
        together: Files = tuple(entry for folder in files for entry in folder)
        if together == self._prepared:
            return
        from practicum.grade.cluster_worker import Desk, state  # noqa: PLC0415 (needs Dask)

        with suppress(TimeoutError):
            self._client.wait_for_workers(1, timeout=JOIN_SECONDS)
        desk = Desk(self.name, tuple(self.modules), self.judging, files, installed())
        self._prepared = together
        # A worker without practicum cannot even read the request; the next line names it.
        with suppress(Exception):
            self._client.register_plugin(desk, name=self.name)
        for worker, answer in self._client.run(state, self.name, on_error="return").items():
            refusal = answer if isinstance(answer, str) else f"it cannot answer: {answer}"
            self._heard({"worker": worker, "refusal": refusal})

    def _begin(
        self, task: _Task, running: dict[str, _Task], finished: queue.SimpleQueue[Any]
    ) -> None:
        from practicum.grade.cluster_worker import run  # noqa: PLC0415 (needs Dask)

        task.attempts += 1
        self._count += 1
        # The key is a number: a scheduler's pages show keys, and whose it is concerns nobody.
        key = f"{self.name}-{self._count}"
        # Only proven workers have this resource.
        task.future = self._client.submit(
            run, self.name, task.payload, key=key, pure=False, resources={self.name: 1}
        )
        running[key] = task
        task.future.add_done_callback(finished.put)

    def _outcome(self, task: _Task, future: Any) -> Executed | None:  # noqa: ANN401 (Dask's)
        """Return what came of a job, or None where it has to be begun again."""
        task.future = None
        lost = "it was cancelled"
        if future.status == "finished":
            with suppress(Exception):  # its worker was lost before the result had come
                answer = future.result(timeout=CONNECT_SECONDS)
                if "refused" not in answer:
                    return unpacked(task.job.name, answer)
                return None
        elif future.status == "error":
            lost = f"{type(future.exception()).__name__}: {future.exception()}"[:300]
        if task.attempts < ATTEMPTS:
            return None
        fault = f"begun {task.attempts} times on the cluster, and lost each time ({lost})"
        return Executed(task.job.name, "", 0.0, fault)

    def _heard(self, said: dict[str, str]) -> None:
        """Tell, once, of a worker that has joined or is left out."""
        worker, refusal = said["worker"], said["refusal"]
        if (worker, refusal) in self._known:
            return
        self._known.add((worker, refusal))
        if refusal:
            self._refusals[worker] = refusal
            self.told(f"worker {worker} gets no work: {refusal}")
        else:
            self._refusals.pop(worker, None)
            self.told(f"worker {worker} is ready")

    def places(self) -> int:
        """Return how many notebooks the proven workers run at once."""
        if self._client.status not in ("running", "connecting"):
            raise NoKernel(f"{self.address}: the Dask scheduler is gone: start it, and grade again")
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return sum(int(w["nthreads"]) for w in workers if w["resources"].get(self.name, 0) > 0)

    @property
    def refused(self) -> bool:
        """Whether some worker was left out."""
        return bool(self._refusals)

    def refuse(self) -> None:
        """Say why there is no worker.

        Raises:
            NoSandbox: Those that are there have no box.
            NoKernel: There is none, or none that has the same libraries.

        """
        named = "; ".join(f"{worker}: {why}" for worker, why in self._refusals.items())
        if NO_SANDBOX in named:
            raise NoSandbox(f"none on the workers of {self.address} ({named})")
        if named:
            message = f"{self.address}: no worker is fit for work: {named}. Nothing was run there"
            raise NoKernel(message)
        message = (
            f"{self.address}: no worker has joined this Dask scheduler, or the last one was lost: "
            f"start some (`dask worker {self.address}`), and grade again"
        )
        raise NoKernel(message)


@dataclass
class _Crew:
    """How many places the workers have, looked up now and then: workers come and go."""

    cluster: Cluster
    window: int = 1
    _looked: float = 0.0
    _had: float = field(default_factory=time.monotonic)

    def see(self) -> None:
        """Look whether the last look is a while ago."""
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self.look()

    def look(self) -> None:
        """Count the places.

        Raises:
            NoSandbox: All workers were left out.
            NoKernel: There has been no worker for a while.

        """
        places = self.cluster.places()
        self._looked = now = time.monotonic()
        if places:
            self._had, self.window = now, places + max(1, places // 4)
        elif self.cluster.refused or now - self._had > JOIN_SECONDS:
            self.cluster.refuse()
