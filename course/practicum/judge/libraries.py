"""Which names of which libraries may cross by name instead of by value.

What a student's process says about a name is a claim. The judge resolves it in its own copy of
the library, so that a patched function is never used; and only where a name cannot be bent into
another check than the test's author meant.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from typing import Any, Final

from practicum.errors import Uncrossable

__all__ = ["CHECKS", "library_name", "module_of", "resolved"]

# A copy of its own: a notebook that patches len or isinstance does not reach this module.
globals()["__builtins__"] = vars(builtins).copy()

MODULES: Final = frozenset(
    {
        *("bisect", "calendar", "cmath", "collections", "contextlib", "copy", "csv", "dataclasses"),
        *("datetime", "decimal", "enum", "fractions", "functools", "heapq", "io", "itertools"),
        *("json", "math", "numbers", "operator", "random", "re", "statistics", "string"),
        *("textwrap", "time", "typing", "unicodedata", "warnings", "zoneinfo"),
        *("numpy", "numpy.linalg", "numpy.random", "numpy.testing", "numpy.typing"),
        *("pandas", "pandas.api.types", "pandas.errors", "pandas.testing"),
        *("matplotlib", "matplotlib.pyplot", "matplotlib.dates", "matplotlib.colors"),
        *("scipy", "scipy.stats", "scipy.optimize", "scipy.linalg", "scipy.special"),
        *("seaborn", "sklearn", "statsmodels.api"),
    }
)
"""Modules that a student's name may stand for: sums and tables, not the system."""

ALIASES: Final = {
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "mpl": "matplotlib",
    "npt": "numpy.testing",
    "dt": "datetime",
    "sns": "seaborn",
    "sm": "statsmodels.api",
}
"""What these names mean; another module behind one of them is refused."""

CLASSES: Final = frozenset({"builtins", "collections", "datetime", "decimal", "fractions", "numpy"})
FUNCTIONS: Final = frozenset({"math", "cmath", "statistics", "numpy"})
TESTING: Final = frozenset({"numpy.testing", "pandas.testing"})
PURE: Final = frozenset(
    {
        *("abs", "all", "any", "ascii", "bin", "chr", "divmod", "format", "hash", "hex", "len"),
        *("max", "min", "oct", "ord", "pow", "repr", "round", "sorted", "sum"),
    }
)
"""Builtin functions that have no effect."""

CHECKS: Final = frozenset(
    {
        *("allclose", "array_equal", "array_equiv", "isclose", "isfinite", "isinf", "isna"),
        *("isnan", "isnull", "notna", "notnull", "approx", "raises", "warns", "ok_", "eq_"),
    }
)
"""Functions that judge: never a student's own, nor anything that is called ``assert...``."""


def module_of(name: str, module: object) -> types.ModuleType:
    """Return the judge's own copy of the module that a student's name stands for.

    Raises:
        Uncrossable: The module is not on the list, or the name means another one.

    """
    if type(module) is not str or module not in MODULES:
        raise Uncrossable(f"`{name}` is the module {module!r}, which the judge does not use")
    meant = ALIASES.get(name, name if name in MODULES else module)
    if meant != module and not module.endswith("." + name) and (name, module) != ("dt", "datetime"):
        raise Uncrossable(f"`{name}` is the module {module}, not {meant}")
    return imported(module)


def imported(module: str) -> types.ModuleType:
    """Import a module; a plotting one draws to memory.

    Raises:
        Uncrossable: It is not installed here.

    """
    try:
        if module.startswith("matplotlib"):
            importlib.import_module("matplotlib").use("Agg")
        return importlib.import_module(module)
    except ImportError as error:
        raise Uncrossable(f"the module {module} cannot be imported: {error}") from None


def library_name(value: Any) -> tuple[str, str] | None:  # noqa: ANN401 (any value may be asked about)
    """Return where a library's class or function is found, or None for a student's own."""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    module = getattr(value, "__module__", None)
    if type(name) is not str or "." in name:
        return None
    if type(value).__module__ == "numpy" and type(value).__name__ == "ufunc":
        module = "numpy"
    kind = isinstance(value, type)
    homes: tuple[str, ...] = (module,) if type(module) is str else ()
    if homes and homes[0].startswith(("pandas.", "numpy.")):
        homes = (homes[0], "numpy", "pandas", "numpy.testing", "pandas.testing")
    for home in homes:
        found = getattr(sys.modules.get(home), name, None)
        if found is value and _allowed(home, name, kind=kind):
            return home, name
    return None


def resolved(module: object, name: object) -> Any:  # noqa: ANN401
    """Return the judge's own copy of a class or function of a library.

    Raises:
        Uncrossable: It is not one that may cross by name.

    """
    if type(module) is not str or type(name) is not str or name.startswith("_"):
        raise Uncrossable("not a name of a library")
    value = getattr(builtins if module == "builtins" else imported_if(module), name, None)
    kind = isinstance(value, type)
    if value is None or not _allowed(module, name, kind=kind):
        raise Uncrossable(f"{module}.{name} cannot cross")
    return value


def imported_if(module: str) -> types.ModuleType:
    """Import a module from which classes or functions may cross.

    Raises:
        Uncrossable: None may.

    """
    if module not in CLASSES | FUNCTIONS | TESTING | {"pandas"}:
        raise Uncrossable(f"nothing of {module} crosses by name")
    return imported(module)


def _allowed(module: str, name: str, *, kind: bool) -> bool:
    if module == "builtins":
        return name in PURE or (kind and name not in {"type", "object", "super"})
    if kind:
        return module in CLASSES or module == "pandas"
    if module == "numpy":
        return not name.startswith(("load", "save", "set", "from", "gen", "put", "copyto"))
    return module in FUNCTIONS or (module in TESTING and name.startswith("assert_"))
