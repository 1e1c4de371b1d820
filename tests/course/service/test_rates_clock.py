"""What a clock that is set back does to the limits on requests."""

import time

import pytest

from practicum.service.rates import Rates


def test_nobody_is_shut_out_by_a_clock_that_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted in the time that comes again is forgotten, and the limits hold on."""
    rates = Rates({"student": 3}, anonymous=2)
    assert [rates.user("ada", "student") == 0 for _ in range(4)] == [True, True, True, False]
    for _ in range(2):
        rates.failed("10.0.0.1")
    assert not rates.may_try("10.0.0.1", "unknown")
    then = time.time() - 3600
    monkeypatch.setattr(time, "time", lambda: then)

    assert rates.may_try("10.0.0.1", "unknown")
    assert [rates.user("ada", "student") == 0 for _ in range(4)] == [True, True, True, False]
    assert 1 <= rates.user("ada", "student") <= 60
