"""The self-test: attack a real box before a batch is graded in boxes like it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from practicum.errors import NoSandbox
from practicum.sandbox.box import Box
from practicum.sandbox.cold import launched, wrapped
from practicum.sandbox.entering import UID
from practicum.sandbox.levels import Rung, rungs
from practicum.sandbox.processes import born, end_tree

__all__ = ["Attempt", "SelfTest", "self_test"]

SECONDS: Final = 20.0
"""After so long the self-test is given up, and counts as failed."""


@dataclass(frozen=True)
class Attempt:
    """Something a box must refuse; ``how`` names the error that refused it."""

    name: str
    how: str

    @property
    def refused(self) -> bool:
        """Whether the box held."""
        return bool(self.how)


@dataclass(frozen=True)
class SelfTest:
    """What was tried in which kind of box; all of it was refused."""

    rung: Rung
    attempts: tuple[Attempt, ...]


def self_test(*, rung: Rung | None = None, box: Box | None = None) -> SelfTest:
    """Attack a box from inside: files, network, processes, privileges and limits.

    The box is as the given one but small, so that its limits are reached quickly.

    Raises:
        NoSandbox: there is no box here, or an attempt was let through (the message names it).
    """
    chosen = rung or next(iter(rungs()), None)
    if chosen is None:
        raise NoSandbox("none of the ways to make a box works here")
    small = replace(box or Box(), memory_mb=96, processes=12, disk_mb=6, file_mb=2)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        request = _canaries(stack, folder, chosen, small)
        datagrams.bind(("127.0.0.1", request["port"]))
        answer = _run(stack, chosen, small, request)
        gradebook = Path(request["gradebook"])
        if gradebook.read_text(encoding="ascii") != request["secret"]:
            answer["write the gradebook"] = ""
        if _arrived(datagrams):
            answer["send by UDP"] = ""
    attempts = tuple(Attempt(name, how) for name, how in answer.items())
    allowed = [attempt.name for attempt in attempts if not attempt.refused]
    if allowed:
        raise NoSandbox(f"the self-test of the {chosen} box could {', '.join(allowed)}")
    return SelfTest(chosen, attempts)


def _canaries(stack: ExitStack, folder: Path, rung: Rung, box: Box) -> dict[str, Any]:
    """Set up what the box must not reach, and describe it."""
    secret, name = secrets.token_hex(), secrets.token_hex(8)
    gradebook = folder / "gradebook.db"
    gradebook.write_text(secret, encoding="ascii")
    gradebook.chmod(0o666)
    inside = folder / "box"
    inside.mkdir()
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    named = stack.enter_context(socket.socket(socket.AF_UNIX))
    named.bind(b"\0" + name.encode())
    named.listen()
    places = {"readable": list(map(str, box.readable)), "masked": list(map(str, box.masked))}
    return {
        "gradebook": str(gradebook),
        "secret": secret,
        "port": server.getsockname()[1],
        "abstract": name,
        "grader": os.getpid(),
        "born": born(os.getpid()),
        "prefix": sys.prefix,
        "rung": rung,
        "box": asdict(box) | places,
        "uid": UID,
        "folder": str(inside),
    }


def _arrived(datagrams: socket.socket) -> bool:
    """Say whether anything was sent to the canary server."""
    datagrams.settimeout(0)
    try:
        return bool(datagrams.recv(1))
    except BlockingIOError:
        return False


def _run(stack: ExitStack, rung: Rung, box: Box, request: dict[str, Any]) -> dict[str, str]:
    """Have the attempts made in a box, and return how each was refused."""
    asked = {name: value for name, value in request.items() if name != "secret"}
    argv = launched("canary", json.dumps(asked))
    descriptors: tuple[int, ...] = ()
    if rung == "bwrap":
        cold = stack.enter_context(wrapped(argv, box, rung=rung))
        argv, descriptors = cold.argv, cold.pass_fds
    process = subprocess.Popen(  # noqa: S603 (no shell, our own command)
        argv,
        pass_fds=descriptors,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        output, complaint = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NoSandbox(f"the self-test of the {rung} box did not end") from error
    finally:
        end_tree(process.pid)
        process.wait()
    try:
        answer: dict[str, str] = json.loads(output)
    except ValueError as error:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise NoSandbox(f"the self-test of the {rung} box did not run: {last}") from error
    return answer
