"""Which boxes can be made here: the ladder, and how each rung is tried."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from typing import Final, Literal, get_args

from practicum.errors import NoSandbox
from practicum.sandbox import landlock, seccomp

__all__ = ["VARIABLE", "Level", "Rung", "cold_rung", "forked_rung", "level", "rungs"]

Rung = Literal["namespaces", "bwrap", "landlock"]
Level = Literal["namespaces", "bwrap", "landlock", "none"]

VARIABLE: Final = "PRACTICUM_SANDBOX"
"""Names the highest rung to take; it can lower the box, never take it away."""

_LADDER: Final[tuple[Rung, ...]] = get_args(Rung)
_PROBE_SECONDS: Final = 20
_BWRAP_AT_LEAST: Final = (0, 8)


def level() -> Level:
    """Name the best box that works here: "namespaces", "bwrap", "landlock", or "none"."""
    return next(iter(rungs()), "none")


def forked_rung() -> Rung:
    """Name the rung for a child of the fork server, which can be no other program's (bwrap's).

    Raises:
        NoSandbox: there is none.
    """
    for rung in rungs():
        if rung != "bwrap":
            return rung
    raise NoSandbox(_why_not())


def cold_rung() -> Rung:
    """Name the rung for a program that is started cold: bwrap is the quickest to start.

    Raises:
        NoSandbox: there is none.
    """
    found = rungs()
    if not found:
        raise NoSandbox(_why_not())
    return "bwrap" if "bwrap" in found else found[0]


def rungs() -> tuple[Rung, ...]:
    """List the rungs that work here, best first; each is tried once for a process.

    Raises:
        NoSandbox: ``PRACTICUM_SANDBOX`` names no rung.
    """
    highest = os.environ.get(VARIABLE, "") or _LADDER[0]
    if highest not in _LADDER:
        known = ", ".join(_LADDER)
        raise NoSandbox(f"{VARIABLE}={highest!r} names no kind of box (known: {known})")
    allowed = _LADDER[_LADDER.index(highest) :]
    return tuple(rung for rung in allowed if works(rung))


@cache
def works(rung: Rung) -> bool:
    """Try one rung, whatever the environment asks for."""
    if sys.platform != "linux" or not seccomp.supported():
        return False
    if rung == "landlock" and landlock.abi() < landlock.LEAST_ABI:
        return False
    from practicum.sandbox import cold  # noqa: PLC0415 (it asks this module for the rung)

    if rung == "bwrap" and not _new_enough():
        return False
    return cold.tried(rung, seconds=_PROBE_SECONDS)


def _new_enough() -> bool:
    bwrap = shutil.which("bwrap")
    if bwrap is None or shutil.which("prlimit") is None:
        return False
    said = subprocess.run([bwrap, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 (no shell, a fixed command)
    numbers = said.stdout.split()[-1].split(".")[:2] if said.stdout else []
    return bool(numbers) and tuple(map(int, numbers)) >= _BWRAP_AT_LEAST


def _why_not() -> str:
    return (
        "user namespaces cannot be used, bwrap is missing or not allowed, and Landlock is "
        f"version {landlock.abi()} (needed: {landlock.LEAST_ABI}, Linux 6.12)"
    )
