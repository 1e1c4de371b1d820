"""Text that a program printed, made fit to be read: no colours, no paths of the grader."""

from __future__ import annotations

import re

from practicum.records import values

__all__ = ["neutral_paths", "plain", "readable"]

# Colours and cursor moves (CSI), window titles (OSC), and two-character escapes.
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_PATH = re.compile(
    r"(?<![\w/\\.~])(?:file://)?(?:[A-Za-z]:|~|\.{1,2})?(?:(?:\\{1,2}|/)[\w.+@%~#=-]+)++"
)
_RELATIVE = re.compile(r"\b(?:autograded|submitted|feedback)/[\w.-]+/[\w.-]+(/?)")
_STATIONS = frozenset({"autograded", "submitted", "feedback"})
_HOMES = frozenset({"home", "users"})
_ROOTS = frozenset(
    {"data", "etc", "media", "mnt", "opt", "private", "proc", "srv", "tmp", "usr", "var", "work"}
)


def plain(text: str) -> str:
    """Return ``text`` without what cannot be seen; as the records do, but quick on clean text."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return values.plain(text)


def readable(text: str) -> str:
    """Return printed text without colours, control characters and the grader's paths.

    Of a line that was written over (progress bars), the last version stays.
    """
    lines = _ANSI.sub("", text).replace("\r\n", "\n").split("\n")
    last = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return neutral_paths(plain(last))


def neutral_paths(text: str) -> str:
    """Return ``text`` with paths that tell where, or under whose name, it was run shortened."""
    return _RELATIVE.sub(lambda found: "." + found[1], _PATH.sub(_shortened, text))


def _shortened(found: re.Match[str]) -> str:
    path = found[0]
    parts = [part for part in re.split(r"[\\/]+", path.removeprefix("file://")) if part]
    inside = _inside(parts)
    if inside:
        return inside
    if parts and re.fullmatch(r"[A-Za-z]:|~|\.{1,2}", parts[0]):
        parts = parts[1:]
    if len(parts) < 2 or path[0] in "~.":  # noqa: PLR2004 (a root alone tells nothing)
        return path
    root = parts[0].lower()
    if root in _HOMES or root == "root":
        return "/".join(["~", *parts[1 if root == "root" else 2 :]])
    return f"…/{parts[-1]}" if root in _ROOTS else path


def _inside(parts: list[str]) -> str:
    """Return the path from a place that readers know: the submission, a library, a cell."""
    for index, part in enumerate(parts):
        if part in _STATIONS and len(parts) > index + 2:
            return "/".join([".", *parts[index + 3 :]])
        if part in {"site-packages", "dist-packages"}:
            return "/".join(parts[index:])
        if part.startswith("ipykernel_"):
            return "notebook cell"
    return ""
