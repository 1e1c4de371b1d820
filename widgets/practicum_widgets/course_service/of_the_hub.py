"""Whether a hub has told this server where its course's service is."""

from __future__ import annotations

import os
from collections.abc import Mapping

from practicum.errors import BadInput
from practicum_widgets.course_service.connection import SERVICE, Connection

__all__ = ["service_of_the_hub"]


def service_of_the_hub(environ: Mapping[str, str] = os.environ) -> Connection | None:
    """Return a connection to the service that the hub names, or None where there is none.

    An address that is none counts as none, so that a notebook works as it does elsewhere.
    """
    address = environ.get(SERVICE, "").strip()
    if not address:
        return None
    try:
        return Connection(address, environ)
    except BadInput:
        return None
