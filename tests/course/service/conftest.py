"""A course with its service: two briefs, three students, two reviewers, and a hub of our own."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import yaml
from fastapi import FastAPI

from practicum.course import Course
from practicum.errors import ServiceFailed
from practicum.internship import TimeEntry
from practicum.internship.released import NAME
from practicum.records import Assessment, Records, Said, Worked
from practicum.service import HubUser, create_app
from practicum.service.rates import PER_MINUTE, Rates

T = TypeVar("T")

PREFIX = "/services/practicum"
NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
MARK = "words-of-ada"
PLACEMENTS = """\
schema_version: 1
placements:
  - {student: ada, brief: tiny}
  - {student: bob, brief: tiny}
"""
PEOPLE: dict[str, HubUser] = {
    "ada": HubUser(name="ada"),
    "bob": HubUser(name="bob"),
    "cleo": HubUser(name="cleo"),
    "rita": HubUser(name="rita"),
    "ron": HubUser(name="ron"),
    "ines": HubUser(name="ines"),
    "grader": HubUser(name="grader-tiny-course"),
    "gil": HubUser(name="gil", groups=("nbgrader-stats101",)),
    "olga": HubUser(name="olga"),
}
"""Who has which token: a token is ``token-<name>``."""


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of asynchronous work, done in a thread.

    Where a test has used the browser before, its loop runs in this one.
    """
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, work).result()


class StandIn:
    """The hub, as far as the service asks it."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0

    async def user_of(self, token: str) -> HubUser | None:
        """Return whose the token is."""
        self.asked += 1
        if self.away:
            raise ServiceFailed("the hub is away")
        return PEOPLE.get(token.removeprefix("token-"))


@dataclass
class Place:
    """The course, its records, and its service."""

    course: Course
    records: Records
    hub: StandIn
    app: FastAPI

    def ask(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request as somebody; "" has no token."""
        headers = {"Authorization": f"Bearer token-{who}"} if who else {}
        headers |= more.pop("headers", {})

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
                return await client.request(method, f"{PREFIX}{path}", headers=headers, **more)

        return finished(sent())

    def get(self, who: str, path: str, **more: Any) -> httpx.Response:
        """Send a GET as somebody."""
        return self.ask(who, "GET", path, **more)


@pytest.fixture
def root(tiny: Any) -> Path:
    """Return the folder of the course."""
    folder: Path = tiny.root
    file = folder / "course" / "course.yml"
    settings = yaml.safe_load(file.read_text())
    settings["briefs"].append({"brief": "other"})
    settings |= {"placements": "placements.yml", "hub": {"plain_courses": ["stats101"]}}
    file.write_text(yaml.safe_dump(settings))
    (folder / "course" / "placements.yml").write_text(PLACEMENTS)
    people = folder / "course" / "roster.yml"
    roster = yaml.safe_load(people.read_text())
    roster["students"].append({"id": "cleo", "name": "Cleo Chance"})
    ron = {"id": "ron", "name": "Ron Reviewer", "employer": "Other", "briefs": ["other"]}
    roster["reviewers"].append(ron)
    people.write_text(yaml.safe_dump(roster))
    brief = (folder / "assignments" / "tiny" / "brief.yml").read_text()
    (folder / "assignments" / "other").mkdir()
    other = (
        brief.replace("id: tiny\n", "id: other\n")
        .replace("hours: 8", "hours: 16")
        .replace("amount: 200", "amount: 320")
    )
    other = other.replace("topics: [sums]", "topics: [Charts]")
    (folder / "assignments" / "other" / "brief.yml").write_text(other)
    return folder


@pytest.fixture
def make(root: Path) -> Iterator[Callable[..., Place]]:
    """Return what makes the service of the course; ``rates`` are the usual ones."""
    course = Course.find(root)
    course.prepare_work()
    opened: list[Records] = []

    def built(rates: Rates | None = None, url: str | None = None) -> Place:
        records = Records(url or course.records_url)
        opened.append(records)
        hub = StandIn()
        app = create_app(course, identity=hub, records=records, rates=rates)
        return Place(course, records, hub, app)

    yield built
    for records in opened:
        records.close()


@pytest.fixture
def place(make: Callable[..., Place]) -> Place:
    """Return the service of a course in which nothing has happened, and nobody is too quick."""
    return make(Rates(dict.fromkeys(PER_MINUTE, 1_000_000), anonymous=1_000_000))


@pytest.fixture
def busy(place: Place) -> Place:
    """Return the service of a course in which ada has worked, and got feedback."""
    records = place.records
    said = Said(student="ada", key="q1", author="student", text=f"{MARK} question", at=NOW)
    records.say("tiny", [said])
    spent = TimeEntry(id="t1", begin=NOW, minutes=90, note=MARK)
    records.log_work("tiny", "ada", Worked(time=(spent,)), 0)
    for reviewer in ("rita", "ines"):
        one = Assessment(
            brief="tiny",
            student="ada",
            criterion="sound",
            reviewer=reviewer,
            level=3,
            words=f"{MARK} of {reviewer}",
            at=NOW,
        )
        records.assess_all([one])
    release(place, "ada")
    return place


def release(place: Place, student: str) -> None:
    """Lay a page where release puts it, and note that it was released."""
    folder = place.course.station("feedback", student=student, brief="tiny")
    folder.mkdir(parents=True)
    data = (
        '{"schema_version": 1, "brief": "tiny", "total": "1", "most": "2", "percent": "50",'
        '"criteria": [{"id": "sound", "title": "Sound", "rater": "employer", "level": 3,'
        f'"points": "1", "most": "2", "words": ["{MARK} released"]}}]}}'
    ).replace('"', "&quot;")
    html = f'<!doctype html><meta name="{NAME}" content="{data}"><p>{MARK}</p>'
    (folder / "brief.html").write_text(html)
    place.records.released("tiny", student, digest="0" * 48)
