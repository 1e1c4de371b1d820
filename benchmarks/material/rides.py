"""The table that the assignment is about: 4,000 rides, made from a seed."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

__all__ = ["write_rides"]

ROWS = 4_000
WRITTEN_TWICE = 40
MISSING = 0.03
"""The part of the rides whose length is missing."""
COLUMNS = ("ride", "started", "station", "minutes", "km", "member", "bicycle")
STATIONS = {
    "Railway": 9,
    "Harbour": 7,
    "University": 7,
    "Market": 6,
    "Hospital": 5,
    "Town Hall": 5,
    "Park": 4,
    "Library": 3,
    "Stadium": 3,
    "Mill": 2,
    "Cemetery": 1,
    "Airfield": 1,
}
BICYCLES = {"city": 6, "electric": 3, "cargo": 1}
KM_A_MINUTE = {"city": 0.21, "electric": 0.29, "cargo": 0.17}

Ride = tuple[object, ...]


def write_rides(file: Path, seed: int = 2026) -> None:
    """Write the table; the same seed gives the same bytes on every machine."""
    chance = random.Random(seed)  # noqa: S311 (a sample, not a secret)
    rides = [_ride(number, chance) for number in range(1, ROWS - WRITTEN_TWICE + 1)]
    rides += chance.sample(rides, WRITTEN_TWICE)
    chance.shuffle(rides)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rides)


def _ride(number: int, chance: random.Random) -> Ride:
    day = next(day for day in _days(chance) if chance.random() < _season(day))
    started = day.replace(hour=min(23, int(chance.gauss(14, 4)) % 24), minute=chance.randrange(60))
    bicycle = chance.choices(list(BICYCLES), list(BICYCLES.values()))[0]
    station = chance.choices(list(STATIONS), list(STATIONS.values()))[0]
    minutes = round(min(600.0, chance.lognormvariate(3.0, 0.7)), 1)
    km = round(minutes * KM_A_MINUTE[bicycle] * chance.uniform(0.6, 1.1), 2)
    missing = chance.random() < MISSING
    member = chance.random() < (0.7 if started.weekday() < 5 else 0.4)  # noqa: PLR2004 (Saturday)
    when = started.isoformat(sep=" ")
    return number, when, station, "" if missing else minutes, km, member, bicycle


def _days(chance: random.Random) -> Iterator[datetime]:
    """Yield days of the year at random, without end."""
    first = datetime(2026, 1, 1)  # noqa: DTZ001 (the city's own clock)
    while True:
        yield first + timedelta(days=chance.randrange(365))


def _season(day: datetime) -> float:
    """Return how likely people ride: most in June and July."""
    return 1 - abs(day.month - 6.5) / 8
