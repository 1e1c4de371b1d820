"""The names of submitted files: which are refused, which are left out, how they are shown."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import unicodedata
from functools import cache

__all__ = ["MAX_NAME", "hidden", "left_out_reason", "name_problem", "shown"]

MAX_NAME = 255
MAX_PATH = 1000
MAX_FOLDERS = 12
SHOWN = 80

# Cc and Cf hold NUL, line ends, terminal escapes and the marks that turn text around.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

RUBBISH = frozenset({"__pycache__", "__macosx", "thumbs.db", "desktop.ini", "node_modules"})
COMPILED = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".egg", ".whl")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar", ".xz", ".zst")
OURS = re.compile(
    r"""(?x)^(
        (gradebook|records)\.db([-.].*)?
      | timestamp\.txt | submission_secret\.txt
      | course\.yml | roster\.yml | placements\.yml
    )$"""
)
SETTINGS = re.compile(
    r"""(?x)^(
        .*_config\.(py|json) | profile_default | matplotlibrc
      | pytest\.ini | tox\.ini | setup\.cfg | pyproject\.toml | pip\.conf
    )$"""
)
IMPORTED = frozenset({"conftest", "sitecustomize", "usercustomize", "ipykernel_launcher"})
LIBRARIES = frozenset(
    {"IPython", "ipykernel", "jupyter_client", "jupyter_core", "matplotlib", "nbclient"}
    | {"nbconvert", "nbformat", "nbgrader", "numpy", "pandas", "practicum", "pydantic"}
    | {"practicum_widgets", "pytest", "scipy", "seaborn", "sklearn", "sqlalchemy"}
    | {"statsmodels", "tornado", "traitlets", "yaml", "zmq"}
)


def shown(name: str) -> str:
    """Return a name as it can be printed: no control characters, and not long."""
    plain = "".join(
        c if unicodedata.category(c) not in UNPRINTABLE else c.encode("unicode_escape").decode()
        for c in name
    )
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 3] + "..."


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


def _unprintable(path: str) -> bool:
    return any(unicodedata.category(c) in UNPRINTABLE for c in path)


def _too_long(parts: list[str]) -> bool:
    # Lone surrogates stand for bytes that are no UTF-8: they are refused as unprintable.
    sizes = [len(part.encode("utf-8", "surrogateescape")) for part in parts]
    return max(sizes) > MAX_NAME or sum(sizes) > MAX_PATH


def hidden(name: str) -> bool:
    """Tell whether tools made this file or folder, so that nobody misses it."""
    return (name.startswith(".") and name not in {".", ".."}) or name.casefold() in RUBBISH


def left_out_reason(path: str) -> str:
    """Return why a file inside a submission is not taken, or an empty text if it is."""
    *folders, last = path.split("/")
    name = last.casefold()
    found = {
        "a hidden file, or one that a tool made": any(map(hidden, (*folders, last))),
        "the name of a file that the course itself writes": OURS.match(name),
        "settings that would change how the notebook runs": SETTINGS.match(name)
        or "profile_default" in folders,
        "Python would run it at its start": name.endswith(".pth"),
        "compiled code": name.endswith(COMPILED),
        "an archive in a submission is not opened": name.endswith(ARCHIVES),
        "it would be imported in place of the library of that name": name.endswith((".py", ".pyw"))
        and any(map(_shadows, (*folders, last.partition(".")[0]))),
    }
    return next((reason for reason, holds in found.items() if holds), "")


def _shadows(module: str) -> bool:
    return module.casefold() in _importable()


@cache
def _importable() -> frozenset[str]:
    installed = importlib.metadata.packages_distributions()
    names = {*sys.stdlib_module_names, *installed, *LIBRARIES, *IMPORTED}
    return frozenset(name.casefold() for name in names)
