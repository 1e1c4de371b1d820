"""Starting a program cold in a box: a kernel of another language or another environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from practicum.errors import NoSandbox
from practicum.sandbox import bubblewrap
from practicum.sandbox.box import Box
from practicum.sandbox.entering import UID, enter
from practicum.sandbox.levels import Rung, cold_rung
from practicum.sandbox.limits import MEGABYTE
from practicum.sandbox.processes import end_tree
from practicum.sandbox.sources import copy_sources

__all__ = ["Cold", "main", "tried", "wrapped"]

# A bare interpreter that imports this room and nothing else of practicum: 0.1 s, not 0.4 s.
_LAUNCH: Final = """\
import sys, types
package = types.ModuleType("practicum")
package.__path__ = [sys.argv[1]]
sys.modules["practicum"] = package
from practicum.sandbox.{module} import main
main(sys.argv[2])
"""


@dataclass(frozen=True)
class Cold:
    """A command that starts a program in a box; close it when the program has been started.

    ``pass_fds`` are for ``subprocess.Popen``; ``rung`` is the kind of box. Nothing else needs to
    be set: environment and working folder are the box's own.
    """

    argv: tuple[str, ...]
    pass_fds: tuple[int, ...]
    rung: Rung

    def close(self) -> None:
        """Close the descriptors that the command was to inherit."""
        for descriptor in self.pass_fds:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def wrapped(  # noqa: PLR0913 (each is one plain choice of the caller)
    argv: Sequence[str],
    box: Box,
    sources: Sequence[Path] = (),
    *,
    skip: Collection[str] = (),
    uid: int = UID,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    shared: Sequence[Path] = (),
    rung: Rung | None = None,
) -> Cold:
    """Make the command that runs ``argv`` in a box; the arguments mean what they do to ``enter``.

    ``folder``, an empty folder that the caller removes afterwards (:func:`end_tree` does), is
    needed by Landlock, and by bwrap when there are sources. Kernels are reached through sockets
    in a ``shared`` folder, for there is no network; for root it has to belong to ``uid``.

    Raises:
        BadSubmission: the files are more or larger than the box takes (bwrap).
        NoSandbox: there is no box here.
    """
    chosen = rung or cold_rung()
    owner = uid if os.geteuid() == 0 else None
    if chosen != "bwrap":
        request = {
            "argv": list(argv),
            "box": asdict(box) | {"readable": _texts(box.readable), "masked": _texts(box.masked)},
            "sources": _texts(sources),
            "skip": list(skip),
            "uid": uid,
            "environ": dict(environ or {}),
            "folder": None if folder is None else str(folder),
            "shared": _texts(shared),
            "rung": chosen,
            "prefix": sys.prefix,
        }
        return Cold(launched("cold", json.dumps(request)), (), chosen)
    inbox = None
    if sources:
        if folder is None:
            raise NoSandbox("bwrap needs a folder to hand files into the box, and none was given")
        inbox = folder / "in"
        inbox.mkdir()
        most = (box.source_mb * MEGABYTE, box.source_files)
        copy_sources(sources, str(inbox), most=most, skip=skip)
    command, descriptors = bubblewrap.command(
        argv, box, uid=owner, environ=environ or {}, inbox=inbox, shared=shared
    )
    return Cold(command, descriptors, chosen)


def launched(module: str, request: str) -> tuple[str, ...]:
    """Make the command that calls ``main`` of one module of this room in a bare interpreter."""
    package = str(Path(__file__).parent.parent)
    return (sys.executable, "-I", "-S", "-c", _LAUNCH.format(module=module), package, request)


def main(request: str) -> None:
    """Enter the box that :func:`wrapped` has described, and become the program."""
    asked: dict[str, Any] = json.loads(request)
    sys.prefix = asked["prefix"]
    box = box_from(asked["box"])
    enter(
        box,
        [Path(source) for source in asked["sources"]],
        keep=(0, 1, 2),
        skip=asked["skip"],
        uid=asked["uid"],
        environ=asked["environ"],
        folder=None if asked["folder"] is None else Path(asked["folder"]),
        shared=[Path(place) for place in asked["shared"]],
        rung=asked["rung"],
    )
    program = asked["argv"]
    os.execvpe(program[0], program, os.environ)  # noqa: S606 (the caller's program, in its box)


def box_from(values: Mapping[str, Any]) -> Box:
    """Make a box from its fields as JSON has them."""
    places = {name: tuple(map(Path, values[name])) for name in ("readable", "masked")}
    return Box(**{**values, **places})


def tried(rung: Rung, *, seconds: float) -> bool:
    """Say whether a program can be started in such a box."""
    box = Box(memory_mb=512, disk_mb=8)
    program = [sys.executable, "-I", "-S", "-c", ""]  # it has to be within reach in the box
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cold = stack.enter_context(wrapped(program, box, folder=folder, rung=rung))
        process = subprocess.Popen(  # noqa: S603 (no shell, our own command)
            cold.argv,
            pass_fds=cold.pass_fds,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            end_tree(process.pid)
            return False


def _texts(places: Sequence[Path]) -> list[str]:
    return [str(place) for place in places]
