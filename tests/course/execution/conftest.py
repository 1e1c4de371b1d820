"""One engine for the tests of this folder: its start is what costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from practicum.execution import Engine, Executed, Job
from practicum.notebooks import notebook_text, read_notebook
from practicum.policies import Limits

Run = Callable[..., list[dict[str, Any]]]


def _notebook_of(*sources: str) -> dict[str, Any]:
    """Return a notebook of code cells."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"cell-{index}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for index, source in enumerate(sources)
    ]
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernelspec}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _job_of(*sources: str, files: tuple[Path, ...] = (), **limits: float) -> Job:
    """Return a job that runs code cells."""
    text = notebook_text(_notebook_of(*sources))
    return Job("somebody", text, files, "brief", Limits.model_validate(limits))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """An engine that has imported what pandas courses use."""
    with Engine(("matplotlib.pyplot", "numpy", "pandas"), 2) as engine:
        yield engine


@pytest.fixture(scope="session")
def make_notebook() -> Callable[..., dict[str, Any]]:
    """Make a notebook of code cells."""
    return _notebook_of


@pytest.fixture(scope="session")
def make_job() -> Callable[..., Job]:
    """Make a job that runs code cells."""
    return _job_of


@pytest.fixture(scope="session")
def execute(engine: Engine) -> Callable[..., Executed]:
    """Run code cells; returns the outcome."""

    def run(*sources: str, files: tuple[Path, ...] = (), **limits: float) -> Executed:
        return engine.run(_job_of(*sources, files=files, **limits))

    return run


@pytest.fixture(scope="session")
def run(execute: Callable[..., Executed]) -> Run:
    """Run code cells; returns the cells with their outputs."""

    def cells(*sources: str, files: tuple[Path, ...] = (), **limits: float) -> list[dict[str, Any]]:
        executed = execute(*sources, files=files, **limits)
        assert not executed.fault
        found: list[dict[str, Any]] = read_notebook(executed.notebook)["cells"]
        return found

    return cells
