"""Which address is answered by what."""

from __future__ import annotations

from typing import Final

from practicum.room.guest_handlers import (
    Decline,
    OneSheet,
    Questions,
    Queue,
    Submission,
    Submit,
)
from practicum.room.handlers import Entrance, Invite, Nothing, Page, Static

__all__ = ["HANDLERS"]

CODE: Final = r"([0-9A-Za-z-]{1,16})"
BRIEF: Final = r"([a-z0-9][a-z0-9._-]{0,63})"
HANDLERS: Final = (
    (r"", Entrance),
    (r"invite/([A-Za-z0-9_-]{10,64})", Invite),
    (r"static/([0-9a-f]{12})/([a-z_]+[.][a-z]+)", Static),
    (rf"{BRIEF}/", Page),
    (rf"{BRIEF}/api/room", Queue),
    (rf"{BRIEF}/api/messages", Questions),
    (rf"{BRIEF}/api/sheets/{CODE}", OneSheet),
    (rf"{BRIEF}/api/sheets/{CODE}/submit", Submit),
    (rf"{BRIEF}/api/sheets/{CODE}/decline", Decline),
    (rf"{BRIEF}/submissions/{CODE}", Submission),
    (r".*", Nothing),
)
