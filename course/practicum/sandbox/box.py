"""What one submission may use and see."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["WORK", "Box", "masked_here", "readable_here"]

WORK: Final = "/home/student"
"""The folder in the box where the student's code runs: its HOME, and all that it may fill."""

PACKAGES: Final = ("practicum", "practicum_widgets")
"""Of a checkout only these folders are shown: beside them lie solutions and the gradebook."""


@cache
def readable_here() -> tuple[Path, ...]:
    """Work out what a Python process like this one reads: interpreter, libraries, packages.

    Of each entry of ``sys.path`` outside of the interpreter's folders only the packages that
    run in the box are taken. The places are sorted, and none lies below another.
    """
    interpreter = Path(os.path.realpath(sys.executable)).parent.parent
    places = {Path("/usr"), Path(sys.prefix), Path(sys.base_prefix), interpreter}
    places |= {Path(os.path.realpath(place)) for place in places}
    # /bin and /lib* are links into /usr on most systems (the box makes the same links).
    places |= {
        place
        for place in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"))
        if not place.is_symlink()
    }
    places |= {Path(entry) / package for entry in sys.path if entry for package in PACKAGES}
    return _outermost(places)


@cache
def masked_here() -> tuple[Path, ...]:
    """Name what must not be seen although it lies below a readable place: the solutions."""
    seeds = {Path(entry) / "practicum" / "seed" for entry in sys.path if entry}
    return tuple(sorted(seed for seed in seeds if _is_open(seed)))


def _outermost(places: set[Path]) -> tuple[Path, ...]:
    """Sort the places that exist, without those that lie below another."""
    found = sorted(place for place in places if _is_open(place) and place != Path("/"))
    kept: list[Path] = []
    for place in found:
        if not any(place.is_relative_to(other) for other in kept):
            kept.append(place)
    return tuple(kept)


def _is_open(place: Path) -> bool:
    """Say whether this is a folder that we may look into."""
    return os.access(place, os.R_OK | os.X_OK) and place.is_dir()


@dataclass(frozen=True)
class Box:
    """What one submission may use, and which folders it sees, all of them read-only.

    Amounts are in megabytes (1,048,576 bytes), processor time in seconds. ``memory_mb`` is what
    all processes together may have beyond what they share with the fork server; a
    :class:`~practicum.sandbox.MemoryWatch` holds it. ``disk_mb`` is the size of everything
    that can be written. ``source_mb`` and ``source_files`` cap what is copied into the box.
    """

    memory_mb: int = 2048
    processes: int = 64
    disk_mb: int = 256
    file_mb: int = 64
    open_files: int = 256
    cpu_seconds: int = 300
    source_mb: int = 100
    source_files: int = 2000
    readable: tuple[Path, ...] = field(default_factory=readable_here)
    masked: tuple[Path, ...] = field(default_factory=masked_here)
