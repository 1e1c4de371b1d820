"""A depot with a clock that can be set, in a folder or in fsspec's memory."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from practicum.depot import Depot, Order, ReceiptKey, manifest_of
from practicum.records import Records

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def go(self, **span: float) -> None:
        """Go on, or back."""
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    """The clock of the ledger."""
    return Clock()


@pytest.fixture(params=["folder", "memory"])
def depot(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Depot]:
    """A depot: in a folder, and in a store behind fsspec."""
    place = tmp_path / "depot" if request.param == "folder" else f"memory://{uuid.uuid4().hex}"
    key = ReceiptKey.read(tmp_path / "hub" / "receipt_key.pem", {})
    with Records(f"sqlite:///{tmp_path / 'records.db'}", clock=clock) as records:
        yield Depot(str(place), records, key)


@pytest.fixture
def order() -> Callable[..., Order]:
    """Return what makes an order of ada's for the assignment ps1."""

    def make(files: dict[str, bytes], **more: Any) -> Order:
        fields: dict[str, Any] = {
            "kind": "submission",
            "course": "demo",
            "assignment": "ps1",
            "student": "ada",
            "key": uuid.uuid4().hex,
            "files": manifest_of(files),
            "by": "ada",
        }
        return Order(**(fields | more))

    return make
