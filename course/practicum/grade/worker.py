"""The processes in which notebooks run: what one does, and how it is ended with all it began."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from practicum.grade import pipeline
from practicum.grade.ahead import fork_server
from practicum.policies import Limits

__all__ = ["Job", "Worker", "sweep"]


START_SECONDS = 90.0
"""How long a kernel may take to start, at most."""

END_SECONDS = 5.0
"""How long the end of a killed process is waited for."""


@dataclass(frozen=True)
class Job:
    """A restored notebook that waits for its turn; ``name`` tells whose it is."""

    name: str
    notebook: str
    files: tuple[Path, ...]
    notebook_name: str
    limits: Limits

    @property
    def patience(self) -> float:
        """Seconds after which its process is given up, kernel starts included."""
        return pipeline.ATTEMPTS * (self.limits.notebook_seconds + START_SECONDS)


class Worker:
    """A process that runs one notebook after the other, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Start the process."""
        self.folder = folder
        folder.mkdir()
        # Forked from a process that has imported everything: a worker that dies is replaced
        # in no time. That process keeps the environment of its own start.
        context = fork_server()
        self.channel, end = context.Pipe()
        body = (end, folder, dict(os.environ))
        self._process = context.Process(target=work, args=body, daemon=True)
        self._process.start()
        end.close()
        self.job: Job | None = None
        self.deadline = 0.0

    def begin(self, job: Job) -> None:
        """Hand over a job; a dead process is noticed when its answer is awaited."""
        self.job, self.deadline = job, time.monotonic() + job.patience
        with contextlib.suppress(OSError):
            self.channel.send(job)

    def answer(self) -> tuple[str, float, str]:
        """Return the executed notebook, the seconds it took, and a fault or ``""``.

        Raises:
            EOFError: The process has died.

        """
        try:
            answer: tuple[str, float, str] = self.channel.recv()
        except OSError:
            raise EOFError from None
        self.job = None
        return answer

    def end(self) -> None:
        """End the process and whatever it has started, and remove its folder."""
        self.channel.close()
        _end_family(self._process.pid or 0)
        self._process.join()
        sweep(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)


def work(channel: Connection, folder: Path, environment: dict[str, str]) -> None:
    """Run jobs until there are no more: the body of the process.

    Its temporary files, and those of the notebooks, go to ``folder``. It has a session of
    its own: Ctrl-C at a terminal reaches only the command, which then ends its workers.
    """
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.environ["TMPDIR"] = os.environ["JUPYTER_RUNTIME_DIR"] = str(folder)
    tempfile.tempdir = None
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            channel.send(_run(channel.recv()))


def _run(job: Job) -> tuple[str, float, str]:
    start = time.perf_counter()
    notebook = fault = ""
    try:
        notebook = pipeline.execute(job.notebook, job.files, job.notebook_name, job.limits)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is this job's alone)
        fault = f"{type(error).__name__}: {error}"[:500]
    return notebook, time.perf_counter() - start, fault


def _end_with_parent(folder: Path) -> None:
    """Wait for the end of the command, however it comes, and leave nothing behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
    shutil.rmtree(folder.parent, ignore_errors=True)
    os._exit(1)


def _end_family(pid: int) -> None:
    """Kill a process and its descendants; the process first, so that it starts no more."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        process.suspend()
        for member in (*process.children(recursive=True), process):
            with contextlib.suppress(psutil.Error):
                member.kill()


def sweep(folder: Path) -> None:
    """End what notebooks left running: all whose temporary folder is this one."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get("TMPDIR") == str(folder):
                process.kill()
                found.append(process)
    psutil.wait_procs(found, timeout=END_SECONDS)
