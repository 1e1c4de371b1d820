"""The names of submitted files: which are left out; which are refused is in ``file_names``."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from functools import cache

from practicum.file_names import MAX_NAME, hidden, name_problem, shown

__all__ = ["MAX_NAME", "hidden", "left_out_reason", "name_problem", "shown"]

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
