"""The names of files that others send us: what is refused, how they are shown, one digest."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

__all__ = [
    "MAX_FILES",
    "MAX_NAME",
    "NamesDigest",
    "collision",
    "digest",
    "hidden",
    "name_problem",
    "shown",
]

MAX_FILES = 500
"""How many files a submission may have."""
MAX_NAME = 255
MAX_PATH = 1000
MAX_FOLDERS = 12
SHOWN = 80

# Cc and Cf hold NUL, line ends, terminal escapes and the marks that turn text around.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

RUBBISH = frozenset({"__pycache__", "__macosx", "thumbs.db", "desktop.ini", "node_modules"})


def shown(name: str) -> str:
    """Return a name as it can be printed: no control characters, and not long."""
    plain = "".join(
        c if unicodedata.category(c) not in UNPRINTABLE else c.encode("unicode_escape").decode()
        for c in name
    )
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 3] + "..."


def hidden(name: str) -> bool:
    """Tell whether tools made this file or folder, so that nobody misses it."""
    return (name.startswith(".") and name not in {".", ".."}) or name.casefold() in RUBBISH


def name_problem(path: str) -> str:
    """Return why a submitted path (with ``/``) must not be used, or an empty text."""
    parts = path.split("/")
    found = {
        "an absolute name": not path or path[0] == "/" or re.match(r"[A-Za-z]:", path),
        "a backslash in the name": "\\" in path,
        "a name with .. in it": ".." in parts,
        "a name with an empty part": "" in parts or "." in parts,
        "a control character in the name": _unprintable(path),
        f"a name of more than {MAX_NAME} bytes": _too_long(parts),
        f"more than {MAX_FOLDERS} folders deep": len(parts) > MAX_FOLDERS,
    }
    return next((reason for reason, holds in found.items() if holds), "")


def collision(paths: Collection[str]) -> tuple[str, str] | None:
    """Return two names that cannot lie beside each other on every computer, or None.

    They become one name there, or one is a file and the other lies in a folder of its name.
    """
    seen: dict[str, str] = {}
    for path in paths:
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            part = "/".join(parts[:end])
            plain = unicodedata.normalize("NFC", part).casefold()
            other = seen.setdefault(plain, part)
            if other != part or (end < len(parts) and part in paths):
                return other, path
    return None


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the sorted names and contents."""
    whole = NamesDigest()
    for name in sorted(files):
        whole.add(name, len(files[name]), (files[name],))
    return whole.hexdigest()


class NamesDigest:
    """The same digest, of files that need not be in memory: added in the order of their names."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()

    def add(self, name: str, size: int, content: Iterable[bytes]) -> None:
        """Add a file of ``size`` bytes."""
        encoded = name.encode()
        self._sha.update(len(encoded).to_bytes(8, "big"))
        self._sha.update(encoded)
        self._sha.update(size.to_bytes(8, "big"))
        for chunk in content:
            self._sha.update(chunk)

    def hexdigest(self) -> str:
        """Return the digest of what has been added."""
        return self._sha.hexdigest()


def _unprintable(path: str) -> bool:
    return any(unicodedata.category(c) in UNPRINTABLE for c in path)


def _too_long(parts: list[str]) -> bool:
    # Lone surrogates stand for bytes that are no UTF-8: they are refused as unprintable.
    sizes = [len(part.encode("utf-8", "surrogateescape")) for part in parts]
    return max(sizes) > MAX_NAME or sum(sizes) > MAX_PATH
