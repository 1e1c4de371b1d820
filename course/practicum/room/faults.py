"""What a guest is told of a fault: what the guest can mend, and of all else that there is one.

The words of other errors are for the instructor: they name files, other briefs, or people.
"""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Final

from tornado.web import HTTPError

from practicum.errors import AnchorsFirst, BadInput, Busy, Conflict, IncompleteSheet

__all__ = ["log_fault", "reason"]

LOG: Final = logging.getLogger("practicum.room")

SERVER_FAULT: Final = 500
THEIR_OWN: Final = (BadInput, Conflict, IncompleteSheet, AnchorsFirst)
"""What the desk says of what was sent. A file that is wrong is one of their subclasses."""


def reason(error: BaseException | None) -> str | None:
    """Return what an error says, where that is for the guest to read and to mend."""
    return str(error) if type(error) in THEIR_OWN else None


def log_fault(
    kind: type[BaseException] | None,
    error: BaseException | None,
    traceback: TracebackType | None,
) -> None:
    """Log a fault with where it was, and without what was asked for.

    An address may hold a link that is good still, or a code.
    """
    if isinstance(error, HTTPError) and error.status_code < SERVER_FAULT:
        LOG.info("a request was refused (%s)", error.status_code)
    elif isinstance(error, Busy):
        LOG.warning("the records are locked: a guest is told to try again")
    elif kind is not None and error is not None:
        LOG.error("a request failed", exc_info=(kind, error, traceback))
