"""A student's hours and milestones as the course's service sees them: a copy, never the truth."""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from practicum.errors import PracticumError
from practicum.internship import Internship
from practicum_widgets.course_service import Connection

__all__ = ["Mirror"]

KEPT: Final = {"milestones", "time"}
"""What of the student's file the service is told."""


class Mirror:
    """Hands on what the student's file says, in the background; the notebook never waits.

    What does not arrive is no loss: each time all of it is sent, with the next change or when
    the widget is opened again.

    Args:
        put: Hands the JSON over; raises PracticumError when it was not taken.

    """

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put
        self._lock = threading.Lock()
        self._next: bytes | None = None
        self._works = False
        self._taken = b""

    @classmethod
    def at(cls, address: str, brief: str) -> Mirror:
        """Return the mirror of a brief in the service at an address: PUT briefs/{brief}/progress.

        Raises:
            BadInput: The address is not that of a service.

        """
        service = Connection(address)
        place = f"briefs/{urllib.parse.quote(brief)}/progress"

        def put(work: bytes) -> None:
            service.ask(place, work, "PUT")

        return cls(put)

    def show(self, internship: Internship) -> None:
        """Hand on what the file says now; what was not sent yet is out of date and left out."""
        with self._lock:
            self._next = internship.model_dump_json(include=KEPT).encode()
            if self._works or self._next == self._taken:
                return
            self._works = True
        threading.Thread(target=self._work, name="practicum-progress", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                body, self._next = self._next, None
                if body is None:
                    self._works = False
                    return
            with suppress(PracticumError):
                self._put(body)
                self._taken = body
