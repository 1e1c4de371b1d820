"""YAML files that people write, read with the line number of every key.

The files are untrusted: size and depth are capped, and anchors, tags and repeated keys
are refused, so that a small file can neither grow in memory nor say two things at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from practicum.errors import InvalidDocument
from practicum.problems import Problem

__all__ = ["Document", "Location", "read_document"]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
# What the two parsers could read differently is left to the one in Python.
_ORDINARY = re.compile(
    r"(?!(?:.*\n)*(?:---|\.\.\.|%))[\n\x20-\x7e\xa0-\u2027\u2030-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe]*"
)

PLAIN = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")

Location = tuple[str | int, ...]

_NOTHING = object()


@dataclass(frozen=True)
class Document:
    """A YAML file as plain data, with the line (from 1) on which each part begins."""

    file: Path
    data: Any
    lines: dict[Location, int] = field(repr=False)

    def line(self, location: Location) -> int:
        """Return the line of ``location``, or of the nearest part around it."""
        for end in range(len(location), -1, -1):
            if location[:end] in self.lines:
                return self.lines[location[:end]]
        return 1

    def problem(self, location: Location, what: str, fix: str) -> Problem:
        """Return a problem at ``location`` of this file."""
        return Problem(self.file, self.line(location), what, fix)


def read_document(file: Path) -> Document:
    """Read a YAML file.

    Raises:
        InvalidDocument: The file is missing, too large, not UTF-8, not YAML, or uses an
            anchor, a tag or the same key twice.

    """
    text = _read_text(file)
    try:
        root = _composed(text)
    except yaml.YAMLError as error:
        raise InvalidDocument([_syntax_problem(file, error)]) from None
    except RecursionError:
        raise InvalidDocument([_too_deep(file, 1)]) from None
    if root is None:
        raise InvalidDocument([Problem(file, 1, "the file is empty", "fill it in")])
    walk = _Walk(file)
    data = walk.value(root, ())
    if walk.problems:
        raise InvalidDocument(walk.problems)
    return Document(file, data, walk.lines)


@cache
def _quick() -> Callable[[str], Composer] | None:
    """Return libyaml's parser with PyYAML's composer, whose depth is limited; None without it."""
    try:
        from yaml._yaml import CParser  # noqa: PLC0415 (not every PyYAML is built with libyaml)
    except ImportError:
        return None

    class Quick(Composer, CParser, Resolver):
        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            Resolver.__init__(self)

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            event: Any = self.peek_event()
            if event.anchor or getattr(event, "tag", None):
                raise yaml.YAMLError  # an anchor, an alias or a tag: hardly ever right
            node = super().compose_node(parent, index)
            in_brackets = isinstance(parent, yaml.CollectionNode) and parent.flow_style
            if in_brackets and isinstance(node, yaml.ScalarNode) and "?" in node.value:
                raise yaml.YAMLError  # PyYAML takes it for the sign of a key
            return node

    return Quick


def _composed(text: str) -> yaml.Node | None:
    """Return the file's node, as PyYAML's SafeLoader composes it; None for an empty file.

    libyaml is five times as fast, but words its complaints differently: it reads what is
    surely right, and PyYAML all else.
    """
    quick = _quick()
    if quick is not None and _ORDINARY.fullmatch(text):
        try:
            return quick(text).get_single_node()
        except (yaml.YAMLError, RecursionError):
            pass
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _read_text(file: Path) -> str:
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise InvalidDocument(
                [Problem(file, 0, f"{size:,} bytes are too many", f"keep it below {MAX_BYTES:,}")]
            )
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is not UTF-8"
        raise InvalidDocument([Problem(file, 0, what, "save the file as UTF-8")]) from None
    except IsADirectoryError:
        raise InvalidDocument([Problem(file, 0, "this is a folder", "name a file")]) from None
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise InvalidDocument([Problem(file, 0, what, "check the path and its rights")]) from None


def _syntax_problem(file: Path, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    reason = getattr(error, "problem", None) or "a character that YAML does not allow"
    return Problem(
        file, line, f"this is not YAML ({reason})", "look at quotes, colons and indents near it"
    )


def _too_deep(file: Path, line: int) -> Problem:
    return Problem(file, line, "nested too deeply", f"use at most {MAX_DEPTH} levels")


class _Walk:
    """Turns YAML nodes into plain data, noting lines and problems on the way."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()
        self._scalars = yaml.SafeLoader("")

    def value(self, node: yaml.Node, location: Location) -> Any:  # noqa: ANN401 (YAML is any data)
        line = node.start_mark.line + 1
        self.lines.setdefault(location, line)
        if len(location) > MAX_DEPTH:
            self.problems.append(_too_deep(self.file, line))
            return None
        if id(node) in self._seen:
            self._say(line, "anchors and aliases are not used here", "write the value out")
            return None
        self._seen.add(id(node))
        if not isinstance(node, yaml.ScalarNode) and node.tag not in PLAIN:
            name = ".".join(map(str, location)) or "the file"
            self._say(line, f"{name} has the tag {node.tag!r}", "write it without a tag")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*location, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, line)

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._say(line, "a key must be a plain word", "write `key: value`")
                continue
            key = self._scalar(key_node, line)
            if key in mapping:
                self._say(line, f"the key {key!r} is here twice", "remove one of the two")
                continue
            self.lines[(*location, key)] = line
            mapping[key] = self.value(value_node, (*location, key))
        return mapping

    def _scalar(self, node: yaml.Node, line: int) -> Any:  # noqa: ANN401 (YAML is any data)
        try:
            value = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            value = _NOTHING
        if value is _NOTHING or isinstance(value, dict | list | set):  # as `!!set x` is
            self._say(line, f"{node.tag!r} with {node.value!r} is not a value", "use plain text")
            return None
        return value

    def _say(self, line: int, what: str, fix: str) -> None:
        self.problems.append(Problem(self.file, line, what, fix))
