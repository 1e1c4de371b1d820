"""What the self-test tries in a box: each attempt has to be refused.

This module runs inside, in a bare interpreter; it knows a canary gradebook, canary servers and
the number of the grader's process, and answers in JSON which attempts were let through.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from practicum.sandbox.cold import box_from
from practicum.sandbox.entering import enter

__all__ = ["attempts", "main"]

_MEGABYTE: Final = 1 << 20
_PTRACE_SEIZE: Final = 0x4206
_CLONE_NEWUSER: Final = 0x10000000
_MS_REMOUNT: Final = 32
_PATIENCE: Final = 1.0


class _RefusedError(Exception):
    """An attempt did not succeed, although no exception says so."""


def main(request: str) -> None:
    """Enter the box that the request describes, unless bwrap has, and print what was tried."""
    asked: dict[str, Any] = json.loads(request)
    if asked["rung"] != "bwrap":
        sys.prefix = asked["prefix"]
        folder = Path(asked["folder"])
        box = box_from(asked["box"])
        enter(box, uid=asked["uid"], keep=(1, 2), folder=folder, rung=asked["rung"])
    found = {name: _tried(attempt) for name, attempt in attempts(asked).items()}
    sys.stdout.write(json.dumps(found))
    sys.stdout.flush()


def attempts(asked: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """List the attempts by name; one that returns has succeeded, one that raises was refused.

    ``asked`` holds ``gradebook`` (a path), ``port`` (TCP and UDP), ``abstract`` (a socket name),
    ``grader`` and ``born`` (a process and its start), ``prefix``, ``rung`` and the ``box``.
    """
    gradebook, prefix, port = asked["gradebook"], asked["prefix"], asked["port"]
    grader = asked["grader"]
    box = asked["box"]
    found: dict[str, Callable[[], object]] = {
        "read the gradebook": lambda: Path(gradebook).read_bytes(),
        "write the gradebook": lambda: Path(gradebook).write_bytes(b"x"),
        "write beside the libraries": lambda: _write(f"{prefix}/practicum-canary"),
        "write in /etc": lambda: _write("/etc/practicum-canary"),
        "connect by TCP": lambda: socket.create_connection(("127.0.0.1", port), _PATIENCE),
        "send by UDP": lambda: _datagram(port),
        "connect to a socket by name": lambda: _abstract(asked["abstract"]),
        "signal the grader": lambda: os.kill(_same(grader, asked["born"]), 0),
        "read the grader's environment": lambda: _environment(grader, asked["born"]),
        "trace the grader": lambda: _call("ptrace", _PTRACE_SEIZE, grader, None, None),
        "become root of a user namespace": lambda: _call("unshare", _CLONE_NEWUSER),
        "remount the root": lambda: _call("mount", None, b"/", None, _MS_REMOUNT, None),
        "allocate more than the limit": lambda: bytearray(2 * box["memory_mb"] * _MEGABYTE),
        "write a file above the limit": lambda: _file("big", box["file_mb"] + 1),
        "start too many processes": lambda: _forks(4 * box["processes"]),
    }
    if asked["rung"] != "landlock":  # there the watchdog holds the disk
        found["fill the disk"] = lambda: _files(2 * box["disk_mb"])
    return found


def _tried(attempt: Callable[[], object]) -> str:
    """Say how an attempt was refused; an empty string means that it was not."""
    try:
        attempt()
    except BaseException as error:  # noqa: BLE001 (whatever stopped it)
        return type(error).__name__
    return ""


def _write(place: str) -> None:
    Path(place).write_bytes(b"x")
    Path(place).unlink()


def _datagram(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", port))
    raise _RefusedError  # sent, perhaps to nowhere: the canary server knows whether it arrived


def _abstract(name: str) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(b"\0" + name.encode())


def _same(pid: int, born: int) -> int:
    """Return the number if it is not, in this box, that of another process."""
    with suppress(PermissionError):
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        if int(fields[19]) != born:
            raise _RefusedError
    return pid


def _environment(pid: int, born: int) -> None:
    Path(f"/proc/{_same(pid, born)}/environ").read_bytes()


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)


def _file(name: str, megabytes: int) -> None:
    with Path(name).open("wb") as file:
        file.writelines(bytes(_MEGABYTE) for _ in range(megabytes))


def _files(count: int) -> None:
    for number in range(count):
        _file(str(number), 1)


def _forks(count: int) -> None:
    children = []
    try:
        for _ in range(count):
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
                os._exit(0)
            children.append(pid)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
