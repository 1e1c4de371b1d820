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

    def reason(self) -> str:
        """Return why something failed: the last error's own words, or ``""``.

        A traceback says more than what nbgrader says after it, which only points to it.
        """
        errors = [r.getMessage().strip() for r in self.records if r.levelno >= logging.ERROR]
        traces = [text for text in errors if text.startswith("Traceback")]
        said = traces or errors
        return said[-1].splitlines()[-1] if said and said[-1] else ""


@contextmanager
def kept_log() -> Iterator[KeptLog]:
    """Give a logger of its own that prints nothing and keeps what is said."""
    # Not getLogger(): its loggers are shared, and never forgotten.
    logger = logging.Logger("practicum.nbgrader", logging.INFO)  # noqa: LOG001
    log = KeptLog(logger)
    logger.addHandler(log)
    try:
        yield log
    finally:
        logger.removeHandler(log)
