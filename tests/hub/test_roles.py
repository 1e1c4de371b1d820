"""The table of roles and actions, done action by action on a running hub: refusals included.

To add an action: a row in practicum/hub/actions.py, and a function of its name here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from practicum.hub.actions import ACTIONS, ROLES, Action, Role, table

if TYPE_CHECKING:
    from tests.hub.conftest import RunningHub, Visitor

COURSE = "tiny-course"
PEOPLE = {"student": "ada", "instructor": "ines", "reviewer": "rita"}
DOCS = Path(__file__).parents[2] / "docs" / "hub.md"


@dataclass
class Actor:
    """Somebody in a role: a browser with a session, or a program with a token."""

    role: Role
    name: str
    hub: "RunningHub"
    visitor: "Visitor | None" = None
    token: httpx.Client | None = None

    def api(self, method: str, path: str, **more: Any) -> bool:
        """Call the hub's interface; return whether it did what was asked."""
        if self.visitor is not None:
            return self.visitor.api(method, path, **more).is_success
        assert self.token is not None
        more = more if method == "GET" else {"json": {}, **more}
        return self.token.request(method, f"hub/api/{path}", **more).is_success

    def opens(self, path: str) -> bool:
        """Open a page; return whether it was that page, and no log-in or refusal."""
        if self.visitor is not None:
            page = self.visitor.client.get(path)
        else:
            assert self.token is not None
            page = self.token.get(path, follow_redirects=True)
        return page.is_success and str(page.url.path).startswith(f"/{path}")


def other(actor: Actor) -> str:
    """Return a student who is somebody else."""
    return "bob" if actor.name != "bob" else "ada"


def start_own_server(actor: Actor) -> bool:
    """Ask for the server; one that runs already says so with 400, which is no refusal."""
    if actor.visitor is not None:
        answer = actor.visitor.api("POST", f"users/{actor.name}/server")
    else:
        assert actor.token is not None
        answer = actor.token.post(f"hub/api/users/{actor.name}/server", json={})
    return answer.status_code in {201, 202} or "already running" in answer.text


def share(actor: Actor) -> bool:
    """Let a reviewer into one's own server."""
    return actor.api("POST", f"shares/{actor.name}/", json={"user": "rita"})


def make_wide_token(actor: Actor) -> bool:
    """Ask for a token that may manage users."""
    return actor.api(
        "POST", f"users/{actor.name}/tokens", json={"scopes": ["admin:users", "admin:servers"]}
    )


TRIES: Mapping[str, Callable[[Actor], bool]] = {
    "read_own_name": lambda who: who.api("GET", "user"),
    "start_own_server": start_own_server,
    "start_another_server": lambda who: who.api("POST", f"users/{other(who)}/server"),
    "stop_another_server": lambda who: who.api("DELETE", f"users/{other(who)}/server"),
    "open_another_server": lambda who: who.opens(f"user/{other(who)}/api/contents"),
    "share_a_server": share,
    "list_people": lambda who: who.api("GET", "users"),
    "read_another": lambda who: who.api("GET", f"users/{other(who)}"),
    "read_groups": lambda who: who.api("GET", f"groups/nbgrader-{COURSE}"),
    "join_instructors": lambda who: who.api(
        "POST", f"groups/formgrade-{COURSE}/users", json={"users": [who.name]}
    ),
    "make_token": lambda who: who.api("POST", f"users/{who.name}/tokens"),
    "make_wide_token": make_wide_token,
    "make_anothers_token": lambda who: who.api("POST", f"users/{other(who)}/tokens"),
    "open_course_lab": lambda who: who.opens(f"services/{COURSE}/lab"),
    "open_formgrader": lambda who: who.opens(f"services/{COURSE}/formgrader"),
    "open_review_room": lambda who: who.opens("services/review/"),
    "open_course_service": lambda who: who.opens("services/practicum/me"),
    "open_admin_page": lambda who: who.opens("hub/admin"),
    "add_user": lambda who: who.api("POST", "users/mallory"),
    "read_services": lambda who: who.api("GET", "services"),
    "read_proxy": lambda who: who.api("GET", "proxy"),
    "read_metrics": lambda who: who.opens("hub/metrics"),
    "shut_down": lambda who: who.api("POST", "shutdown"),
}


@pytest.fixture(scope="module")
def actors(
    running_hub: "RunningHub",
    ada: "Visitor",
    bob: "Visitor",
    ines: "Visitor",
    rita: "Visitor",
) -> Mapping[Role, Actor]:
    """Everybody in the table; Bob's server runs, so that there is one to get into."""
    assert bob.name == "bob"
    server = running_hub.with_token(running_hub.server_token("ada"))
    course = running_hub.with_token(running_hub.service_token(COURSE))
    return {
        "anyone": Actor("anyone", "mallory", running_hub, running_hub.visitor("mallory")),
        "reviewer": Actor("reviewer", "rita", running_hub, rita),
        "student": Actor("student", "ada", running_hub, ada),
        "instructor": Actor("instructor", "ines", running_hub, ines),
        "server": Actor("server", "ada", running_hub, token=server),
        "course": Actor("course", running_hub.names.grader, running_hub, token=course),
    }


@pytest.mark.suite
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_the_table_is_true(actors: Mapping[Role, Actor], action: Action, role: Role) -> None:
    """An action succeeds in exactly the roles that the table names."""
    done = TRIES[action.name](actors[role])

    assert done == (role in action.allowed)


@pytest.mark.suite
def test_nothing_came_of_the_refusals(actors: Mapping[Role, Actor]) -> None:
    """After all attempts there is no new user, token, share or member, and Bob's server runs."""
    hub = actors["student"].hub
    admin = hub.log_in("root-admin", "correct horse battery staple and more of it")

    assert "mallory" not in {user["name"] for user in admin.api("GET", "users").json()}
    group = admin.api("GET", f"groups/{hub.names.instructors}").json()["users"]
    assert sorted(group) == [hub.names.grader, "ines"]
    assert admin.api("GET", "users/bob").json()["servers"][""]["ready"]
    assert admin.api("GET", "shares/ada").json()["items"] == []


def test_every_action_is_tried() -> None:
    """Each row of the table has its attempt, and there is no attempt without a row."""
    assert set(TRIES) == {action.name for action in ACTIONS}


def test_the_documentation_shows_the_table() -> None:
    """docs/hub.md quotes the table as it is."""
    assert table() in re.sub(r" +\|", " |", DOCS.read_text(encoding="utf-8"))
