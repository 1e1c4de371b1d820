"""The percentage beside a mark is rounded as people do."""

from datetime import timedelta

import pytest

from practicum.marks import CellMark, Marks
from practicum.policies import LatePolicy
from practicum.release.arithmetic import sum_of


@pytest.mark.parametrize(
    ("points", "most", "percent"),
    [(80.5, 100, "81"), (79.5, 100, "80"), (80.49, 100, "80"), (1, 3, "33"), (0, 0, "0")],
)
def test_halves_are_rounded_up(points: float, most: float, percent: str) -> None:
    """Half a percent counts as a whole one, and nothing of nothing is 0 percent."""
    cell = CellMark(cell="test", kind="autograded", max_points=most, score=points)
    marks = Marks(student="ada", brief="tiny", cells=(cell,))

    assert sum_of(marks, (), timedelta(0), LatePolicy()).percent == percent
