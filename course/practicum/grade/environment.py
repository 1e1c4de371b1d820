"""What is installed: marks rest on it, and all machines of a run have to have the same."""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from pathlib import Path

__all__ = ["difference", "installed"]

NAMED = 4
"""So many differences are named in a message."""


@cache
def installed() -> tuple[str, ...]:
    """Return the interpreter's version, then ``name-version`` of each library, sorted."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    names = {entry.stem for place in places for entry in Path(place).glob("*.dist-info")}
    return (sys.version, *sorted(names))


def difference(here: tuple[str, ...], there: tuple[str, ...]) -> str:
    """Say how a worker's libraries differ from those here, or return an empty string."""
    if here == there:
        return ""
    if here[:1] != there[:1]:
        return f"it has Python {_python(there)}, and here is {_python(here)}: install the same"
    ours, theirs = _versions(here[1:]), _versions(there[1:])
    names = sorted(
        name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)
    )
    told = [
        f"{name} {theirs.get(name, 'is missing')} (here: {ours.get(name, 'none')})"
        for name in names[:NAMED]
    ]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"its libraries differ: {', '.join(told)}{more}: install the same on all machines"


def _python(installed: tuple[str, ...]) -> str:
    return installed[0].partition("(")[0].strip() if installed else "none"


def _versions(names: tuple[str, ...]) -> dict[str, str]:
    return {name.rpartition("-")[0]: name.rpartition("-")[2] for name in names}
