"""Who calls: the hub says who, the roster says what that person may do."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, Literal, get_args

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from practicum.course import Course
from practicum.service.identity import HubUser
from practicum.service.refusals import refusal
from practicum.service.shared import Here
from practicum.values import Value

__all__ = ["Anybody", "Caller", "Instructors", "Role", "allowed", "caller", "caller_of", "user_of"]

Role = Literal["student", "instructor", "reviewer", "course", "guest"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

TOKEN: Final = re.compile(r"(?:bearer|token) +([\x21-\x7e]{1,4096})", re.IGNORECASE)
_scheme = HTTPBearer(
    auto_error=False,
    scheme_name="hub token",
    description="A token of the hub with the scope access:services!service=practicum.",
)

Described = Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
"""Tells the service's description of the token; it is read where ``token`` counts, too."""


class Caller(Value):
    """Somebody who may call, and as what.

    ``course`` is the course's own account; a ``guest`` takes part in a plain course only, which
    exchanges its files here. ``groups`` are those of the hub.
    """

    name: str
    role: Role
    groups: tuple[str, ...] = ()

    @property
    def runs_the_course(self) -> bool:
        """Whether this is an instructor, or the course's own account."""
        return self.role in {"instructor", "course"}


def caller_of(user: HubUser, course: Course) -> Caller | None:
    """Return what a user of the hub is in the course, or None: nothing.

    The roster comes first: whoever stands in it is no more than it says.
    """
    role = _in_roster(user, course) or _account(user, course) or _as_guest(user, course)
    return Caller(name=user.name, role=role, groups=user.groups) if role else None


def _in_roster(user: HubUser, course: Course) -> Role | None:
    if user.kind != "user":  # a service may be called as somebody is
        return None
    people: dict[Role, tuple[Any, ...]] = {
        "student": course.roster.students,
        "instructor": course.roster.instructors,
        "reviewer": course.roster.reviewers,
    }
    for role, group in people.items():
        if any(person.id == user.name for person in group):
            return role
    return None


def _account(user: HubUser, course: Course) -> Role | None:
    """The account under which the course's own server runs, or that server as a service."""
    names = {"user": f"grader-{course.id}", "service": course.id}
    return "course" if user.name == names[user.kind] else None


def _as_guest(user: HubUser, course: Course) -> Role | None:
    hub = course.settings.hub
    plain = hub.plain_courses if hub else ()
    groups = {f"{kind}-{name}" for name in plain for kind in ("nbgrader", "formgrade")}
    return "guest" if user.kind == "user" and groups & set(user.groups) else None


async def caller(request: Request, here: Here, _: Described) -> Caller:
    """Return who calls, as a dependency.

    Raises:
        HTTPException: 401 without a token that opens this service, 403 for somebody who is not
            in the course, 429 for somebody who asks too often, 503 while the hub is away.

    """
    user = getattr(request.state, "user", None) or await user_of(request, here)
    here.renew()
    found = caller_of(user, here.watch.course)
    if found is None:
        raise refusal(403, "you are not in this course: ask its instructor to add you")
    if wait := here.rates.user(found.name, found.role):
        raise too_often(wait)
    request.state.role = found.role
    return found


async def user_of(request: Request, here: Here) -> HubUser:
    """Return whose the token of a request is.

    Raises:
        HTTPException: 401 without a token that opens this service, 429 after too many of them.
        ServiceFailed: The hub cannot be asked now.

    """
    address = request.client.host if request.client else ""
    sent = request.headers.getlist("authorization")
    match = TOKEN.fullmatch(sent[0].strip()) if len(sent) == 1 else None
    token = match[1] if match else ""
    if not here.rates.may_try(address, token):
        raise too_often(here.rates.wait(address))
    user = await here.identity.user_of(token) if token else None
    if user is None:
        here.rates.failed(address)
        detail = "send a token of the hub that opens this service, as `Authorization: Bearer ...`"
        raise refusal(401, detail, {"WWW-Authenticate": "Bearer"})
    here.rates.knows(token)
    return user


def too_often(seconds: int) -> Exception:
    """Return the refusal of somebody who has asked too often."""
    detail = f"too many requests: wait {seconds} seconds, then try again"
    return refusal(429, detail, {"Retry-After": str(seconds)})


Anybody = Annotated[Caller, Depends(caller)]
"""Whoever has a role in the course, as what a route is told."""


def allowed(*roles: Role) -> Callable[[Caller], Coroutine[Any, Any, Caller]]:
    """Return a dependency that lets these roles through, and refuses the others with 403."""

    async def check(who: Anybody) -> Caller:
        if who.role not in roles:
            raise refusal(403, f"this is not for a {who.role} of the course")
        return who

    return check


Instructors = Annotated[Caller, Depends(allowed("instructor", "course"))]
"""Those who run the course."""
