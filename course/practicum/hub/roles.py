"""What each group may do: as little as its work needs."""

from __future__ import annotations

from typing import Any, Final

from traitlets.config import Config

from practicum.hub.names import COURSE_SERVICE, CULLER, REVIEW_SERVICE, Names
from practicum.hub.plan import ROOM, Plan

__all__ = ["CULLER", "IDENTITY", "OWN_SERVER", "set_roles"]

IDENTITY: Final = ("read:users:name!user", "read:users:groups!user")
"""To be told one's own name and groups: nbgrader's lists of courses are made from them."""

OWN_SERVER: Final = ("servers!user", "access:servers!user", "users:activity!user")
"""To start, stop and use one's own server. There is no right to make tokens."""


def set_roles(c: Config, plan: Plan) -> None:
    """Set the roles of people, of users' servers and of the services.

    JupyterHub's own role ``user`` would let everybody start a server and make tokens that can
    do all that their owner may. Here it only tells people who they are.
    """
    names = plan.names
    roles: list[dict[str, Any]] = [
        {"name": "user", "scopes": [*IDENTITY]},
        {"name": "server", "scopes": _server_scopes(plan)},
        *_learning(names, plan),
    ]
    for course in plan.hosting.plain_courses:
        roles += _learning(Names(course), plan)
    if COURSE_SERVICE in plan.services:
        roles.append(_access(COURSE_SERVICE, names.reviewers, f"{names.course}-reviewers"))
    if REVIEW_SERVICE in plan.services:
        role = _access(REVIEW_SERVICE, names.reviewers, "review")
        roles.append(role | {"groups": [names.reviewers, names.instructors]})
    if ROOM in plan.services:
        roles.append(_access(names.course, names.instructors, f"formgrade-{names.course}"))
        roles.append(
            {
                "name": f"{names.course}-service",
                "services": [names.course],
                "scopes": [
                    f"read:users:name!user={names.grader}",
                    f"read:users:groups!user={names.grader}",
                    *_service_access(plan),
                ],
            }
        )
    if plan.hosting.idle_minutes:
        scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
        roles.append({"name": CULLER, "services": [CULLER], "scopes": scopes})
    c.JupyterHub.load_roles = roles


def _server_scopes(plan: Plan) -> list[str]:
    """Return what the token in a user's server may do: never all that the user may."""
    return ["users:activity!user", "access:servers!server", *IDENTITY, *_service_access(plan)]


def _service_access(plan: Plan) -> list[str]:
    if COURSE_SERVICE not in plan.services:
        return []
    return [f"access:services!service={COURSE_SERVICE}"]


def _learning(names: Names, plan: Plan) -> list[dict[str, Any]]:
    """Return the role of those who work in a server of their own."""
    return [
        {
            "name": f"{names.course}-servers",
            "groups": [names.students, names.instructors],
            "scopes": [*OWN_SERVER, *_service_access(plan)],
        }
    ]


def _access(service: str, group: str, name: str) -> dict[str, Any]:
    return {"name": name, "groups": [group], "scopes": [f"access:services!service={service}"]}
