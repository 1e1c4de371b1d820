"""What each action took, and how it ended."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["Notes", "Took", "latencies"]


@dataclass(frozen=True)
class Took:
    """An action: when it began (seconds from the phase's start), its seconds, why it failed."""

    action: str
    at: float
    seconds: float
    failed: str = ""


@dataclass
class Notes:
    """Collects, from many threads, what happens in one phase."""

    begun: float = field(default_factory=time.monotonic)
    took: list[Took] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def since(self) -> float:
        """Return the seconds since the phase began."""
        return time.monotonic() - self.begun

    @contextmanager
    def of(self, action: str, planned: float | None = None) -> Iterator[None]:
        """Time an action; from when it was planned, if it had to wait for its turn."""
        at, failed = self.since() if planned is None else planned, ""
        try:
            yield
        except Exception as error:  # noqa: BLE001 (each one is counted, whatever it is)
            failed = f"{type(error).__name__}: {error}"[:300]
        with self.lock:
            self.took.append(Took(action, at, self.since() - at, failed))

    def errors(self) -> Counter[str]:
        """Count what failed, by action and reason."""
        return Counter(f"{one.action}: {one.failed}" for one in self.took if one.failed)


def latencies(took: list[Took]) -> dict[str, dict[str, float]]:
    """Return count, errors and percentiles (ms) of each action."""
    found: dict[str, dict[str, float]] = {}
    for action in dict.fromkeys(one.action for one in took):
        these = [one for one in took if one.action == action]
        times = sorted(one.seconds * 1000 for one in these)
        cuts = statistics.quantiles(times, n=100, method="inclusive") if times[1:] else times * 99
        found[action] = {
            "count": len(these),
            "errors": sum(bool(one.failed) for one in these),
            "p50_ms": round(cuts[49], 1),
            "p95_ms": round(cuts[94], 1),
            "p99_ms": round(cuts[98], 1),
            "most_ms": round(times[-1], 1),
        }
    return found
