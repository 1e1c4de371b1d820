"""How long work tells how far it is: one callable, given one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Progress", "Step", "silent"]


@dataclass(frozen=True)
class Step:
    """``done`` of ``total`` units of ``what`` are finished; ``now`` names the current one."""

    what: str
    done: int
    total: int
    now: str = ""


Progress = Callable[[Step], None]


def silent(step: Step) -> None:
    """Show nothing."""
