"""The fork server: libraries, imported and warmed once, of which each submission is a fork.

It holds nothing else: no key, no test, no submission, no secret in its environment, and one
thread. A request names what the child is to be; the channel that comes with the request is
the child's only tie to the trusted side.

    python -m practicum.execution.server DESCRIPTOR
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from practicum import judge
from practicum.execution.channel import Channel
from practicum.execution.judging import LARGEST, serve_judge
from practicum.execution.kernel import BoxKernel, is_single_threaded
from practicum.execution.pages import use_large_pages
from practicum.execution.pictures import draw_once
from practicum.execution.tracebacks import quicken_tracebacks
from practicum.execution.warm import warm
from practicum.sandbox import Box, Ground, enter

__all__ = ["main"]

REQUEST_BYTES = 1 << 20
MOST_MODULES = 200
KEPT = (
    "MPLBACKEND",
    "NBGRADER_EXECUTION",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)


def main(descriptor: int) -> None:
    """Serve fork requests that come through a socket until it is closed."""
    # First of all: it forks, and the smaller this process is, the better.
    ground = Ground()
    desk = socket.socket(fileno=descriptor)
    hello = json.loads(desk.recv(REQUEST_BYTES))
    kernel = BoxKernel()
    quicken_tracebacks(type(kernel.shell))
    threaded = _import_all(hello["modules"])
    if threaded:
        # What began a thread cannot be forked: the trusted side starts a server without it.
        desk.sendall(json.dumps({"threaded": threaded}).encode())
        return
    judge.warm()
    warm(kernel.shell)
    draw_once(kernel.shell)
    gc.collect()
    gc.freeze()
    use_large_pages()
    hello = {"language_info": kernel.language_info, "rung": ground.rung}
    desk.sendall(json.dumps(hello).encode())
    while True:
        request, descriptors, _, _ = socket.recv_fds(desk, REQUEST_BYTES, 2)
        if not request:
            return
        _reap(ground)
        _answer(desk, ground, json.loads(request), descriptors, kernel)


def _answer(
    desk: socket.socket,
    ground: Ground,
    request: dict[str, Any],
    descriptors: list[int],
    kernel: BoxKernel,
) -> None:
    """Fork a child; the trusted side gets a handle on it that cannot come to mean another."""
    pid = ground.fork()
    if pid == 0:
        code = 1
        try:
            desk.close()
            _be(request, descriptors, kernel)
            code = 0
        except BaseException as error:  # noqa: BLE001 (whatever it is, it is this child's end)
            with suppress(OSError):
                _complain(descriptors[0], error)
        finally:
            os._exit(code)
    for descriptor in descriptors:
        os.close(descriptor)
    handle = os.pidfd_open(pid)
    socket.send_fds(desk, [b"{}"], [handle])
    os.close(handle)


def _be(request: dict[str, Any], descriptors: list[int], kernel: BoxKernel) -> None:
    """Enter the box, then be what was asked for: a submission's kernel, or its judge."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    begin = time.perf_counter()
    enter(
        Box(**request["box"]),
        [Path(source) for source in request["sources"]],
        keep=descriptors,
        skip=request["skip"],
        uid=request["uid"],
        environ={name: os.environ[name] for name in KEPT if name in os.environ},
        folder=Path(request["folder"]) if request["folder"] else None,
        rung=request["rung"],
    )
    channel, *others = (
        Channel(socket.socket(fileno=descriptor), largest=LARGEST) for descriptor in descriptors
    )
    channel.send({"kind": "ready", "seconds": time.perf_counter() - begin})
    if request["role"] == "judge":
        serve_judge(channel, others[0])
    else:
        # Last: what lies beside the notebook can be imported, and shadows nothing.
        sys.path.append(str(Path.cwd()))
        kernel.begin(channel, others[0] if others else None)


def _complain(descriptor: int, error: BaseException) -> None:
    """Say why there will be no kernel; without a traceback, which would tell of the server."""
    channel = Channel(socket.socket(fileno=descriptor))
    content = {"error": type(error).__name__, "reason": str(error)}
    channel.send({"kind": "fault", "content": content})


def _import_all(names: list[str]) -> str:
    """Import libraries; return the first that leaves a thread behind, or an empty string.

    A library that is not there, or that fails, is the notebook's own affair.
    """
    for name in names[:MOST_MODULES]:
        with suppress(Exception):
            importlib.import_module(name)
        if not is_single_threaded():
            return name
    return ""


def _reap(ground: Ground) -> None:
    """Take note of children that have ended, and end what they left behind."""
    with suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            ground.sweep(pid)


if __name__ == "__main__":
    sys.path[:] = [entry for entry in sys.path if entry and Path(entry) != Path.cwd()]
    main(int(sys.argv[1]))
