"""A process that has everything imported and warm, and forks commands and fork servers.

A kill then costs a fraction of a second instead of a whole start. What runs is the command
line's own ``main`` and the fork server's own ``main``; only the imports are shared.

    python zygote.py SOCKET
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

MESSAGE = 1 << 16

POINTS = (
    "Records.running",
    "pipeline.restore",
    "Engine.run",
    "pipeline.score",
    "autograded.write_file",
    "CourseGradebook.record",
    "Draft.install",
    "Path.rename",
    "autograded.sync_folder",
    "Records.graded",
)
"""Where a command can be told to kill itself: before or after one of its calls."""


def ask(path: str, request: dict[str, Any], *descriptors: int) -> dict[str, Any]:
    """Send the zygote a request; return its answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as desk:
        desk.connect(path)
        socket.send_fds(desk, [json.dumps(request).encode()], list(descriptors))
        answer: dict[str, Any] = json.loads(desk.recv(MESSAGE))
        return answer


class _Server:
    """Stands for the process of a fork server that the zygote has made."""

    stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def _share_servers(path: str) -> None:
    """Let this process's engines take their servers from the zygote."""
    from practicum.execution import fork_server

    def start(self: Any) -> None:
        self._desk, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._desk.settimeout(fork_server.ANSWER_SECONDS)
        environment = fork_server._environment(self._home.name)
        with end:
            answer = ask(path, {"serve": environment}, end.fileno())
        self._process = _Server(answer["pid"])
        self._hello = None
        self._desk.send(json.dumps({"modules": []}).encode())

    fork_server.ForkServer._start = start  # type: ignore[method-assign]


def _die_at(point: str, call: int, *, after: bool) -> None:
    """Have this process kill itself before or after the nth call of a function."""
    from practicum.execution import Engine
    from practicum.grade import pipeline
    from practicum.gradebook import CourseGradebook, autograded
    from practicum.records import Records

    homes: dict[str, Any] = {
        "Records": Records,
        "pipeline": pipeline,
        "Engine": Engine,
        "autograded": autograded,
        "CourseGradebook": CourseGradebook,
        "Draft": autograded.Draft,
        "Path": Path,
    }
    home, _, name = point.partition(".")
    real: Callable[..., Any] = getattr(homes[home], name)
    calls = 0

    def dying(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        last = calls >= call
        if last and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(homes[home], name, dying)


def _command(path: str, request: dict[str, Any]) -> None:
    """Be `practicum` with arguments; write what it says, and its exit code, into files."""
    from practicum.cli import main

    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    # Here, not in the zygote: servers have no TMPDIR of the command's.
    os.environ["TMPDIR"], tempfile.tempdir = request["tmp"], None
    _share_servers(path)
    if "point" in request:
        _die_at(request["point"], request["call"], after=request["after"])
    code: Any = 1
    try:
        main(request["command"])
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 (it is reported by the file)
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    Path(request["output"] + ".code").write_text(str(code), encoding="ascii")


def _warm() -> Callable[[dict[str, str], int], None]:
    """Import and warm what commands and servers need; return what serves from then on."""
    import practicum.cli.grade
    import practicum.grade.verb  # noqa: F401
    from practicum import judge
    from practicum.execution import server
    from practicum.execution.kernel import BoxKernel
    from practicum.execution.tracebacks import quicken_tracebacks
    from practicum.execution.warm import warm

    kernel = BoxKernel()
    quicken_tracebacks(type(kernel.shell))
    judge.warm()
    warm(kernel.shell)

    def serve(environment: dict[str, str], descriptor: int) -> None:
        os.setsid()
        os.environ.clear()
        os.environ.update(environment)
        patched: Any = server
        patched.BoxKernel = lambda: kernel
        patched.quicken_tracebacks = patched.warm = lambda _: None
        patched.judge = type("Warm", (), {"warm": staticmethod(lambda: None)})
        patched.use_large_pages = lambda: None
        server.main(descriptor)

    return serve


def main(path: str) -> None:
    """Fork what is asked for until standard input is closed."""
    serve = _warm()
    servers: list[int] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(path)
        door.listen(64)
        door.settimeout(0.5)
        while os.getppid() != 1:
            with suppress(ChildProcessError):
                while pid := os.waitpid(-1, os.WNOHANG)[0]:
                    servers = [known for known in servers if known != pid]
            try:
                desk, _ = door.accept()
            except TimeoutError:
                continue
            with desk:
                data, descriptors, _, _ = socket.recv_fds(desk, MESSAGE, 1)
                if not data:
                    continue
                request = json.loads(data)
                pid = 0 if "servers" in request else os.fork()
                if pid == 0 and "servers" not in request:
                    door.close()
                    desk.close()
                    try:
                        if "serve" in request:
                            serve(request["serve"], descriptors[0])
                        else:
                            _command(path, request)
                    finally:
                        os._exit(0)
                if "serve" in request:
                    servers.append(pid)
                for descriptor in descriptors:
                    os.close(descriptor)
                desk.send(json.dumps({"pid": pid, "servers": servers}).encode())


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main(sys.argv[1])
