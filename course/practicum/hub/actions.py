"""Who may do what: the table of roles and actions, as a value.

docs/hub.md shows it, and tests/hub/test_roles.py does every action in every role on a running
hub. Whoever adds a route adds a row here and what it means in the test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

__all__ = ["ACTIONS", "ROLES", "Action", "Role", "table"]

Role = Literal["anyone", "reviewer", "student", "instructor", "server", "course"]
"""``anyone`` is not logged in, ``server`` is the token in a student's server, and ``course`` the
token of the course's own service."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)

PEOPLE: Final[frozenset[Role]] = frozenset({"reviewer", "student", "instructor"})
NOBODY: Final[frozenset[Role]] = frozenset()


@dataclass(frozen=True)
class Action:
    """One thing that can be tried, and the roles in which it succeeds; all others are refused."""

    name: str
    words: str
    allowed: frozenset[Role] = NOBODY


ACTIONS: Final = (
    Action("read_own_name", "be told one's own name and groups", PEOPLE | {"server", "course"}),
    Action("start_own_server", "start a server of one's own", frozenset({"student", "instructor"})),
    Action("start_another_server", "start somebody else's server"),
    Action("stop_another_server", "stop somebody else's server"),
    Action("open_another_server", "open somebody else's server, or its files"),
    Action("share_a_server", "share one's own server with somebody"),
    Action("list_people", "list the hub's users"),
    Action("read_another", "read about another user"),
    Action("read_groups", "read who is in a group"),
    Action("join_instructors", "put oneself into the group of the instructors"),
    Action("make_token", "make a token for oneself"),
    Action("make_wide_token", "make a token that can do more than oneself"),
    Action("make_anothers_token", "make a token for somebody else"),
    Action("open_course_lab", "open the course's JupyterLab", frozenset({"instructor"})),
    Action("open_formgrader", "open the formgrader", frozenset({"instructor"})),
    Action("open_review_room", "open the review room", frozenset({"reviewer", "instructor"})),
    # By token only: a page that somebody is led to cannot act in the name of a session.
    Action("open_course_service", "use the course's service", frozenset({"server", "course"})),
    Action("open_admin_page", "open the hub's admin page"),
    Action("add_user", "add a user"),
    Action("read_services", "read the hub's services"),
    Action("read_proxy", "read or change the proxy's routes"),
    Action("read_metrics", "read the hub's metrics"),
    Action("shut_down", "shut the hub down"),
)


def table() -> str:
    """Return the table as Markdown, for docs/hub.md."""
    head = ["Action", *ROLES]
    rows = [
        [action.words, *("yes" if role in action.allowed else "–" for role in ROLES)]
        for action in ACTIONS
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
