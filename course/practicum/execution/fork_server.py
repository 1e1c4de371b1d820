"""The trusted side's handle on the fork server: start it, ask it for children, end it."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from practicum.errors import NoKernel
from practicum.execution.channel import Channel
from practicum.sandbox import Rung, end_tree, pid_of
from practicum.sandbox.levels import VARIABLE

__all__ = ["Child", "ForkServer"]

START_SECONDS = 90.0
ANSWER_SECONDS = 30.0
ANSWER_BYTES = 1 << 20


class Child:
    """A process that the fork server made: its channel, and a handle that cannot go stale."""

    def __init__(self, channel: Channel, handle: int) -> None:
        """Take over the handle, a pidfd."""
        self.channel, self._handle = channel, handle
        self.pid = pid_of(handle)
        self.folder: Path | None = None

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return not select.select([self._handle], [], [], 0)[0]

    def interrupt(self) -> None:
        """Send SIGINT to the kernel, as a notebook's stop button does."""
        self._signal(signal.SIGINT)

    def end(self, patience: float = 5.0) -> None:
        """Kill the process, and with it everything in its box, and wait for its end."""
        self.channel.close()
        if self.folder is not None:
            end_tree(self.pid, folder=self.folder)
        self._signal(signal.SIGKILL)
        select.select([self._handle], [], [], patience)
        os.close(self._handle)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)


class ForkServer:
    """A process that has imported libraries once; safe to be asked from several threads."""

    def __init__(self, modules: Sequence[str]) -> None:
        """Start the server in the background.

        Args:
            modules: The libraries that it imports, by their dotted names.

        """
        self._modules = list(modules)
        self._lock = threading.Lock()
        self._closed = False
        self._home = tempfile.TemporaryDirectory(prefix="practicum-")
        self._hello: dict[str, Any] | None = None
        self._start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server."""
        self.close()

    @property
    def language_info(self) -> dict[str, Any]:
        """What notebooks' metadata say of the language; waits until the server is ready.

        Raises:
            NoKernel: The server does not start.

        """
        with self._lock:
            return dict(self._await()["language_info"])

    @property
    def rung(self) -> Rung:
        """The kind of box that its children enter; waits until the server is ready.

        Raises:
            NoKernel: The server does not start.

        """
        with self._lock:
            rung: Rung = self._await()["rung"]
            return rung

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def fork(self, request: dict[str, Any], *ends: socket.socket) -> Child:
        """Return a new child that has got ``request``, and the ends of further sockets.

        A server that has died is started again, once.

        Raises:
            NoKernel: There is no server, and none can be started.

        """
        with self._lock:
            for last in (False, True):
                self._await()
                try:
                    return self._fork(request, ends)
                except (OSError, ValueError, IndexError) as error:
                    self._stop()
                    if last or self._closed:
                        message = f"the fork server does not answer ({error}): grade again"
                        raise NoKernel(message) from error
                    self._start()
        raise AssertionError

    def close(self) -> None:
        """End the server; its children end with their channels."""
        self._closed = True
        with self._lock:
            self._stop()
            self._home.cleanup()

    def _fork(self, request: dict[str, Any], ends: Sequence[socket.socket]) -> Child:
        mine, theirs = socket.socketpair()
        with theirs:
            try:
                numbers = [end.fileno() for end in (theirs, *ends)]
                socket.send_fds(self._desk, [json.dumps(request).encode()], numbers)
                _, handles, _, _ = socket.recv_fds(self._desk, ANSWER_BYTES, 1)
                return Child(Channel(mine), handles[0])
            except BaseException:
                mine.close()
                raise

    def _start(self) -> None:
        self._desk, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._desk.settimeout(ANSWER_SECONDS)
        command = (sys.executable, "-m", "practicum.execution.server", str(end.fileno()))
        with end:
            self._process = subprocess.Popen(  # noqa: S603 (our own module, nothing of a user's)
                command,
                pass_fds=(end.fileno(),),
                env=_environment(self._home.name),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        self._hello = None
        self._desk.send(json.dumps({"modules": self._modules}).encode())

    def _await(self) -> dict[str, Any]:
        """Wait until the server has imported everything; without what begins threads."""
        if self._closed:
            raise NoKernel("the fork server was ended: grade again")
        while self._hello is None:
            self._desk.settimeout(START_SECONDS)
            try:
                answer = json.loads(self._desk.recv(ANSWER_BYTES) or b"null")
            except (OSError, ValueError):
                answer = None
            if answer is None:
                said = self._stop()
                message = f"the fork server did not start: {said or 'it said nothing'}"
                raise NoKernel(message)
            if "threaded" in answer:
                self._modules.remove(answer["threaded"])
                self._stop()
                self._start()
                continue
            self._hello = answer
            self._desk.settimeout(ANSWER_SECONDS)
        return self._hello

    def _stop(self) -> str:
        """End the process and return the last line of what it said."""
        self._desk.close()
        self._process.kill()
        if self._process.stderr is None or self._process.stderr.closed:
            return ""
        _, said = self._process.communicate()
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:500] if lines else ""


def _environment(home: str) -> dict[str, str]:
    """Return what a kernel needs and nothing that is the grader's: no tokens, no home."""
    here = Path(__file__).resolve().parents[2]
    paths = [entry for entry in sys.path if entry and Path(entry).is_dir()]
    chosen = {VARIABLE: os.environ[VARIABLE]} if VARIABLE in os.environ else {}
    return chosen | {
        "PATH": f"{sys.prefix}/bin:{os.defpath}",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([str(here), *paths])),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Empty: nobody's configuration or startup files.
        "HOME": home,
        "IPYTHONDIR": home,
        "MPLCONFIGDIR": home,
        "LANG": "C.UTF-8",
        # As nbgrader sets it: a notebook can tell that it is being graded.
        "NBGRADER_EXECUTION": "autograde",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # A thread that numpy's libraries begin at import would be lost in each child.
        **dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
            "1",
        ),
    }
