"""Of a library's file, only the function of a traceback's frame is parsed, not the whole file.

IPython's tracebacks come from stack_data, which parses each file that a frame lies in: 15,000
lines for a wrong column name in pandas. The lines that are shown, and what is marked in them,
lie in one function. Its source is parsed with the line numbers of the file, so that the
traceback is the same, byte by byte; where that cannot be sure, the whole file is parsed.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import tokenize
from collections import defaultdict
from importlib import import_module
from types import CodeType, FrameType
from typing import Any

from asttokens import ASTText
from asttokens.line_numbers import LineNumbers
from asttokens.util import annotate_fstring_nodes
from executing import executing

__all__ = ["read_functions_only"]

# As untyped: what is replaced is one of its methods.
stack_data: Any = import_module("stack_data")

PRIVATE = re.compile(r"(?<!\w)__\w+(?<!__)\b")
"""A name that means something else within a class."""

LONG = 200
"""Shorter files, in lines, are parsed whole."""


class _PartText(ASTText):
    """Positions are those of the whole file, whose table of lines is made once."""

    def __init__(self, text: str, tree: ast.Module, name: str, numbers: LineNumbers) -> None:
        # Not the base class's: it would number the lines again.
        self._text, self._tree, self._filename, self._line_numbers = text, tree, name, numbers
        self._asttokens = None
        annotate_fstring_nodes(tree)


class _Parts:
    """The functions that were parsed, and the files that they lie in."""

    def __init__(self) -> None:
        self._functions: dict[tuple[str, int], Any] = {}
        self._files: dict[str, tuple[str, list[str], LineNumbers]] = {}

    def of(self, frame: FrameType) -> Any:  # noqa: ANN401 (stack_data is untyped)
        """Return the source of a frame's function, or None where the whole file is needed."""
        code = frame.f_code
        name, key = code.co_filename, (code.co_filename, code.co_firstlineno)
        if not code.co_flags & inspect.CO_OPTIMIZED or code.co_name.startswith("<"):
            return None
        if key not in self._functions:
            lines = linecache.getlines(name, frame.f_globals)
            is_cell = "/ipykernel_" in name or name.startswith("<")
            made = None
            if len(lines) >= LONG and not is_cell:
                try:
                    made = self._make(code, lines)
                except (SyntaxError, OSError, IndexError, tokenize.TokenError):
                    made = None
            self._functions[key] = made
        return self._functions[key]

    def _make(self, code: CodeType, lines: list[str]) -> Any:  # noqa: ANN401 (see above)
        first = code.co_firstlineno
        block = inspect.getblock(lines[first - 1 :])
        indented = block[0][:1].isspace()
        if indented and PRIVATE.search("".join(block)):
            return None
        tree = ast.parse(("if 1:\n" if indented else "") + "".join(block))
        if indented:
            tree.body = tree.body[0].body  # type: ignore[attr-defined]  # it is the `if`
        ast.increment_lineno(tree, first - 1 - indented)
        function = tree.body[0]
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            return None
        if len(tree.body) > 1 or function.name != code.co_name:
            return None
        return self._source(code, tree, lines)

    def _source(self, code: CodeType, tree: ast.Module, lines: list[str]) -> Any:  # noqa: ANN401
        name = code.co_filename
        if name not in self._files:
            text = "".join(lines)
            stripped = [line.rstrip("\r\n") for line in lines]
            self._files[name] = text, stripped, LineNumbers(text)
        text, stripped, numbers = self._files[name]
        source: Any = stack_data.Source.__new__(stack_data.Source)
        source.filename, source.text, source.lines, source.tree = name, text, stripped, tree
        source._nodes_by_line, source._asttokens = defaultdict(list), None  # noqa: SLF001
        source._asttext = _PartText(text, tree, name, numbers)  # noqa: SLF001
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                child.parent = node  # type: ignore[attr-defined]  # executing's own way
            for line in executing.node_linenos(node):
                source._nodes_by_line[line].append(node)  # noqa: SLF001
        outer = code.co_qualname[: -len(code.co_name)]
        visitor = executing.QualnameVisitor()
        visitor.visit(tree)
        named = {key: outer + value for key, value in visitor.qualnames.items()}
        source._qualnames = named  # noqa: SLF001
        return source


def read_functions_only() -> None:
    """Let stack_data parse functions instead of files, for the rest of this process."""
    whole = stack_data.Source.for_frame.__func__
    parts = _Parts()

    def for_frame(cls: type, frame: FrameType, use_cache: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002
        part = parts.of(frame) if cls is stack_data.Source else None
        return whole(cls, frame, use_cache) if part is None else part

    stack_data.Source.for_frame = classmethod(for_frame)
