"""Starting the hub as a process: one at a time, watched, and stopped whole."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from practicum.course import Course
from practicum.doctor import answering, held_ports
from practicum.errors import Busy, PracticumError
from practicum.hub.config import hub_config
from practicum.hub.environment import carried
from practicum.hub.plan import Plan, plan_of
from practicum.hub.state import prepare_state

__all__ = ["CONFIG", "start"]

CONFIG: Final = """\
from practicum.hub import configure

configure(get_config(), __file__)
"""
"""course/jupyterhub_config.py: the place for what has to be set by hand."""

PATIENCE: Final = 45
"""Seconds for a hub that is just being stopped: it has been seen to take more than 30."""

STARTING: Final = 120
STOPPING: Final = 60
LOG_BYTES: Final = 10_000_000
TAIL: Final = 15


def start(
    course: Course,
    *,
    verbose: bool = False,
    ready: Callable[[Plan], None] = lambda _plan: None,
) -> int:
    """Run the hub of a course until it is stopped, and return its exit code.

    Args:
        course: A course with a hub section.
        verbose: Let the log go to the terminal instead of course/work/hub/logs/hub.log.
        ready: Called when the hub answers.

    Raises:
        BadInput: The hub section cannot be used.
        Busy: This hub runs already, or a port is taken.
        PracticumError: The hub did not come up; the message shows the end of its log.

    """
    hub_config(course)  # says what is wrong in course.yml, before anything is started
    plan = plan_of(course)
    prepare_state(plan)
    config = course.root / "course" / "jupyterhub_config.py"
    if not config.exists():
        config.write_text(CONFIG, encoding="utf-8")
    with _sole_hub(plan) as lock, _log(plan, verbose=verbose) as log:
        _wait_for_ports(plan)
        process = subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, "-m", "jupyterhub", "--config", str(config.absolute())],
            cwd=plan.state,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl+C reaches this process alone, which then ends the hub in order.
            start_new_session=True,
            # Whoever holds the lock is the hub, also when this process is killed.
            pass_fds=[lock],
        )
        with _stopped_by_signals(process, _stopping(plan)):
            _wait_until_up(process, plan)
            ready(plan)
            return process.wait()


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, **carried(), "PATH": path}


WORDS: Final = (
    b"\nStopping: people's servers, the services and the proxy. Open pages make it wait.\n"
)


@contextmanager
def _sole_hub(plan: Plan) -> Iterator[int]:
    """Hold the hub's lock; wait for one that is being stopped."""
    descriptor = os.open(plan.state / "hub.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # One that is being stopped may still answer, and one that is just starting does not.
        goes_on = answering(plan.hosting) and not _stopping(plan).exists()
        if not _within(0 if goes_on else PATIENCE, lambda: _locked(descriptor)):
            message = (
                f"{plan.public}: the hub of this course runs already: open it, or stop it first "
                f"(Ctrl+C where it was started, or `kill {_pid_of(plan)}`)"
            )
            raise Busy(message)
        _stopping(plan).unlink(missing_ok=True)
        yield descriptor
    finally:
        os.close(descriptor)


def _stopping(plan: Plan) -> Path:
    """Return the file that is there from the request to stop until the next start."""
    return plan.state / "stopping"


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid_of(plan: Plan) -> str:
    with suppress(OSError):
        return (plan.state / "jupyterhub.pid").read_text(encoding="ascii").strip()
    return "PID"


def _wait_for_ports(plan: Plan) -> None:
    """Wait until what an ended hub leaves behind is gone."""
    if _within(PATIENCE, lambda: not held_ports(plan.hosting)):
        return
    ports = ", ".join(f"{port} ({what})" for what, port in held_ports(plan.hosting).items())
    message = (
        f"another program listens at port {ports}: stop it (`ss -ltnp` shows which it is), or "
        "give the hub other ports in course.yml: `hub: {address: ..., hub_port: ..., "
        "first_service_port: ...}`"
    )
    raise Busy(message)


def _within(seconds: float, done: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= end:
            return False
        time.sleep(0.25)
    return True


@contextmanager
def _log(plan: Plan, *, verbose: bool) -> Iterator[IO[bytes] | None]:
    if verbose:
        yield None
        return
    file = _log_file(plan)
    if file.exists() and file.stat().st_size > LOG_BYTES:
        file.replace(file.with_suffix(".log.1"))
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as stream:
        yield stream


def _log_file(plan: Plan) -> Path:
    return plan.state / "logs" / "hub.log"


def _wait_until_up(process: subprocess.Popen[bytes], plan: Plan) -> None:
    up = _within(STARTING, lambda: answering(plan.hosting) or process.poll() is not None)
    if up and process.poll() is None:
        return
    code = process.poll()
    if code is not None and code < 0:
        raise KeyboardInterrupt
    _end(process)
    what = f"did not answer within {STARTING} s" if code is None else f"ended with code {code}"
    lines: list[str] = []
    with suppress(OSError):
        lines = _log_file(plan).read_text(encoding="utf-8", errors="replace").splitlines()
    message = f"the hub {what}. The end of {_log_file(plan)}:\n" + "\n".join(lines[-TAIL:])
    raise PracticumError(message)


@contextmanager
def _stopped_by_signals(process: subprocess.Popen[bytes], noted: Path) -> Iterator[None]:
    """Hand a request to stop on to the hub, which stops servers, services and the proxy."""

    def hand_on(_number: int, _frame: object) -> None:
        with suppress(OSError):
            os.write(2, WORDS)  # whoever stops it is told at once, whatever is being printed
            noted.touch(mode=0o600)
        with suppress(ProcessLookupError):
            process.terminate()

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        _end(process)
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOPPING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
