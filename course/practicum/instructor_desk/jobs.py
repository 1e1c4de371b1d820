"""Commands that the desk runs: each a process of its own, one at a time on a brief.

What is known of a run lies in ``course/work/desk/BRIEF/``, so that another kernel finds it again;
whether it runs is told by a lock that the process holds, so that no file can be out of date.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import Final

import psutil
from pydantic import ValidationError

from practicum.cli.output import PROGRESS_SWITCH
from practicum.course import Course
from practicum.errors import Busy
from practicum.instructor_desk import job_process
from practicum.progress import Step
from practicum.records.base import utc_now
from practicum.records.values import Moment
from practicum.values import Value

__all__ = ["Ended", "Job", "Jobs", "Logged", "Run"]

WHOLE: Final = "_course"
"""The folder of what is about no single brief; no brief can have this name."""
MOST_SHOWN: Final = 20_000
TRIES: Final = 5
WIDTH: Final = "100"
PLAIN: Final = {"NO_COLOR": "1", "TERM": "dumb", "FORCE_COLOR": "", "CLICOLOR_FORCE": ""}
"""A kernel asks for colours, which a page would show as codes."""


class Ended(Value):
    """How a run ended: the exit code of its command."""

    code: int
    at: Moment


class Job(Value):
    """A run that was started: of which command, by which process, and who pressed the button."""

    brief: str
    command: tuple[str, ...]
    pid: int
    born: float
    started: Moment
    by: str = ""


class Logged(Value):
    """A run that has ended, as the log keeps it."""

    brief: str
    command: tuple[str, ...]
    started: Moment
    by: str
    code: int
    at: Moment


class Run(Value):
    """The newest run on a brief: ``said`` is what it printed, ``errors`` what went wrong.

    ``step`` is how far it is, where it tells; ``ended`` is None while it runs, and when nobody
    could write down how it ended.
    """

    job: Job
    runs: bool
    ended: Ended | None
    step: tuple[str, int, int, str] | None
    said: str
    errors: str


class Jobs:
    """The runs of a course.

    Args:
        course: The course.
        by: Who presses the buttons, for the log; "" where that is not known.

    """

    def __init__(self, course: Course, by: str = "") -> None:
        self._root, self._by = course.root, by
        self._folder = course.work / "desk"

    def start(self, brief: str, command: Sequence[str]) -> Job:
        """Start ``practicum COMMAND`` for a brief ("" for the whole course), and return at once.

        Raises:
            Busy: Something runs on that brief already.

        """
        folder = self._folder / (brief or WHOLE)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked(folder, brief) as lock:
            for name in ("ended.json", "said.txt", "told.txt"):
                (folder / name).unlink(missing_ok=True)
            place = () if command[0] == "check" else ("--course", str(self._root))
            whole = [sys.executable, "-P", "-m", "practicum", *command, *place]
            environ = os.environ | PLAIN | {PROGRESS_SWITCH: "json", "COLUMNS": WIDTH}
            # It reads the record when the command ends, and so after this has written it.
            process = Popen(  # noqa: S603 (a command of our own, no shell)
                [sys.executable, job_process.__file__, str(folder), str(lock), *whole],
                cwd=self._root,
                env=environ,
                pass_fds=[lock],
                start_new_session=True,  # it goes on when the notebook is closed
            )
            _MINE.append(process)
            job = Job(
                brief=brief,
                command=tuple(command),
                pid=process.pid,
                born=psutil.Process(process.pid).create_time(),
                started=utc_now(),
                by=self._by,
            )
            fresh = folder / "job.json.new"
            fresh.write_text(job.model_dump_json(), encoding="utf-8")
            fresh.replace(folder / "job.json")
        return job

    def run(self, brief: str) -> Run | None:
        """Return the newest run on a brief, or None if the desk never ran anything on it."""
        folder = self._folder / (brief or WHOLE)
        try:
            job = Job.model_validate_json((folder / "job.json").read_bytes())
        except (OSError, ValidationError):
            return None
        runs = _is_held(folder)  # asked first: what has ended since is then found below
        told = _tail(folder / "told.txt")
        steps, errors = _parted(told)
        return Run(
            job=job,
            runs=runs,
            ended=_ended(folder),
            step=steps[-1] if steps else None,
            said=_tail(folder / "said.txt"),
            errors=errors,
        )

    def running(self) -> tuple[Run, ...]:
        """Return all that runs now, also what another notebook has started."""
        if not self._folder.is_dir():
            return ()
        names = sorted(entry.name for entry in self._folder.iterdir() if entry.is_dir())
        found = (self.run("" if name == WHOLE else name) for name in names)
        return tuple(run for run in found if run is not None and run.runs)

    def stop(self, brief: str, *, at_once: bool = False) -> None:
        """Interrupt what runs on a brief as Ctrl+C would, or end it at once."""
        run = self.run(brief)
        if run is None or not run.runs:
            return
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if psutil.Process(run.job.pid).create_time() != run.job.born:
                return  # the number is another process's by now
            if at_once:
                os.kill(run.job.pid, signal.SIGTERM)
            else:
                os.killpg(run.job.pid, signal.SIGINT)

    def log(self, most: int = 30) -> tuple[Logged, ...]:
        """Return what has run, the newest first."""
        found: list[Logged] = []
        for line in reversed(_tail(self._folder / "log.jsonl", 200_000).splitlines()):
            with suppress(ValidationError):
                found.append(Logged.model_validate_json(line))
            if len(found) == most:
                break
        return tuple(found)

    @contextmanager
    def _locked(self, folder: Path, brief: str) -> Iterator[int]:
        """Hold a brief's lock until the process has it, too.

        Raises:
            Busy: Somebody else holds it.

        """
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            for attempt in range(TRIES):
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    # One who only looks holds it for an instant.
                    if attempt == TRIES - 1:
                        raise Busy(self._busy(brief)) from None
                    time.sleep(0.05)
            yield lock
        finally:
            os.close(lock)

    def _busy(self, brief: str) -> str:
        run = self.run(brief)
        what = f"`practicum {' '.join(run.job.command)}`" if run else "something"
        since = f" since {run.job.started:%H:%M} UTC" if run else ""
        return (
            f"{brief or 'the course'}: {what} runs{since}. Nothing was started a second time: wait "
            "until it is done, or press Stop"
        )


_MINE: Final[list[Popen[bytes]]] = []
"""Processes of this kernel: asked after, so that what has ended leaves no zombie."""


def _is_held(folder: Path) -> bool:
    _MINE[:] = [process for process in _MINE if process.poll() is None]
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(lock)


def _ended(folder: Path) -> Ended | None:
    try:
        return Ended.model_validate_json((folder / "ended.json").read_bytes())
    except (OSError, ValidationError):
        return None


def _tail(file: Path, most: int = MOST_SHOWN) -> str:
    """Return the end of a text file; of one that is not there, nothing."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - most))
            return stream.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _parted(told: str) -> tuple[list[tuple[str, int, int, str]], str]:
    """Return the steps, and what was told besides."""
    steps, words = [], []
    for line in told.splitlines():
        try:
            step = Step(**json.loads(line)["progress"]) if line.startswith("{") else None
        except (ValueError, TypeError, KeyError):
            step = None
        if step is None:
            words.append(line)
        else:
            steps.append((step.what, step.done, step.total, step.now))
    return steps, "\n".join(words).strip()
