"""The faults run on request (`make faults`), and print what they measured."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

FIGURES: dict[str, Any] = {}
TARGET = "PRACTICUM_FAULTS_FIGURES"
"""Names the file that the figures are written to, as one JSON object."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these tests to their own target; each takes its time."""
    for item in items:
        if Path(item.path).is_relative_to(HERE):
            item.add_marker(pytest.mark.suite)
            item.add_marker(pytest.mark.slow)


def pytest_sessionfinish() -> None:
    """Write the figures down."""
    if TARGET in os.environ:
        Path(os.environ[TARGET]).write_text(json.dumps(FIGURES), encoding="utf-8")


@pytest.fixture
def figure() -> Callable[..., None]:
    """Note figures under names."""

    def note(**values: Any) -> None:
        FIGURES.update(values)

    return note


@pytest.fixture(scope="session")
def small_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with three submissions; no test may change it."""
    from tests.faults.course import Cohort

    return Cohort.make(tmp_path_factory.mktemp("small") / "course", 3).root


@pytest.fixture
def small(small_files: Path, tmp_path: Path) -> Any:
    """A course with three submissions: right, half right, wrong."""
    from tests.faults.course import Cohort

    return Cohort(small_files).copy(tmp_path / "course")


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    """A warm engine with two places, for all tests that harm no engine."""
    from practicum.execution import Engine

    with Engine((), 2) as engine:
        yield engine
