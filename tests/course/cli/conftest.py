"""The command line in a process of its own, forked so that nothing is imported twice."""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Started:
    """A command that runs, in a process group of its own as in a terminal."""

    process: ForkProcess
    folder: Path

    def done(self) -> Done:
        """Wait for its end."""
        self.process.join(120)
        assert self.process.exitcode is not None
        out, err = ((self.folder / name).read_text(encoding="utf-8") for name in ("out", "err"))
        return Done(self.process.exitcode, out, err)


def _be_practicum(arguments: tuple[str, ...], place: Path, folder: Path) -> None:
    os.setsid()
    os.chdir(place)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 (as long as it runs)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (likewise)
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (likewise)
    sys.argv = ["practicum", *arguments]
    try:
        runpy.run_module("practicum", run_name="__main__")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Started]:
    """Start ``python -m practicum`` with these arguments in a folder."""
    fork = multiprocessing.get_context("fork")
    count = iter(range(1000))

    def begin(*arguments: object, place: Path) -> Started:
        folder = tmp_path / f"said-{next(count)}"
        folder.mkdir()
        words = tuple(map(str, arguments))
        process = fork.Process(target=_be_practicum, args=(words, place, folder))
        process.start()
        return Started(process, folder)

    return begin


@pytest.fixture
def run(start: Callable[..., Started]) -> Callable[..., Done]:
    """Run ``python -m practicum`` with these arguments in a folder, to its end."""
    return lambda *arguments, place: start(*arguments, place=place).done()
