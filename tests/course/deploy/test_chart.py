"""hub.extraConfig of values.yaml, evaluated as the chart evaluates it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from traitlets.config import Config

import practicum.hub
from practicum.errors import BadInput
from practicum.hub import join

KUBERNETES = Path(__file__).resolve().parents[3] / "deploy" / "kubernetes"

HostedCourse = Callable[[str], Path]

KNOWN = {
    "hub": {
        *("baseUrl", "image", "existingSecret", "config", "services", "extraConfig"),
        *("extraVolumes", "extraVolumeMounts", "networkPolicy"),
    },
    "proxy": {"service", "https", "chp"},
    "singleuser": {
        *("image", "cmd", "memory", "cpu", "storage", "cloudMetadata", "networkPolicy"),
    },
    "cull": {"enabled"},
}
"""What we use of the chart's schema, which refuses every other key."""


def chart(values: dict[str, Any]) -> Config:
    """Return what the chart has set before it comes to hub.extraConfig."""
    c = Config()
    c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
    c.ConfigurableHTTPProxy.should_start = False
    c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"
    c.JupyterHub.base_url = values["hub"]["baseUrl"]
    c.JupyterHub.hub_bind_url = "http://:8081"
    c.JupyterHub.services = [
        {"name": name, "api_token": "secret", **service}
        for name, service in values["hub"]["services"].items()
    ]
    c.JupyterHub.load_roles = []
    c.KubeSpawner.environment = {"OF_THE_CHART": "1"}
    c.Spawner.cmd = values["singleuser"]["cmd"]
    for kind, traits in values["hub"]["config"].items():
        c[kind].update(traits)
    return c


@pytest.fixture(name="joined")
def fixture_joined(
    values: dict[str, Any],
    hosted: HostedCourse,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Config:
    """Return the configuration after exactly the text of values.yaml."""
    folder = hosted("kubernetes")
    asked: list[str] = []

    def join_there(c: Config, place: str, *, host: Any) -> None:
        asked.append(place)
        join(c, folder, host=host)

    monkeypatch.setattr(practicum.hub, "join", join_there)
    monkeypatch.chdir(tmp_path)
    c = chart(values)
    for text in values["hub"]["extraConfig"].values():
        exec(text, {"c": c})  # noqa: S102 (as the chart does)
    assert asked == [values["hub"]["extraVolumeMounts"][0]["mountPath"]]
    return c


def test_what_the_chart_sets_stays(joined: Config, values: dict[str, Any]) -> None:
    """Proxy, spawner, authenticator, database and addresses are the chart's own."""
    before = chart(values)

    for kind, name in (
        ("JupyterHub", "spawner_class"),
        ("JupyterHub", "authenticator_class"),
        ("JupyterHub", "db_url"),
        ("JupyterHub", "hub_bind_url"),
        ("JupyterHub", "base_url"),
        ("ConfigurableHTTPProxy", "should_start"),
        ("Spawner", "cmd"),
    ):
        assert joined[kind][name] == before[kind][name]
    for name in ("bind_url", "proxy_class", "cookie_secret_file", "pid_file", "hub_connect_url"):
        assert name not in joined.JupyterHub


def test_groups_are_those_of_the_roster(joined: Config) -> None:
    """The roster's people are in the groups that nbgrader and the services look at."""
    groups = joined.JupyterHub.load_groups.get_value({})

    assert set(groups["formgrade-practicum-sample"]["users"]) == {
        "lehmann",
        "grader-practicum-sample",
    }
    assert set(groups["nbgrader-practicum-sample"]["users"]) >= {"amara", "bao"}
    assert groups["reviewers-practicum-sample"]["users"]


def test_services_are_the_charts_with_the_culler(joined: Config, values: dict[str, Any]) -> None:
    """The services keep the chart's tokens; only the culler is started in the hub's pod."""
    services = {service["name"]: service for service in joined.JupyterHub.services}

    assert set(services) == {*values["hub"]["services"], "idle-culler"}
    assert {services[name]["api_token"] for name in values["hub"]["services"]} == {"secret"}
    assert "--timeout=1800" in services["idle-culler"]["command"]
    assert "--url=http://localhost:8081/hub/api" in services["idle-culler"]["command"]
    assert not values["cull"]["enabled"]


def test_roles_are_for_services_that_are_there(joined: Config) -> None:
    """JupyterHub refuses to start with a role for a service that it does not know."""
    named = {service["name"] for service in joined.JupyterHub.services}
    roles = joined.JupyterHub.load_roles

    assert {service for role in roles for service in role.get("services", [])} <= named
    by_name = {role["name"]: role for role in roles}
    assert len(by_name) == len(roles)
    assert not any("servers" in scope for scope in by_name["user"]["scopes"])


def test_students_servers(joined: Config) -> None:
    """A server reaches the course service in the cluster, and has the course's memory."""
    environment = joined.KubeSpawner.environment

    assert environment == {
        "OF_THE_CHART": "1",
        "PRACTICUM_SERVICE_URL": "http://practicum-service:8090/services/practicum",
    }
    assert joined.KubeSpawner.mem_limit == "900M"
    assert joined.Spawner.default_url == "/lab/tree/student_start.ipynb"
    assert callable(joined.Spawner.pre_spawn_hook)
    assert callable(joined.JupyterHub.default_url)


def test_people_of_the_roster_may_log_in(joined: Config) -> None:
    """Nobody else may, and the admins are those of course.yml."""
    allowed = joined.Authenticator.allowed_users.get_value(set())

    assert {"amara", "lehmann"} <= allowed
    assert "grader-practicum-sample" not in allowed
    assert joined.Authenticator.allow_all is False
    assert joined.Authenticator.admin_users.get_value(set()) == {"lehmann"}


def test_people_named_in_the_values_stay(values: dict[str, Any], hosted: HostedCourse) -> None:
    """Who is in hub.config of values.yaml, as a list, may log in as well."""
    c = chart(values)
    c.Authenticator.allowed_users = ["helper"]

    join(c, hosted("kubernetes"), host="kubernetes")

    assert {"helper", "amara"} <= set(c.Authenticator.allowed_users)


def test_missing_service_is_told(values: dict[str, Any], hosted: HostedCourse) -> None:
    """A course with another id than values.yaml names is refused with the id."""
    c = chart(values)
    c.JupyterHub.services = [one for one in c.JupyterHub.services if "sample" not in one["name"]]

    with pytest.raises(BadInput, match="'practicum-sample'"):
        join(c, hosted("kubernetes"), host="kubernetes")


def test_other_prefix_is_told(values: dict[str, Any], hosted: HostedCourse) -> None:
    """An address in course.yml that does not agree with the chart's prefix is refused."""
    c = chart(values)
    c.JupyterHub.base_url = "/hub-of-all/"

    with pytest.raises(BadInput, match="baseUrl: /}"):
        join(c, hosted("kubernetes"), host="kubernetes")


def test_course_for_another_host_is_told(values: dict[str, Any], hosted: HostedCourse) -> None:
    """A course that is set up for another host is refused with what to write."""
    with pytest.raises(BadInput, match="write `spawner: kubernetes` there"):
        join(chart(values), hosted("boxed"), host="kubernetes")


def test_keys_are_the_charts(values: dict[str, Any]) -> None:
    """Each key of values.yaml is one that the chart's schema has."""
    assert set(values) == set(KNOWN)
    for section, keys in KNOWN.items():
        assert set(values[section]) <= keys


def test_values_hold_no_secret(values: dict[str, Any]) -> None:
    """Tokens come from the Secret, and no value looks like one."""
    text = yaml.safe_dump(values).lower()

    assert values["hub"]["existingSecret"] == "practicum-hub"
    for word in ("apitoken", "api_token", "password", "client_secret", "secrettoken"):
        assert word not in text


def test_gateway_lets_in_the_courses_lab_alone(values: dict[str, Any]) -> None:
    """The token of the course's JupyterLab opens Dask Gateway, and a student's does not."""
    more = yaml.safe_load((KUBERNETES / "values-dask.yaml").read_text(encoding="utf-8"))["hub"]
    gateway = yaml.safe_load((KUBERNETES / "dask-gateway.yaml").read_text(encoding="utf-8"))
    (role,) = more["loadRoles"].values()

    assert set(role["services"]) == set(values["hub"]["services"]) - {"practicum", "review"}
    assert role["scopes"] == [f"access:services!service={name}" for name in more["services"]]
    c = Config()
    for text in gateway["gateway"]["extraConfig"].values():
        exec(text, {"c": c})  # noqa: S102 (as the chart does)
    assert [c.JupyterHubAuthenticator.jupyterhub_service_name] == list(more["services"])
    assert c.ClusterConfig.worker_cmd == ["dask", "worker"]
