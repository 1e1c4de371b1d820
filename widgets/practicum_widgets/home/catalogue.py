"""The course's briefs on the start page: what there is, what fits, and where applications stand."""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Callable, Collection
from typing import Any, Final

from pydantic import ValidationError

from practicum.errors import BadInput, ServiceFailed
from practicum_widgets.course_service import Connection, Refused
from practicum_widgets.home.interests import Interests
from practicum_widgets.home.offers import Application, Caller, Offer, offers_in, pay_seen
from practicum_widgets.surface import Asked

__all__ = ["Catalogue", "fit"]

EVERY: Final = 60.0
"""Seconds between two looks at the service; five times as many after one that failed."""
TOGETHER: Final = 5.0
"""Seconds that a look may take in all."""
PAGE: Final = 200
PAGES: Final = 3
MOST: Final = PAGE * PAGES
LONGEST: Final = 2_000


class Catalogue:
    """What the service says of briefs and of one's own applications; the last good answer stays."""

    def __init__(self, service: Connection) -> None:
        self._service = service
        self._offers: tuple[Offer, ...] = ()
        self._applications: dict[str, Application] = {}
        self._caller: Caller | None = None
        self._everybody = ""
        self._trouble = ""
        self._next = 0.0

    def look(self, *, now: bool = False) -> None:
        """Ask the service, if it is time or somebody wants it ``now``; trouble is shown."""
        if not now and time.monotonic() < self._next:
            return
        self._trouble = ""
        try:
            self._read(time.monotonic() + TOGETHER)
        except ServiceFailed as error:
            self._trouble = str(error)
        self._next = time.monotonic() + EVERY * (5 if self._trouble else 1)

    def wish(self, wish: str, asked: Asked) -> None:
        """Apply for a brief, or withdraw.

        Raises:
            BadInput: The page names no brief of the catalogue, or says too much.
            Refused: The service says no; its words say why.
            ServiceFailed: It gave no answer.

        """
        brief, words = asked.get("brief"), str(asked.get("words") or "")
        if not any(offer.id == brief for offer in self._offers):
            raise BadInput("there is no such brief in the catalogue: look again")
        if len(words) > LONGEST:
            raise BadInput(f"that is more than {LONGEST:,} characters: say it in fewer words")
        said = {"brief": brief, "wish": wish} | ({"words": words} if words else {})
        try:
            self._service.ask("placements", json.dumps(said).encode(), "POST")
        except Refused as error:
            if error.status == 409 and self._is_open_to_all:  # noqa: PLR2004 (HTTP: conflict)
                self._everybody = error.detail
            raise
        self.look(now=True)

    @property
    def _is_open_to_all(self) -> bool:
        """Whether everybody works on everything, or nobody has been placed yet."""
        return not self._applications and all(offer.placed for offer in self._offers)

    def seen(self, interests: Interests, here: Collection[str]) -> dict[str, Any] | None:
        """Return what the page shows, what fits first; None for people of other courses.

        Args:
            interests: By which the briefs are put in order.
            here: Briefs that lie in the student's folder.

        """
        if self._caller is not None and self._caller.role == "guest":
            return None
        offers = [self._offer(offer, interests, here) for offer in self._offers]
        offers.sort(key=lambda one: (-one["points"], one["due"] or "9", one["title"], one["brief"]))
        topics = {t.casefold(): t for offer in reversed(self._offers) for t in offer.topics}
        topics |= {topic.casefold(): topic for topic in interests.topics}
        return {
            "offers": offers,
            "course": self._caller.course if self._caller else "",
            "applies": self._caller is not None
            and self._caller.role == "student"
            and self._caller.applications
            and not self._everybody,
            "everybody": self._everybody,
            "topics": sorted(topics.values(), key=str.casefold),
            "chosen": list(interests.topics),
            "hours": interests.hours,
            "trouble": self._trouble,
        }

    def _offer(self, offer: Offer, interests: Interests, here: Collection[str]) -> dict[str, Any]:
        asked = self._applications.get(offer.id)
        matched, hours_fit = fit(offer, interests)
        state = asked.state if asked else ""
        return {
            "brief": offer.id,
            "title": offer.title,
            "employer": offer.employer.name,
            "industry": offer.employer.industry,
            "question": offer.question,
            "hours": offer.hours,
            "pay": pay_seen(offer),
            "topics": list(offer.topics),
            "location": offer.matching.location,
            "due": offer.due.isoformat() if offer.due else "",
            "published": offer.published,
            "here": offer.id in here,
            "placed": offer.placed,
            "state": state,
            "words": asked.words if asked else "",
            "by": asked.by if asked else "",
            "at": asked.at.isoformat() if asked and asked.at else "",
            "fixed": bool(asked and asked.in_file),
            "matched": list(matched),
            "fits": hours_fit,
            "points": len(matched) + (hours_fit == "yes"),
        }

    def _read(self, until: float) -> None:
        def left() -> float:
            return max(0.1, until - time.monotonic())

        try:
            caller = Caller.model_validate(self._service.json("me", seconds=left()))
        except ValidationError:
            raise self._service.unreadable() from None
        if caller.role == "guest":
            self._caller, self._offers = caller, ()
            return
        offers = offers_in(Offer, self._list("briefs", left), MOST)
        asked: tuple[Application, ...] = ()
        if caller.role == "student":
            asked = offers_in(Application, self._list("placements", left), MOST)
        self._caller, self._offers = caller, offers
        self._applications = {one.brief: one for one in asked}

    def _list(self, path: str, left: Callable[[], float]) -> list[object]:
        """Return a list that comes in pages."""
        found: list[object] = []
        after = ""
        for _ in range(PAGES):
            page = self._service.json(f"{path}?limit={PAGE}{after}", seconds=left())
            items = page.get("items")
            if not isinstance(items, list):
                raise self._service.unreadable()
            found += items
            if not items or not page.get("next"):
                break
            after = f"&after={_quoted(page['next'])}"
        return found


def _quoted(cursor: object) -> str:
    """Return what the service wants to be told for the next page, as part of an address."""
    return urllib.parse.quote(str(cursor)[:200], safe="")


def fit(offer: Offer, interests: Interests) -> tuple[tuple[str, ...], str]:
    """Return which of a brief's topics interest the student, and whether the hours are there.

    Each such topic is a point, and so are the hours: "yes", "no", or "" where nothing was said.
    """
    mine = {topic.casefold() for topic in interests.topics}
    matched = tuple(topic for topic in offer.topics if topic.casefold() in mine)
    if interests.hours is None:
        return matched, ""
    return matched, "yes" if offer.hours <= interests.hours else "no"
