"""What an attack leaves behind: in the executed notebook, among processes, among files."""

from __future__ import annotations

import base64
import binascii
import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.hostile.course import SECRETS

__all__ = ["files_with", "listening", "loot_of", "processes_with", "read_by"]

LOOT = re.compile(r"LOOT ([A-Za-z0-9+/]+=*)")
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/root", "/etc", "/home")  # noqa: S108 (where it looks)
GREETING = b"LISTENER-5772"


def loot_of(executed: str) -> bytes:
    """Return all that an executed notebook (JSON text) says was found, decoded."""
    found = []
    for coded in LOOT.findall(executed):
        with suppress(binascii.Error):
            found.append(base64.b64decode(coded + "=" * (-len(coded) % 4)))
    return b"\n".join(found)


def read_by(executed: str) -> tuple[str, ...]:
    """Return what was read, in the words of SECRETS."""
    found = loot_of(executed)
    return tuple(what for what, marks in SECRETS.items() if any(mark in found for mark in marks))


def processes_with(piece: str) -> list[int]:
    """Return the processes that carry an attack's mark in their name or command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                said = (entry / "cmdline").read_bytes() + (entry / "comm").read_bytes()
                if piece.encode() in said or piece[:15].encode() in said:
                    found.append(int(entry.name))
    return found


def files_with(piece: str, *more: Path) -> list[Path]:
    """Return the files outside of the executed notebooks that carry an attack's mark."""
    found: list[Path] = []
    for place in PLACES:
        with suppress(OSError):
            found += [each for each in Path(place).iterdir() if piece in each.name]
    for folder in more:
        found += [
            each
            for each in folder.rglob(f"*{piece}*")
            if "autograded" not in each.relative_to(folder).parts
        ]
    return found


@contextmanager
def listening(folder: Path) -> Iterator[int]:
    """Listen on a port, an abstract and a named Unix socket; yield the port."""
    doors = [socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
    doors[0].bind(("127.0.0.1", 0))
    port = int(doors[0].getsockname()[1])
    doors[1].bind(f"\0practicum-listens-{port}")
    here = Path.cwd()
    os.chdir(folder)  # the path of a Unix socket has at most 107 bytes
    try:
        doors[2].bind("listens.sock")
    finally:
        os.chdir(here)
    for door in doors:
        door.listen()
        threading.Thread(target=_greet, args=(door,), daemon=True).start()
    try:
        yield port
    finally:
        for door in doors:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            door.close()


def _greet(door: socket.socket) -> None:
    while True:
        try:
            line, _ = door.accept()
        except OSError:
            return
        with line, suppress(OSError):
            line.sendall(GREETING)
