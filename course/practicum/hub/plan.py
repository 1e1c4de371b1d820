"""What a hub is set up from: the course, its hub section, its secrets, and what runs."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from practicum.course import Course
from practicum.errors import BadInput
from practicum.hosting import Hosting
from practicum.hub.names import COURSE_SERVICE, CULLER, REVIEW_SERVICE, Names

__all__ = ["SERVICES_VARIABLE", "Plan", "Secrets", "plan_of"]

SERVICES_VARIABLE: Final = "PRACTICUM_HUB_SERVICES"
"""Names the services that are started, with commas between them; all, if it is not set."""

ROOM: Final = "course"
"""How the course's own JupyterLab is called in that variable; on the hub it has the course's id."""


@dataclass(frozen=True)
class Secrets:
    """What is kept in the hub's folder and stands in no file that others read."""

    password: str = field(default="", repr=False)
    admin_password: str = field(default="", repr=False)
    proxy_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Plan:
    """All that the setters look at; nothing here is read from the disk while they set.

    ``guests`` are the members of plain nbgrader courses, whom the hub and no roster knows.
    ``runtime`` is the private folder for sockets of the course's own kernels.
    """

    course: Course
    hosting: Hosting
    secrets: Secrets = Secrets()
    services: frozenset[str] = frozenset({COURSE_SERVICE, REVIEW_SERVICE, ROOM})
    guests: frozenset[str] = frozenset()
    as_root: bool = False
    runtime: Path | None = None

    @property
    def names(self) -> Names:
        """What the course's groups and services are called."""
        return Names(self.course.id)

    @property
    def state(self) -> Path:
        """The hub's folder: cookies' secret, database, homes, logs. For the hub alone."""
        return self.course.work.absolute() / "hub"

    @property
    def homes(self) -> Path:
        """The folder with the users' homes, where the hub makes them."""
        return self.state / "homes"

    @property
    def base_url(self) -> str:
        """The prefix of all addresses, with a slash at both ends."""
        path = urlsplit(self.hosting.address).path.strip("/")
        return f"/{path}/" if path else "/"

    @property
    def public(self) -> str:
        """Where people find the hub, with a slash at the end."""
        parts = urlsplit(self.hosting.address)
        return f"{parts.scheme}://{parts.netloc}{self.base_url}"

    @property
    def listen(self) -> str:
        """Where the proxy listens, with the prefix and a slash at the end."""
        parts = urlsplit(self.hosting.listen or self.hosting.address)
        return f"{parts.scheme}://{parts.netloc}{self.base_url}"

    @property
    def inside(self) -> str:
        """Where users' servers reach the proxy: without a detour when they are on this machine."""
        if self.hosting.spawner in {"docker", "kubernetes"}:
            return self.public
        parts = urlsplit(self.listen)
        host = "127.0.0.1" if parts.hostname in {"0.0.0.0", "::", None} else parts.hostname  # noqa: S104 (read, not bound)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{_bracketed(host)}{port}{self.base_url}"

    @property
    def service_url(self) -> str:
        """The course service as users' servers reach it, without a slash at the end."""
        return f"{self.inside}services/{COURSE_SERVICE}"

    def port(self, which: str) -> int:
        """Return the port on this machine of a service, or of the proxy's own interface."""
        order = (COURSE_SERVICE, REVIEW_SERVICE, ROOM, "proxy")
        return self.hosting.first_service_port + order.index(which)


def plan_of(
    course: Course,
    *,
    secrets: Secrets | None = None,
    services: Collection[str] | None = None,
    guests: Collection[str] = (),
    runtime: Path | None = None,
) -> Plan:
    """Return the plan of a course's hub.

    Args:
        course: A course with a hub section.
        secrets: None for a look at the configuration without them.
        services: Which of "practicum", "review" and "course" are started; without it, those
            that the environment names, or all.
        guests: Members of plain courses.
        runtime: A private folder with a short name.

    Raises:
        BadInput: course.yml has no hub section, or there is no such service.

    """
    hosting = course.settings.hub
    if hosting is None:
        message = (
            f"{course.root / 'course' / 'course.yml'}: there is no hub section, so there is no hub "
            "to start: add `hub: {}` (docs/hub.md tells its keys)"
        )
        raise BadInput(message)
    _check_names(course, hosting)
    known = Plan(course, hosting).services
    return Plan(
        course=course,
        hosting=hosting,
        secrets=secrets or Secrets(),
        services=_chosen(services, known),
        guests=frozenset(guests),
        as_root=os.geteuid() == 0,
        runtime=runtime,
    )


def _check_names(course: Course, hosting: Hosting) -> None:
    """Refuse names on the hub that would give somebody the rights of another.

    Raises:
        BadInput: A person is called as the course's account, or the course as a service.

    """
    if course.id in {COURSE_SERVICE, REVIEW_SERVICE, CULLER}:
        message = (
            f"{course.root / 'course' / 'course.yml'}: {course.id!r} is a service of the hub: give "
            "the course another id"
        )
        raise BadInput(message)
    grader, roster = Names(course.id).grader, course.roster
    ids = {
        *(student.id for student in roster.students),
        *(instructor.id for instructor in roster.instructors),
        *(reviewer.id for reviewer in roster.reviewers),
    }
    if grader in ids | set(hosting.admins):
        message = (
            f"{grader!r} is the account under which the course grades, and nobody logs in with it: "
            "rename the person in course/roster.yml, or the admin in course/course.yml"
        )
        raise BadInput(message)


def _chosen(services: Collection[str] | None, known: frozenset[str]) -> frozenset[str]:
    if services is None:
        named = os.environ.get(SERVICES_VARIABLE)
        if named is None:
            return known
        services = [name.strip() for name in named.split(",") if name.strip()]
    unknown = sorted(set(services) - known)
    if unknown:
        message = f"{unknown[0]!r} is no service of the hub: known are {', '.join(sorted(known))}"
        raise BadInput(message)
    return frozenset(services)


def _bracketed(host: str | None) -> str:
    return f"[{host}]" if host and ":" in host else str(host)
