"""What the base brings along: a student's laptop gets this, and not more, by a recorded budget."""

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

BUDGET_MB = 65
"""Of files as installed, without compiled copies; 57 when this was written."""
BUDGET_PACKAGES = 40
"""34 when this was written."""
NEVER = {"nbgrader", "pandas", "numpy", "sqlalchemy", "jupyterlab", "nbconvert", "voila"}


def _with_its_needs(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return a distribution and all that it requires without any extra, by name."""
    about = distribution(name)
    key = re.sub(r"[-_.]+", "-", about.metadata["Name"]).lower()
    if key not in found:
        found[key] = about
        for line in about.requires or []:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                _with_its_needs(need.name, found)
    return found


def _megabytes(about: Distribution) -> float:
    files = [Path(file.locate()) for file in about.files or [] if file.suffix != ".pyc"]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def test_the_base_keeps_its_budget() -> None:
    """The base and its dependencies stay under a size and a number, without the heavy ones."""
    base = _with_its_needs("practicum", {})

    sizes = {name: _megabytes(about) for name, about in base.items()}
    assert sizes["ipywidgets"] > 0.1
    assert sum(sizes.values()) < BUDGET_MB, sorted(sizes.items(), key=lambda size: -size[1])[:8]
    assert len(base) <= BUDGET_PACKAGES, sorted(base)
    assert not NEVER & set(base)
