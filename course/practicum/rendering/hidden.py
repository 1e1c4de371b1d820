"""Hidden tests and mark schemes: cut out of sources, and what may be said of a failed check.

A failed check is called visible only where its words stand in the visible part of the test
cell and not in the hidden one. The words come from a run that the student controls, so
what is shown is the text of the visible source, never the words themselves.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Parted", "part", "verdict"]

_REGIONS = (
    ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"),
    ("BEGIN MARK SCHEME", "END MARK SCHEME"),
)

PASSED = "All checks passed."
PARTLY = "Part of the checks passed."
HIDDEN_FAILED = "A hidden check failed."
NO_ERROR = (
    "The checks ran to the end, but something was written to the error stream, or no result "
    "was found: that gives no points."
)
MORE = (
    "Run this cell in your own notebook. If it shows no error there, the check that failed is "
    "one that you cannot see: compare your result with the task, sentence by sentence."
)

MAX_WORDS = 2_000
"""Longer messages are not compared: no test says so much."""


@dataclass(frozen=True)
class Parted:
    """A cell's source in two parts: what students may see, and what they may not."""

    visible: str
    hidden: str

    @property
    def has_hidden(self) -> bool:
        """Whether anything was cut out."""
        return bool(self.hidden)


def part(source: str) -> Parted:
    """Part a source at its hidden regions; a region without an end goes on to the last line."""
    visible: list[str] = []
    hidden: list[str] = []
    end = ""
    for line in source.split("\n"):
        begun = next((last for first, last in _REGIONS if first in line), "")
        if end:
            hidden.append(line)
            end = "" if end in line else end
        elif begun:
            hidden.append(line)
            end = begun
        else:
            visible.append(line)
    return Parted("\n".join(visible), "\n".join(hidden))


def verdict(
    parted: Parted, outputs: Sequence[Mapping[str, Any]], score: float, max_points: float
) -> tuple[str, ...]:
    """Return what may be said of a test cell with a hidden part, in sentences."""
    if score >= max_points:
        return (PASSED,)
    if score > 0:
        return (PARTLY,)
    error = next((out for out in outputs if out.get("output_type") == "error"), None)
    if error is None:
        return (NO_ERROR,)
    said = _visible_message(parted, error)
    if said is not None:
        return (f"A visible check failed: AssertionError: {said}",)
    name = _undefined_name(parted, error)
    if name is not None:
        return (f"The checks stopped: NameError: name {name!r} is not defined.",)
    return (HIDDEN_FAILED, MORE)


def _visible_message(parted: Parted, error: Mapping[str, Any]) -> str | None:
    words = error.get("evalue")
    if error.get("ename") != "AssertionError" or not isinstance(words, str):
        return None
    if not words.strip() or len(words) > MAX_WORDS:
        return None
    if any(pattern.fullmatch(words) for pattern, _ in _messages(parted.hidden)):
        return None
    if words.strip() in parted.hidden:
        return None
    shown = [text for pattern, text in _messages(parted.visible) if pattern.fullmatch(words)]
    return shown[0] if shown else None


def _undefined_name(parted: Parted, error: Mapping[str, Any]) -> str | None:
    """Return the name that is not defined, where the visible part uses it."""
    words = error.get("evalue")
    if error.get("ename") != "NameError" or not isinstance(words, str):
        return None
    found = re.match(r"name '([A-Za-z_][A-Za-z0-9_]{0,60})' is not defined", words)
    if found is None or not re.search(rf"\b{found[1]}\b", parted.visible):
        return None
    return found[1]


def _messages(source: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """Yield a pattern and the text for the message of each assert in a source."""
    try:
        tree = ast.parse(_without_magics(source))
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assert) or node.msg is None:
            continue
        parts = _message_parts(node.msg)
        if any(part and part.strip() for part in parts):
            pattern = "".join(r".*" if part is None else re.escape(part) for part in parts)
            text = "".join("…" if part is None else part for part in parts)
            yield re.compile(pattern, re.DOTALL), text


def _message_parts(message: ast.expr) -> tuple[str | None, ...]:
    """Return the texts of a message in order, with None for each value that is filled in."""
    if isinstance(message, ast.Constant) and isinstance(message.value, str):
        return (message.value,)
    if isinstance(message, ast.JoinedStr):
        return tuple(
            piece.value if isinstance(piece, ast.Constant) else None  # type: ignore[misc]
            for piece in message.values
        )
    return ()


def _without_magics(source: str) -> str:
    return "\n".join(
        "" if line.lstrip()[:1] in {"%", "!", "?"} else line for line in source.split("\n")
    )
