"""A fresh database of records, and values to put into it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from practicum.records import Assessment, Records

START = datetime(2027, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a database that is not there yet, in a folder that is not either."""
    return f"sqlite:///{tmp_path / 'work' / 'records.db'}"


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    """Open fresh records whose clock goes on by a minute each time it is asked."""
    minutes = iter(range(1_000_000))
    with Records(url, clock=lambda: START + timedelta(minutes=next(minutes))) as opened:
        yield opened


@pytest.fixture
def said() -> Callable[..., Assessment]:
    """Return a maker of assessments that fills in what a test does not care about."""

    def make(**fields: object) -> Assessment:
        usual = {
            "brief": "demo",
            "student": "ada",
            "criterion": "advice",
            "reviewer": "rita",
            "level": 3,
            "words": "Good.",
            "at": START,
        }
        return Assessment.model_validate(usual | fields)

    return make
