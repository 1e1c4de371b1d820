"""The page on which a student's day begins."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from practicum.errors import BadInput, PracticumError, ServiceFailed
from practicum.internship import Internship
from practicum.values import Id
from practicum_widgets.course_service import service_of_the_hub
from practicum_widgets.desk import Desk
from practicum_widgets.exchange import listed, nbgrader
from practicum_widgets.home.catalogue import Catalogue
from practicum_widgets.home.desks import desk_line, find_desks
from practicum_widgets.home.interests import read_interests, save_interests
from practicum_widgets.home.twin import catalogue_twin
from practicum_widgets.surface import Asked, Node, Panel, h
from practicum_widgets.surface.panel import whole

__all__ = ["Home"]

CATALOGUE: Final = {"catalogue", "interests", "apply", "withdraw"}
"""What a page asks of the catalogue."""
_ID: TypeAdapter[str] = TypeAdapter(Id)


class Home(Panel):
    """My briefs, what is due, what to do next, hours, and what I have achieved so far.

    On a hub whose course has a service, also the course's briefs, and applying for them.
    """

    def __init__(self, folder: str | Path = ".", language: str | None = None) -> None:
        """Look for briefs in a folder and one or two levels below it.

        Args:
            folder: Where the fetched assignments lie; the notebook's own folder by default.
            language: Of the page's words; by default that of the first brief's course.

        """
        self.folder = Path(folder).resolve()
        self._available: list[dict[str, Any]] | None = None
        service = service_of_the_hub()
        self._catalogue = Catalogue(service) if service else None
        desks, _ = find_desks(self.folder)
        super().__init__(language or (desks[0].terms.language if desks else "en"))
        self.look()

    def look(self) -> None:
        """Read all desks anew, and now and then the catalogue."""
        desks, faults = find_desks(self.folder)
        lines: list[dict[str, Any]] = []
        achievements: list[dict[str, str]] = []
        notices = list(faults)
        for desk in desks:
            try:
                internship = desk.sidecar.read()
            except PracticumError as error:
                notices.append(f"{desk.brief.id}: {error}")
                continue
            notices += desk.sidecar.notices
            lines.append(desk_line(desk, internship, self.folder, self.now()))
            achievements += _achieved(desk, internship)
        view = {
            "briefs": lines,
            "achievements": achievements,
            "available": self._available,
            "catalogue": self._offered({desk.brief.id for desk in desks}),
        }
        if view != self.view:
            self.view = view
        self.notices = notices

    def do(self, action: str, asked: Asked) -> None:
        """List what can be fetched, fetch it, apply, withdraw, or note what is of interest.

        Raises:
            PracticumError: It cannot be done; the message says why.

        """
        asked = whole(asked)
        if self._catalogue is not None and action in CATALOGUE:
            self._choose(self._catalogue, action, asked)
        elif action == "list":
            self._list()
        elif action == "fetch":
            try:
                course, brief = (_ID.validate_python(asked.get(key)) for key in ("course", "brief"))
            except ValidationError:
                raise BadInput("that is no name of a course and an assignment") from None
            if not (self.folder / brief).exists():  # pressed twice: it has been fetched
                nbgrader("fetch_assignment", brief, "--course", course, folder=self.folder)
            self._list()
        else:
            message = f"home cannot {action!r}"
            raise BadInput(message)
        self.look()

    def still(self) -> Node:
        """Return the page as plain HTML."""
        self.look()
        return h(
            "section",
            h("h3", self.words["title"]),
            self._briefs() if self.view["briefs"] else h("p", self.words["empty"]),
            catalogue_twin(self.words, self.view["catalogue"]),
            h("h4", self.words["achievements"]),
            h("ul", *[h("li", _sentence(entry)) for entry in self.view["achievements"]])
            if self.view["achievements"]
            else h("p", self.words["no_achievements"]),
        )

    def _offered(self, here: set[str]) -> dict[str, Any] | None:
        if self._catalogue is None:
            return None
        self._catalogue.look()
        return self._catalogue.seen(read_interests(self.folder), here)

    def _choose(self, catalogue: Catalogue, action: str, asked: Asked) -> None:
        try:
            if action == "catalogue":
                catalogue.look(now=True)
            elif action == "interests":
                save_interests(self.folder, asked)
            else:
                catalogue.wish(action, asked)
        except ServiceFailed:
            self.look()  # it may be that nobody applies in this course
            raise

    def _briefs(self) -> Node:
        names = ("brief", "due", "hours", "milestones", "next")
        rows = [
            h(
                "tr",
                h("td", f"{line['title']} ({line['employer']})"),
                h("td", _day(line["due"])),
                h("td", f"{line['logged']:g} / {line['hours']:g}"),
                h("td", f"{line['done']} / {line['milestones']}"),
                h("td", self.words[f"step_{line['step']}"]),
            )
            for line in self.view["briefs"]
        ]
        return h("table", h("tr", *[h("th", self.words[name]) for name in names]), *rows)

    def _list(self) -> None:
        self._available = [entry.model_dump() for entry in listed(self.folder)]


def _achieved(desk: Desk, internship: Internship) -> list[dict[str, str]]:
    """Return what can go into a portfolio: what was done, and goals that were reached."""
    done = [
        {"text": entry.text, "skill": entry.skill, "evidence": entry.evidence}
        for entry in internship.achievements
    ]
    goals = [
        {"text": goal.text, "skill": goal.skill, "evidence": goal.measure}
        for goal in internship.objectives
        if goal.reached == "yes"
    ]
    return [entry | {"brief": desk.brief.title} for entry in (*done, *goals)]


def _sentence(entry: dict[str, str]) -> str:
    parts = [entry["text"], entry["skill"], entry["evidence"], entry["brief"]]
    return " · ".join(part for part in parts if part)


def _day(due: str) -> str:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(due).strftime("%Y-%m-%d %H:%M")
    return "–"
