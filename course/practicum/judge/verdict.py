"""The judge: runs test cells, in a process that has never run a student's code."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from practicum.judge.bindings import is_magic
from practicum.judge.namespace import Namespace
from practicum.judge.student import Student

__all__ = ["Judge", "Outcome", "Verdict"]

Outcome = Literal["passed", "failed", "value", "uncrossable"]

DETAIL: Final = 500
"""How many characters of an error are kept."""

LOOKS_ELSEWHERE: Final = frozenset(
    {
        *("gca", "gcf", "get_fignums", "fignum_exists", "get_figlabels"),
        *("exists", "isfile", "isdir", "is_file", "is_dir", "glob", "iglob", "rglob", "listdir"),
        *("iterdir", "scandir", "walk", "stat", "getsize", "getmtime"),
        *("__code__", "__globals__", "__closure__", "__defaults__", "__kwdefaults__"),
        *("__annotations__", "__wrapped__", "getsource", "signature", "getfullargspec"),
        *("patch", "monkeypatch", "mock", "inspect", "get_ipython", "In", "Out", "stdin"),
        *("errstate", "seterr", "seterrcall", "option_context", "set_option", "reset_option"),
        *("setrecursionlimit", "setlocale", "environ", "putenv", "chdir"),
    }
)
"""Names in a test that ask for a figure, a file or a source that only the student's process has,
or that set what the student's functions would see only in one process with the test."""


@dataclass(frozen=True)
class Verdict:
    """What the judge found for one test cell.

    Attributes:
        outcome: ``passed``, ``failed``, ``value`` (the cell's last expression is the partial
            credit) or ``uncrossable`` (the judge cannot tell).
        detail: The error, or why the judge cannot tell. It may quote a hidden test.
        seconds: What judging took.
        value: The partial credit, for the outcome ``value``.
        silent: It cannot tell because the student's process gave no sensible answer.

    """

    outcome: Outcome
    detail: str = ""
    seconds: float = 0.0
    value: float | None = None
    silent: bool = False


class Judge:
    """Judges the test cells of one submission, in the order of the notebook.

    Args:
        ask: Hands a request to `Crossing.answer` in the student's process, and returns the
            answer; an `OSError` or `EOFError` says that the process does not answer.

    """

    def __init__(self, ask: Callable[[bytes], bytes]) -> None:
        """Begin a submission."""
        self._student = Student(ask)
        self._names = Namespace(self._student)

    def course_ran(self, source: str) -> None:
        """Tell that a locked cell of the course ran; its definitions are the judge's own."""
        self._names.course_ran(source)

    def student_ran(self, source: str) -> None:
        """Tell that a cell ran that the student may have written."""
        self._names.student_ran(source)

    def judge(self, source: str, *, deadline: float | None = None) -> Verdict:
        """Run a test cell on the student's values as they are now.

        Args:
            source: The test cell, hidden tests included; it stays in this process.
            deadline: When to give up, by `time.monotonic`.

        """
        start = time.perf_counter()
        found = self._parsed(source)
        if isinstance(found, ast.Module):
            found = self._run(found, source, deadline)
        outcome, detail, value = found
        silent = outcome == "uncrossable" and self._student.silent
        return Verdict(outcome, detail[:DETAIL], time.perf_counter() - start, value, silent)

    def _parsed(self, source: str) -> ast.Module | Found:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError) as error:
            if is_magic(source):
                return "uncrossable", "the test uses IPython's magics", None
            return "failed", f"{type(error).__name__}: {error}", None
        for node in ast.walk(tree):
            name = _asks_elsewhere(node)
            if name:
                self._student.silent = False
                self._names.begin()
                self._names.end(tree, judged=False)
                return "uncrossable", f"the test uses `{name}`", None
        return tree

    def _run(self, tree: ast.Module, source: str, deadline: float | None) -> Found:
        self._student.begin(deadline)
        self._names.begin()
        err = io.StringIO()
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
                found = self._executed(tree, source)
        finally:
            judged = not self._student.refusal
            self._names.end(tree, judged=judged)
            self._student.end()
        if not judged:
            return "uncrossable", self._student.refusal, None
        if found[0] != "failed" and err.getvalue():
            return "failed", f"stderr: {err.getvalue()}", None
        if self._student.doubt and (found[0] == "passed" or found[2]):
            return "uncrossable", self._student.doubt, None
        return found

    def _executed(self, tree: ast.Module, source: str) -> Found:
        try:
            return self._credit(_evaluated(tree, source, self._names))
        except (OSError, ImportError) as error:
            if error not in self._student.raised:
                self._student.refuse(f"only the student's process has it: {error}")
            return "failed", _said(error), None
        except BaseException as error:  # noqa: BLE001 (whatever a test raises is its result)
            return "failed", _said(error), None

    def _credit(self, value: Any) -> Found:  # noqa: ANN401
        """What nbgrader makes of the last expression: a number is partial credit."""
        if value is None:
            return "passed", "", None
        if self._student.stands_in(value):
            self._student.refuse("the cell's last expression is an object of the student's")
            return "failed", "", None
        try:
            text = repr(value)
            number = re.fullmatch(r"np\.\w+\((.*)\)", text)
            return "value", "", float(number[1] if number else text)
        except ValueError:
            return "passed", "", None


Found = tuple[Outcome, str, float | None]


def _evaluated(tree: ast.Module, source: str, names: Namespace) -> Any:  # noqa: ANN401
    """Execute a cell as IPython does; return its last expression's value, or None."""
    body, last = tree.body, None
    if body and isinstance(body[-1], ast.Expr) and not source.rstrip().endswith(";"):
        body, last = body[:-1], body[-1].value  # type: ignore[attr-defined]
    exec(compile(ast.Module(body, []), "<test>", "exec", dont_inherit=True), names)  # noqa: S102
    if last is None:
        return None
    return eval(compile(ast.Expression(last), "<test>", "eval", dont_inherit=True), names)  # noqa: S307


def _asks_elsewhere(node: ast.AST) -> str:
    """Return what in a test asks for a thing that only the student's process has, or ``""``."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name):
            return name if name in LOOKS_ELSEWHERE else ""
        case ast.Call(func=ast.Name(id="dir" | "vars" as name), args=[]):
            return f"{name}()"
        case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
            return "await"
    return ""


def _said(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 (a message that cannot be made)
        return type(error).__name__
