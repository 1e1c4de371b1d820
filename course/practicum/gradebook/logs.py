"""What nbgrader says while it works, kept instead of printed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["KeptLog", "kept_log"]


@dataclass
class KeptLog(logging.Handler):
    """Keeps records in memory; ``logger`` is what nbgrader is given."""

    logger: logging.Logger
    records: list[logging.LogRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Set up the handler below the dataclass."""
        super().__init__(logging.DEBUG)

    def __hash__(self) -> int:
        """Hash by identity, as ``logging`` expects of handlers."""
        return id(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record."""
        self.records.append(record)

    def last(self, level: int) -> str:
        """Return the first line of the last message of at least ``level``, or ``""``."""
        for record in reversed(self.records):
            if record.levelno >= level:
                return record.getMessage().strip().splitlines()[-1]
        return ""


@contextmanager
def kept_log() -> Iterator[KeptLog]:
    """Give a logger of its own that prints nothing and keeps what is said."""
    logger = logging.Logger("practicum.nbgrader", logging.INFO)
    log = KeptLog(logger)
    logger.addHandler(log)
    try:
        yield log
    finally:
        logger.removeHandler(log)
