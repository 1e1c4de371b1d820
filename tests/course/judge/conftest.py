"""Two processes as in the engine: one runs a student's cells, the other judges."""

import ast
import builtins
import contextlib
import gc
import io
import os
import signal
import socket
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from practicum.judge import (
    Crossing,
    Judge,
    Standing,
    TamperCheck,
    Verdict,
    compare,
    tamper_check,
    warm,
)
from practicum.judge.framing import receive, send

Cell = tuple[Literal["course", "student", "test"], str]
POINTS = 2.0

# A copy of its own: a notebook that patches isinstance does not reach the shell below.
globals()["__builtins__"] = vars(builtins).copy()


@dataclass(frozen=True)
class Judged:
    """What both processes made of one test cell."""

    in_place: float
    verdict: Verdict
    standing: Standing


Run = Callable[[list[Cell]], list[Judged]]


class _Shell:
    """Runs cells with exec, and AST transformers as IPython does."""

    def __init__(self) -> None:
        self.main = types.ModuleType("__main__")
        self.main.__dict__["__builtins__"] = builtins
        sys.modules["__main__"] = self.main
        self.transformers: list[Any] = []
        self.main.__dict__["get_ipython"] = lambda: types.SimpleNamespace(
            ast_transformers=self.transformers
        )

    def run(self, source: str) -> tuple[str, str, str, str]:
        """Return the error's name and text, the text on stderr and the last value's repr."""
        err = io.StringIO()
        names = self.main.__dict__
        shown = name = text = ""
        with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
            try:
                tree = ast.parse(source)
                for transformer in self.transformers:
                    tree = ast.fix_missing_locations(transformer.visit(tree))
                last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102
                if isinstance(last, ast.Expr):
                    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # noqa: S307
                    shown = "" if value is None else repr(value)
            except BaseException as error:  # noqa: BLE001
                name, text = type(error).__name__, str(error)
        return name, text, err.getvalue(), shown


def _student(channel: socket.socket) -> None:
    warnings.resetwarnings()
    warnings.simplefilter("default")
    shell = _Shell()
    crossing = Crossing(shell.main.__dict__)
    while True:
        message = receive(channel)
        if message[:1] == b"R":
            send(channel, "\0".join(shell.run(message[1:].decode())).encode())
        else:
            send(channel, crossing.answer(message[1:]))


def _points(name: str, err: str, shown: str) -> float:
    if name or err:
        return 0.0
    try:
        return float(shown)
    except ValueError:
        return POINTS


@pytest.fixture
def run() -> Iterator[Run]:
    """Return a function that runs and judges a notebook's cells, in two processes."""
    warm()
    children: list[int] = []
    channels: list[socket.socket] = []

    def run(cells: list[Cell]) -> list[Judged]:
        ours, theirs = socket.socketpair()
        channels.append(ours)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()
            child = os.fork()
        if not child:
            try:
                ours.close()
                _student(theirs)
            finally:
                os._exit(0)
        children.append(child)
        theirs.close()
        ours.settimeout(30)

        def ask(request: bytes) -> bytes:
            send(ours, b"A" + request)
            return receive(ours)

        def execute(source: str) -> list[str]:
            send(ours, b"R" + source.encode())
            return receive(ours).decode().split("\0")

        return _judged(cells, ask, execute)

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        yield run
    for channel in channels:
        channel.close()
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _judged(
    cells: list[Cell], ask: Callable[[bytes], bytes], execute: Callable[[str], list[str]]
) -> list[Judged]:
    judge, found = Judge(ask), []
    for kind, source in cells:
        if kind == "course":
            execute(source)
            judge.course_ran(source)
        elif kind == "student":
            execute(source)
            judge.student_ran(source)
        else:
            verdict = judge.judge(source)
            name, _, err, shown = execute(source)
            score = _points(name, err, shown)
            check: TamperCheck | None = tamper_check(source)
            tamper = check.read(*execute(check.source)[:2]) if check else None
            only = tamper if verdict.outcome == "uncrossable" else None
            found.append(Judged(score, verdict, compare(score, verdict, POINTS, only)))
    return found
