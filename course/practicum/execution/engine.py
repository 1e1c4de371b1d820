"""The engine: what runs restored notebooks, each in a box of its own."""

from __future__ import annotations

import queue
import socket
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Literal, Self

from practicum.errors import BadSubmission, NoSandbox
from practicum.execution.channel import Closed, Flooded, TimedOut
from practicum.execution.fork_server import Child, ForkServer
from practicum.execution.judging import Judged, Witness
from practicum.execution.running import run_cells
from practicum.notebooks import notebook_text, read_notebook
from practicum.policies import Limits
from practicum.sandbox import UID, Box, MemoryWatch, self_test
from practicum.sandbox.levels import forked_rung

__all__ = ["Engine", "Executed", "Job"]

ATTEMPTS = 2
READY_SECONDS = 60.0
OTHER_USERS = 1_000
LIMITS = ("memory_mb", "processes", "disk_mb", "cpu_seconds")


@dataclass(frozen=True)
class Job:
    """A restored notebook (JSON text) that waits for its turn; ``name`` tells whose it is.

    ``files`` are folders whose files the notebook finds beside it; of two files with one name
    the one in the later folder counts. ``notebook_name`` is the notebook's own, left out.
    ``course_files`` are those folders that hold nothing of the student's.
    """

    name: str
    notebook: str
    files: tuple[Path, ...]
    notebook_name: str
    limits: Limits
    course_files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Executed:
    """A job's outcome: the executed notebook (JSON text), or why it could not be run.

    ``seconds`` is the whole time, ``steps`` the part of each step. ``died`` says why the
    kernel ended before its time, if it did, ``overuse`` which limit it went over. ``judged``
    holds, by grade_id, what the judge found of each test; ``judge_died`` says that its process
    ended before its time.
    """

    name: str
    notebook: str
    seconds: float
    fault: str = ""
    died: str = ""
    overuse: str = ""
    judged: dict[str, Judged] = field(default_factory=dict)
    judge_died: bool = False
    steps: dict[str, float] = field(default_factory=dict)


class Engine:
    """A fork server and as many places as notebooks may run at once; safe for threads."""

    def __init__(self, modules: Sequence[str], places: int, *, judging: bool = False) -> None:
        """Start the fork server, which imports ``modules`` while the caller goes on.

        Args:
            modules: The libraries that the notebooks import.
            places: How many notebooks may run at once.
            judging: Let each test be judged apart from the student's code, too.

        """
        self.judging = judging
        self.server = ForkServer(modules)
        self.watch = MemoryWatch()
        self._proof = Thread(target=self._prove, name="self-test", daemon=True)
        self._refusal: NoSandbox | None = None
        self._proof.start()
        self._places: queue.SimpleQueue[int] = queue.SimpleQueue()
        for place in range(places):
            self._places.put(place)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server, and with it all that it started."""
        self.close()

    def close(self) -> None:
        """End the server, and with it all that it started."""
        self.server.close()
        self.watch.close()
        self._proof.join()

    def proved(self) -> None:
        """Wait for the self-test of the box, which began with the engine.

        Raises:
            NoSandbox: There can be no box here, or it does not hold.

        """
        self._proof.join()
        if self._refusal is not None:
            raise self._refusal

    def _prove(self) -> None:
        try:
            self_test(rung=forked_rung())
        except NoSandbox as refusal:
            self._refusal = refusal

    def run(self, job: Job) -> Executed:
        """Run a notebook in a box; twice if its kernel or judge dies: that may be our fault.

        Raises:
            NoSandbox: There can be no box here.
            NoKernel: The fork server does not start.

        """
        start = time.perf_counter()
        for folder in job.files:
            if folder.is_symlink() or not folder.is_dir():
                fault = f"{folder.name} is no folder any more: collect it again"
                return Executed(job.name, "", 0.0, fault)
        self.proved()
        place = self._places.get()
        try:
            for _attempt in range(ATTEMPTS):
                executed = self._run(job, place)
                failed = executed.died or executed.fault or executed.judge_died
                if executed.overuse or not failed:
                    break
        finally:
            self._places.put(place)
        seconds = time.perf_counter() - start
        return replace(executed, seconds=seconds)

    def _run(self, job: Job, place: int) -> Executed:
        steps: dict[str, float] = {}
        clock = _Clock(steps)
        notebook = read_notebook(job.notebook)
        clock.lap("read")
        with ExitStack() as stack:
            kernel, judge = self._begin(job, place, stack)
            clock.lap("fork")
            boxes = [box for box in (kernel, judge) if box is not None]
            fault = next(filter(None, map(_await, boxes)), "")
            if fault:
                return Executed(job.name, "", 0.0, fault, steps=steps)
            for box in boxes:
                self.watch.add(box.pid, _box(job.limits), folder=box.folder)
            clock.lap("box")
            witness = Witness(judge, notebook, job.limits.cell_seconds) if judge else None
            ran = run_cells(kernel, notebook, job.limits, witness)
            clock.lap("cells")
            overuse, *_ = [self.watch.remove(box.pid) for box in boxes]
        clock.lap("end")
        if overuse is not None and overuse.what == "machine":
            fault = "the machine ran short of memory: run fewer at once with --workers"
            return Executed(job.name, "", 0.0, fault, steps=steps)
        notebook["metadata"]["language_info"] = self.server.language_info
        text = notebook_text(notebook)
        clock.lap("write")
        executed = Executed(
            job.name,
            text,
            0.0,
            died=ran.died,
            overuse="" if overuse is None else str(overuse),
            steps=steps,
        )
        if witness is None:
            return executed
        return replace(executed, judged=witness.judged, judge_died=witness.died)

    def _begin(self, job: Job, place: int, stack: ExitStack) -> tuple[Child, Child | None]:
        """Fork the kernel, and the judge if there is one, joined by a socket of their own."""
        if not self.judging:
            return self._fork(job, place, "kernel", stack), None
        mine, theirs = socket.socketpair()
        # Here they are closed: each learns of the other's end from its own.
        with mine, theirs:
            kernel = self._fork(job, place, "kernel", stack, mine)
            return kernel, self._fork(job, place + OTHER_USERS, "judge", stack, theirs)

    def _fork(
        self,
        job: Job,
        place: int,
        role: Literal["kernel", "judge"],
        stack: ExitStack,
        *ends: socket.socket,
    ) -> Child:
        folder = None
        if self.server.rung == "landlock":
            folder = Path(tempfile.mkdtemp(prefix="practicum-box-"))
        request = {
            "role": role,
            "box": {name: getattr(_box(job.limits), name) for name in LIMITS},
            # The judge sees the course's files, never the student's.
            "sources": [str(f) for f in (job.files if role == "kernel" else job.course_files)],
            "skip": [f"{job.notebook_name}.ipynb"],
            "uid": UID + place,
            "folder": str(folder or ""),
            "rung": self.server.rung,
        }
        child = self.server.fork(request, *ends)
        child.folder = folder
        stack.callback(child.end)
        return child


class _Clock:
    """Writes down how long each step took."""

    def __init__(self, steps: dict[str, float]) -> None:
        self._steps, self._last = steps, time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._steps[name] = now - self._last
        self._last = now


def _box(limits: Limits) -> Box:
    return Box(
        memory_mb=limits.memory_mb,
        processes=limits.processes,
        disk_mb=limits.disk_mb,
        cpu_seconds=limits.notebook_seconds + 60,
    )


def _await(child: Child) -> str:
    """Wait until the kernel stands in its box; return why it does not, or an empty string."""
    try:
        frame = child.channel.receive(time.monotonic() + READY_SECONDS)
    except Closed:
        return "the process that should run it ended before it began"
    except (TimedOut, Flooded):
        return "the process that should run it did not begin in time"
    if isinstance(frame, bytes) or frame.get("kind") != "fault":
        return ""
    content = frame["content"]
    if content["error"] == NoSandbox.__name__:
        raise NoSandbox(content["reason"])
    if content["error"] == BadSubmission.__name__:
        return str(content["reason"])
    return f"the process that should run it failed: {content['error']}: {content['reason']}"
