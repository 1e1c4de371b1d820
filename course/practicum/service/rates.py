"""How often somebody may ask: each caller by name, whoever has no token by address."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

__all__ = ["ANONYMOUS", "PER_MINUTE", "Rates", "is_loopback"]

PER_MINUTE: Final[Mapping[str, int]] = {
    "student": 600,
    "reviewer": 600,
    "guest": 600,
    "instructor": 3_000,
    "course": 30_000,
}
"""Requests a minute by role. A hand-in takes about ten; the course's account fetches them all."""
ANONYMOUS: Final = 120
"""Requests a minute without a token that is good, from one address."""
NEAR: Final = 50
"""So many times as much from this machine: all users' servers on it have one address, and one
student who sends wrong tokens must not shut out everybody whose server has just been started."""
KNOWN: Final = 20_000


class Rates:
    """Counts requests in a moving window of a minute.

    On a hub many people may come from one address: whoever's token was good once is not shut
    out when somebody else at that address tries tokens.
    """

    def __init__(
        self, per_minute: Mapping[str, int] = PER_MINUTE, anonymous: int = ANONYMOUS
    ) -> None:
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._seen = time.time()
        self._roles = {role: RateLimitItemPerMinute(most) for role, most in per_minute.items()}
        self._far, self._near = (
            RateLimitItemPerMinute(most) for most in (anonymous, anonymous * NEAR)
        )
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def user(self, name: str, role: str) -> int:
        """Count a request; return 0, or the seconds to wait when there were too many."""
        self._mind_the_clock()
        limit = self._roles[role]
        return 0 if self._limiter.hit(limit, "user", name) else self._wait(limit, "user", name)

    def may_try(self, address: str, token: str) -> bool:
        """Tell whether a token is looked at: it was good before, or few failed from there."""
        self._mind_the_clock()
        return _digest(token) in self._known or self._limiter.test(
            self._anonymous(address), "address", address
        )

    def failed(self, address: str) -> None:
        """Count a request without a good token."""
        self._limiter.hit(self._anonymous(address), "address", address)

    def knows(self, token: str) -> None:
        """Note that a token was good."""
        digest = _digest(token)
        self._known[digest] = None
        self._known.move_to_end(digest)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)

    def wait(self, address: str) -> int:
        """Return the seconds until an address may try again."""
        return self._wait(self._anonymous(address), "address", address)

    def _anonymous(self, address: str) -> RateLimitItem:
        return self._near if is_loopback(address) else self._far

    def _wait(self, limit: RateLimitItem, *who: str) -> int:
        reset = self._limiter.get_window_stats(limit, *who).reset_time
        return max(1, math.ceil(reset - time.time()))

    def _mind_the_clock(self) -> None:
        """Forget what was counted in a time that is to come again: it would count for long."""
        now = time.time()
        if now < self._seen - 1:
            self._storage.reset()
        self._seen = now


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
