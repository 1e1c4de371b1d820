"""The hub section of course.yml becomes JupyterHub's configuration: dict in, ``c`` out."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from traitlets.config import Config

from practicum.course import Course
from practicum.errors import BadInput
from practicum.hub import Secrets, hub_config
from practicum.hub.landing import landing_of
from practicum.hub.plan import plan_of

Courses = Callable[..., Course]


def role(c: Config, name: str) -> dict[str, Any]:
    """Return a role by its name."""
    return next(one for one in c.JupyterHub.load_roles if one["name"] == name)


def service(c: Config, name: str) -> dict[str, Any]:
    """Return a service by its name."""
    return next(one for one in c.JupyterHub.services if one["name"] == name)


def test_no_section_is_no_hub(course_with: Courses) -> None:
    """Without a hub section there is nothing to configure, and the message names the section."""
    with pytest.raises(BadInput, match="hub section"):
        hub_config(course_with())


def test_addresses_follow_course_yml(course_with: Courses) -> None:
    """Proxy, hub and services listen where course.yml says, on this machine only."""
    c = hub_config(
        course_with(address="http://127.0.0.1:9000", hub_port=9001, first_service_port=9010)
    )

    assert c.JupyterHub.bind_url == "http://127.0.0.1:9000/"
    assert c.JupyterHub.hub_bind_url == "http://127.0.0.1:9001"
    assert c.ConfigurableHTTPProxy.api_url == "http://127.0.0.1:9013"
    assert [one["url"] for one in c.JupyterHub.services if "url" in one] == [
        "http://127.0.0.1:9010",
        "http://127.0.0.1:9011",
        "http://127.0.0.1:9012",
    ]


def test_a_prefix_is_everywhere(course_with: Courses) -> None:
    """A hub below a path listens, lands and hands out addresses below that path."""
    course = course_with(
        address="https://learn.example/hubs/one",
        listen="http://127.0.0.1:9000",
        authenticator="pam",
    )
    c = hub_config(course)

    assert c.JupyterHub.bind_url == "http://127.0.0.1:9000/hubs/one/"
    assert c.JupyterHub.public_url == "https://learn.example/hubs/one/"
    inside = "http://127.0.0.1:9000/hubs/one/services/practicum"
    assert c.Spawner.environment["PRACTICUM_SERVICE_URL"] == inside
    landing = landing_of(plan_of(course), {"reviewers-tiny-course"})
    assert landing == "/hubs/one/services/review/"


def test_https_needs_somebody_who_speaks_it(course_with: Courses) -> None:
    """An https address with nobody to speak it is refused; a key or a server in front will do."""
    secure = {"address": "https://learn.example", "authenticator": "pam"}
    with pytest.raises(BadInput, match="listen"):
        hub_config(course_with(secure))

    c = hub_config(course_with(secure, settings={"JupyterHub": {"ssl_key": "k", "ssl_cert": "c"}}))

    assert c.JupyterHub.ssl_key == "k"


def test_the_proxy_needs_no_node(course_with: Courses) -> None:
    """The proxy is this environment's own package."""
    command = hub_config(course_with({})).ConfigurableHTTPProxy.command

    assert command[0] == sys.executable
    assert "configurable_http_proxy" in command[2]


def test_npms_proxy_is_not_pythons(
    course_with: Courses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `proxy: node` a script of the same name in this environment is passed over."""
    script = tmp_path / "node" / "configurable-http-proxy"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    own = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{script.parent}")

    c = hub_config(course_with(proxy="node"))

    assert c.ConfigurableHTTPProxy.command == [str(script)]


def test_state_lies_in_the_hubs_folder(course_with: Courses) -> None:
    """Database, cookie secret and process numbers lie in course/work/hub."""
    course = course_with({})
    c = hub_config(course)
    state = str(course.work / "hub")

    for place in (
        c.JupyterHub.cookie_secret_file,
        c.JupyterHub.db_url.removeprefix("sqlite:///"),
        c.JupyterHub.pid_file,
        c.ConfigurableHTTPProxy.pid_file,
    ):
        assert place.startswith(state)


def test_exactly_the_roster_may_log_in(course_with: Courses) -> None:
    """The roster and the admins may log in; not the course's account, and not last year's."""
    c = hub_config(course_with(admins=["boss"]))

    assert c.Authenticator.allowed_users == {"ada", "bob", "ines", "rita", "boss"}
    assert c.Authenticator.admin_users == {"boss"}
    assert c.Authenticator.allow_existing_users is False
    assert c.Authenticator.allow_all is False


def test_demo_is_one_password(course_with: Courses) -> None:
    """`demo` is JupyterHub's shared password, with one of their own for admins."""
    word = "long enough"
    secrets = Secrets(password=word, admin_password="a" * 32)
    c = hub_config(course_with(admins=["boss"]), secrets=secrets)

    assert c.JupyterHub.authenticator_class == "shared-password"
    assert c.SharedPasswordAuthenticator.user_password == word
    assert c.SharedPasswordAuthenticator.admin_password == "a" * 32
    assert "DummyAuthenticator" not in c


@pytest.mark.parametrize(
    "hub",
    [
        {"address": "http://learn.example"},
        {"address": "http://0.0.0.0:8000"},
        {"address": "http://192.168.1.5:8000"},
        {"address": "https://learn.example", "listen": "http://127.0.0.1:8000"},
        {"address": "http://127.0.0.1:8000", "listen": "http://0.0.0.0:8000"},
        {"address": "http://127.0.0.1.example.org:8000"},
    ],
)
def test_demo_stays_on_this_machine(course_with: Courses, hub: dict[str, Any]) -> None:
    """One password for all is refused where another machine could try it."""
    with pytest.raises(BadInput, match="authenticator"):
        hub_config(course_with(hub))


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"])
def test_demo_runs_on_this_machine(course_with: Courses, address: str) -> None:
    """Each way to write this machine's own address is good for the demo."""
    assert hub_config(course_with(address=address)).JupyterHub.bind_url.startswith(address)


def test_another_authenticator_takes_its_settings(course_with: Courses) -> None:
    """Any name or class of an authenticator is handed on, with its own settings."""
    c = hub_config(
        course_with(
            address="http://learn.example",
            authenticator="oauthenticator.GitHubOAuthenticator",
            settings={"GitHubOAuthenticator": {"client_id": "abc"}},
        )
    )

    assert c.JupyterHub.authenticator_class == "oauthenticator.GitHubOAuthenticator"
    assert c.GitHubOAuthenticator.client_id == "abc"
    assert "SharedPasswordAuthenticator" not in c


def test_groups_are_the_rosters(course_with: Courses) -> None:
    """The two groups of nbgrader and that of the reviewers have the roster's people."""
    groups = hub_config(course_with(plain_courses=["stats"])).JupyterHub.load_groups

    assert groups == {
        "formgrade-tiny-course": {"users": ["grader-tiny-course", "ines"]},
        "nbgrader-tiny-course": {"users": ["ada", "bob"]},
        "reviewers-tiny-course": {"users": ["rita"]},
        "formgrade-stats": {"users": []},
        "nbgrader-stats": {"users": []},
    }


def test_reviewers_have_no_scope_for_servers(course_with: Courses) -> None:
    """No role that a reviewer has lets them start, see or reach a server, or make a token."""
    c = hub_config(course_with({}))
    reviewers = "reviewers-tiny-course"
    scopes = {
        scope
        for one in c.JupyterHub.load_roles
        if one["name"] == "user" or reviewers in one.get("groups", ())
        for scope in one["scopes"]
    }

    assert scopes == {
        "read:users:name!user",
        "read:users:groups!user",
        "access:services!service=practicum",
        "access:services!service=review",
    }


def test_the_token_of_a_server_is_narrow(course_with: Courses) -> None:
    """A user's server gets a token for its own work, never one that can do all its user may."""
    scopes = role(hub_config(course_with({})), "server")["scopes"]

    assert set(scopes) == {
        "users:activity!user",
        "access:servers!server",
        "access:services!service=practicum",
        "read:users:name!user",
        "read:users:groups!user",
    }


def test_nobody_may_do_everything(course_with: Courses) -> None:
    """No role inherits, manages users or groups, or makes tokens; services are no admins."""
    c = hub_config(course_with(plain_courses=["stats"]))
    scopes = {scope.partition("!")[0] for one in c.JupyterHub.load_roles for scope in one["scopes"]}

    assert not scopes & {"inherit", "self", "tokens", "admin:users", "groups", "shares", "users"}
    assert not any(one.get("admin") for one in c.JupyterHub.services)


def test_services_ask_for_no_confirmation(course_with: Courses) -> None:
    """The three services are opened without a page that asks whether one trusts them."""
    c = hub_config(course_with({}))
    names = ("practicum", "review", "tiny-course")

    assert all(service(c, name)["oauth_no_confirm"] for name in names)


def test_the_formgrader_runs_as_the_courses_account(course_with: Courses) -> None:
    """The course's server has the account that the formgrader looks up, and the course's folder."""
    course = course_with({})
    about = service(hub_config(course), "tiny-course")

    assert about["environment"]["JUPYTERHUB_USER"] == "grader-tiny-course"
    assert about["environment"]["JUPYTERHUB_ROOT_DIR"] == str(course.root)
    assert about["cwd"] == str(course.root)


def test_services_can_be_left_out(course_with: Courses, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is left out has no role either; the environment can say so, too."""
    c = hub_config(course_with(idle_minutes=0), services=["course"])
    assert [one["name"] for one in c.JupyterHub.services] == ["tiny-course"]
    assert "practicum" not in json.dumps(c.JupyterHub.load_roles)

    monkeypatch.setenv("PRACTICUM_HUB_SERVICES", "practicum, review")
    c = hub_config(course_with(idle_minutes=0))
    assert [one["name"] for one in c.JupyterHub.services] == ["practicum", "review"]

    monkeypatch.setenv("PRACTICUM_HUB_SERVICES", "revue")
    with pytest.raises(BadInput, match="revue"):
        hub_config(course_with(idle_minutes=0))


def test_only_services_get_the_databases(
    course_with: Courses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database's address, with its password, goes to services and to no user's server."""
    monkeypatch.setenv("PRACTICUM_RECORDS_URL", "postgresql://me:secret@db/records")
    c = hub_config(course_with({}))

    assert "secret" in service(c, "practicum")["environment"]["PRACTICUM_RECORDS_URL"]
    assert "secret" not in json.dumps(dict(c.Spawner.environment))


def test_idle_servers_are_stopped(course_with: Courses) -> None:
    """The idle time becomes a service that may see activity and stop servers, and no more."""
    c = hub_config(course_with(idle_minutes=30))
    assert "--timeout=1800" in service(c, "idle-culler")["command"]
    assert set(role(c, "idle-culler")["scopes"]) == {
        "list:users",
        "read:users:activity",
        "read:servers",
        "delete:servers",
    }

    never = hub_config(course_with(idle_minutes=0))
    assert "idle-culler" not in {one["name"] for one in never.JupyterHub.services}


@pytest.mark.parametrize("spawner", ["simple", "boxed", "unix", "docker", "kubernetes"])
def test_memory_is_limited_by_each_spawner(course_with: Courses, spawner: str) -> None:
    """Each spawner is told how much memory a server may have, and the course's service."""
    c = hub_config(course_with(spawner=spawner, memory_mb=512))

    assert c.Spawner.mem_limit == "512M"
    assert c.Spawner.environment["PRACTICUM_SERVICE_URL"].endswith("/services/practicum")


def test_root_is_allowed_only_where_servers_are_roots(
    course_with: Courses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server starts as root only with plain processes of a hub that is root's."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    allowed = {
        spawner: "--allow-root" in hub_config(course_with(spawner=spawner)).Spawner.args
        for spawner in ("simple", "boxed", "unix")
    }
    assert allowed == {"simple": True, "boxed": False, "unix": False}

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    c = hub_config(course_with(spawner="simple"))
    assert "--allow-root" not in c.Spawner.args
    assert "--allow-root" not in service(c, "tiny-course")["command"]


def test_containers_gain_no_rights(course_with: Courses) -> None:
    """Containers run without capabilities and cannot gain any; pods have no account's token."""
    docker = hub_config(course_with(spawner="docker")).DockerSpawner
    kube = hub_config(course_with(spawner="kubernetes")).KubeSpawner

    assert docker.extra_host_config["cap_drop"] == ["ALL"]
    assert docker.extra_host_config["security_opt"] == ["no-new-privileges"]
    assert kube.automount_service_account_token is False
    assert kube.allow_privilege_escalation is False


def test_what_an_instructor_sets_counts(course_with: Courses) -> None:
    """`settings` come last, so that they win over what is made from the other keys."""
    c = hub_config(course_with(settings={"Spawner": {"http_timeout": 7}}))

    assert c.Spawner.http_timeout == 7


@pytest.mark.parametrize(
    ("groups", "lands"),
    [
        ({"nbgrader-tiny-course"}, ""),
        ({"formgrade-tiny-course"}, "/services/tiny-course/lab"),
        ({"reviewers-tiny-course"}, "/services/review/"),
        (set(), "/hub/home"),
    ],
)
def test_people_land_where_their_work_is(
    course_with: Courses, groups: set[str], lands: str
) -> None:
    """Students land in their server, instructors in the course, reviewers in their room."""
    assert landing_of(plan_of(course_with({})), groups) == lands


def test_an_instructor_lands_at_the_desk(course_with: Courses) -> None:
    """With the desk's notebook in the course, an instructor lands at it."""
    course = course_with({})
    (course.root / "notebooks").mkdir()
    (course.root / "notebooks" / "instructor_desk.ipynb").write_text("{}")

    lands = landing_of(plan_of(course), {"formgrade-tiny-course"})

    assert lands == "/services/tiny-course/lab/tree/notebooks/instructor_desk.ipynb"


@pytest.mark.parametrize("group", ["students", "instructors", "reviewers"])
def test_nobody_is_called_as_the_courses_own_account(course_with: Courses, group: str) -> None:
    """A person with the name of the account that grades would be in the instructors' group."""
    course = course_with({})
    file = course.root / "course" / "roster.yml"
    roster = yaml.safe_load(file.read_text())
    roster[group][0]["id"] = "grader-tiny-course"
    file.write_text(yaml.safe_dump(roster))

    with pytest.raises(BadInput, match=r"grader-tiny-course.*rename"):
        hub_config(Course.find(course.root))


def test_no_admin_is_the_courses_own_account(course_with: Courses) -> None:
    """Nobody logs in with the account that grades, also not the hub's admin."""
    with pytest.raises(BadInput, match="grader-tiny-course"):
        hub_config(course_with(admins=["grader-tiny-course"]))


@pytest.mark.parametrize("name", ["practicum", "review", "idle-culler"])
def test_a_course_is_not_called_as_another_service(course_with: Courses, name: str) -> None:
    """The course's own server is a service with its id, which must not be another one's."""
    course = course_with({})
    file = course.root / "course" / "course.yml"
    file.write_text(file.read_text().replace("id: tiny-course", f"id: {name}"))

    with pytest.raises(BadInput, match=f"{name}.*another id"):
        hub_config(Course.find(course.root))
