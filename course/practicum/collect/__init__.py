"""Collect: take in what students handed in, and believe none of it."""

from practicum.collect.collecting import collect
from practicum.collect.report import Collected, CollectReport, LeftOut
from practicum.collect.taking import Inbox

__all__ = ["CollectReport", "Collected", "Inbox", "LeftOut", "collect"]
