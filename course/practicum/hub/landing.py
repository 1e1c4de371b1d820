"""Where people land when they log in, and what is refused to whom before a server starts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from traitlets.config import Config

from practicum.hub.homes import lay_start
from practicum.hub.names import REVIEW_SERVICE, Names
from practicum.hub.plan import ROOM, Plan

__all__ = ["landing_of", "set_landing", "workers"]

DESK: Final = "instructor_desk.ipynb"

NO_SERVER: Final = (
    "This account has no server of its own: reviewers work in the review room, and servers are "
    "for the students and instructors of a course"
)


def set_landing(c: Config, plan: Plan) -> None:
    """Set where people land, and the last check before a server starts."""

    def default_url(handler: Any) -> str:  # noqa: ANN401 (a handler of JupyterHub's)
        user = handler.current_user
        return "" if user is None else landing_of(plan, _groups(user), admin=bool(user.admin))

    c.JupyterHub.default_url = default_url
    c.Spawner.pre_spawn_hook = partial(_before_spawn, plan, lay_start)


def landing_of(plan: Plan, groups: set[str], *, admin: bool = False) -> str:
    """Return the path where a member of these groups lands; empty: in their own server."""
    names = plan.names
    services = f"{plan.base_url}services/"
    if names.instructors in groups and ROOM in plan.services:
        desk = plan.course.root / "notebooks" / DESK
        page = f"lab/tree/notebooks/{DESK}" if desk.is_file() else "lab"
        return f"{services}{names.course}/{page}"
    if groups & workers(plan):
        return ""
    if names.reviewers in groups and REVIEW_SERVICE in plan.services:
        return f"{services}{REVIEW_SERVICE}/"
    # Logging in must not start a server where there is to be none.
    return f"{plan.base_url}hub/{'admin' if admin else 'home'}"


def workers(plan: Plan) -> set[str]:
    """Return the groups whose members may have a server."""
    courses = [plan.names, *map(Names, plan.hosting.plain_courses)]
    return {group for names in courses for group in (names.students, names.instructors)}


def _before_spawn(plan: Plan, lay: Callable[[Plan, Any], None], spawner: Any) -> None:  # noqa: ANN401
    """Refuse a server to whoever is in no group for it, whatever their rights say."""
    if not _groups(spawner.user) & workers(plan):
        from tornado.web import HTTPError  # noqa: PLC0415 (only on this path)

        raise HTTPError(403, NO_SERVER)
    lay(plan, spawner)


def _groups(user: Any) -> set[str]:  # noqa: ANN401 (a user of JupyterHub's)
    return {group.name for group in user.groups}
