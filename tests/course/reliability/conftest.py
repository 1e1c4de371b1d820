"""Ratings to test with: the published examples, and made-up ones."""

import pytest

from practicum.reliability import Ratings

GAP = "."
KRIPPENDORFF = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}


@pytest.fixture
def krippendorff_2011() -> Ratings:
    """Four observers, twelve units, five values, seven gaps: Krippendorff (2011), part D."""
    return Ratings.of(
        (f"unit-{unit:02}", observer, int(value))
        for observer, row in KRIPPENDORFF.items()
        for unit, value in enumerate(row.split(), start=1)
        if value != GAP
    )
