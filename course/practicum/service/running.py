"""Running the service as the hub starts it: the hub's environment says where and for whom."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import uvicorn

from practicum.course import Course
from practicum.databases import Patience
from practicum.errors import BadInput
from practicum.records import Records
from practicum.service.app import PREFIX, create_app
from practicum.service.arrivals import Arrivals
from practicum.service.identity import HubIdentity

__all__ = ["address_of", "serve"]

WAIT: Final = Patience(seconds=10.0, step=1.0)
"""How long a request waits for a command that writes, before it is told to come again."""
CLOSING: Final = 10
"""Seconds that requests have to end once the service is told to stop."""
URL: Final = "JUPYTERHUB_SERVICE_URL"


def address_of(environ: Mapping[str, str]) -> tuple[str, int]:
    """Return the host and port that the hub gave to the service.

    Raises:
        BadInput: It gave none that can be used.

    """
    url = environ.get(URL, "")
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme != "http" or not parts.hostname or port is None:
        raise BadInput(
            f"{URL}={url!r}: no address with a port (http://127.0.0.1:8090): this service is "
            "started by the hub; to try it alone, set the variable yourself"
        )
    return parts.hostname, port


def serve(environ: Mapping[str, str] = os.environ) -> None:
    """Serve the course that PRACTICUM_COURSE names until SIGTERM; open requests are answered.

    Raises:
        BadInput: The hub's environment is not there, or the course cannot be read.

    """
    host, port = address_of(environ)
    course = Course.find(environ.get("PRACTICUM_COURSE") or ".")
    identity = HubIdentity(environ.get("JUPYTERHUB_SERVICE_NAME") or "practicum")
    prefix = environ.get("JUPYTERHUB_SERVICE_PREFIX") or PREFIX
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    with Records(course.records_url, patience=WAIT) as records:
        arrivals = Arrivals(course.root)
        app = create_app(
            course, identity=identity, records=records, prefix=prefix, arrivals=arrivals
        )
        arrivals.start()
        # What came in while the service was not there, or was being graded when it ended.
        for brief in {one.assignment for one in records.handed_in(course.id)}:
            arrivals.noticed(course, brief)
        uvicorn.run(app, host=host, port=port, **SETTINGS)
        arrivals.stop()


SETTINGS: Final[dict[str, Any]] = {
    "access_log": False,  # ours has no addresses, which may name people
    "log_config": None,
    "server_header": False,
    "timeout_graceful_shutdown": CLOSING,
    "timeout_keep_alive": 30,
    "h11_max_incomplete_event_size": 32_768,
    "proxy_headers": True,
    "forwarded_allow_ips": "127.0.0.1,::1",
}
"""How uvicorn serves. The hub's proxy is on this machine, and says whom it speaks for."""
