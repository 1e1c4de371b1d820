"""The course's service for a test: people by tokens from a file, faults by the environment.

``python serving.py COURSE PORT TOKENS`` serves until it is killed. TOKENS is a JSON object: a
token's person, with ``name`` and ``groups``.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn

from practicum.course import Course
from practicum.databases import Patience
from practicum.records import Ledger, Records
from practicum.service.app import create_app
from practicum.service.identity import HubUser
from practicum.service.rates import PER_MINUTE, Rates

PAUSE = "EXCHANGE_TEST_PAUSE"
"""Where a commit waits to be killed: ``before`` or ``after`` the ledger has it."""
MARK = "EXCHANGE_TEST_MARK"
"""The file that is made when a commit waits there."""


class Tokens:
    """Says whose a token is, as the hub would."""

    def __init__(self, file: Path) -> None:
        self._people: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))

    async def user_of(self, token: str) -> HubUser | None:
        """Return whose the token is."""
        about = self._people.get(token)
        return HubUser.model_validate(about) if about else None


def wait_to_be_killed() -> None:
    """Tell that the moment has come, and hold it."""
    Path(os.environ[MARK]).touch()
    time.sleep(60)


def pausing(place: str) -> None:
    """Let ``Ledger.hand_in`` wait before or after it does its work."""
    hand_in = Ledger.hand_in

    def paused(self: Ledger, *args: Any, **named: Any) -> Any:
        if place == "before":
            wait_to_be_killed()
        taken = hand_in(self, *args, **named)
        wait_to_be_killed()
        return taken

    Ledger.hand_in = paused  # type: ignore[method-assign]


def main(course: str, port: int, tokens: str) -> None:
    """Serve."""
    if place := os.environ.get(PAUSE):
        pausing(place)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    found = Course.find(course)
    with Records(found.records_url, patience=Patience(seconds=20)) as records:
        rates = Rates(dict.fromkeys(PER_MINUTE, 1_000_000), anonymous=1_000)
        identity = Tokens(Path(tokens))
        app = create_app(found, identity=identity, records=records, rates=rates)
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
