"""The course on a hub that somebody else has set up: The Littlest JupyterHub, or the Helm chart.

Both have a proxy, a database, a way to log in and a spawner of their own. Only what the course
itself needs is added to theirs: groups, roles, services, where people land, and what their
servers find in the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue

from practicum.course import Course
from practicum.errors import BadInput
from practicum.hub.authentication import everybody
from practicum.hub.environment import START, settings_path
from practicum.hub.landing import set_landing
from practicum.hub.limits import set_culling
from practicum.hub.people import set_groups
from practicum.hub.plan import ROOM, Plan, plan_of
from practicum.hub.roles import CULLER, set_roles
from practicum.hub.services import set_services

__all__ = ["Host", "join"]

Host = Literal["tljh", "kubernetes"]

ACCOUNT: Final = "practicum"
"""The account of the system that owns the course's folder on The Littlest JupyterHub."""

RUNTIME: Final = Path("/var/lib/practicum/run")
"""Where the course's own kernels have their sockets there; deploy/tljh/install.sh makes it."""

SERVER: Final = "/opt/tljh/user/bin/practicum-server"
"""What starts a user's server there: jupyterhub-singleuser, with the first notebook laid."""

IN_CLUSTER: Final = "http://practicum-service:8090"
"""The course service as users' pods reach it: without a detour by the public address."""

DATABASE: Final = "sqlite:///jupyterhub.sqlite"
"""JupyterHub's own default: in the folder in which the hub was started."""


def join(c: Config, folder: str | Path, *, host: Host) -> None:
    """Add a course to the configuration of a hub that is already there.

    What the hub has set of its own stays: addresses, proxy, database, secrets, the class of the
    authenticator and of the spawner. Lists and tables of it are added to, not replaced.

    Args:
        c: What ``get_config()`` returns, or ``c`` in the chart's ``hub.extraConfig``.
        folder: The course's folder.
        host: Whose hub it is. On TLJH the hub starts the services, as the account ``practicum``;
            in Kubernetes they have pods of their own, and values.yaml names them.

    Raises:
        BadInput: course.yml is for another host, or contradicts what the hub has set.

    """
    plan = plan_of(Course.find(Path(folder)))
    if plan.hosting.spawner != host:
        message = (
            f"hub: {plan.course.root / 'course' / 'course.yml'} says `spawner: "
            f"{plan.hosting.spawner}`, but this hub is started by {_STARTED_BY[host]}: write "
            f"`spawner: {host}` there"
        )
        raise BadInput(message)
    plan = replace(plan, as_root=False, guests=_guests(c, plan))
    _HOSTS[host](c, plan)
    _set_people(c, plan)
    c.JupyterHub.public_url = plan.public
    c.JupyterHub.allow_named_servers = False
    c.Spawner.default_url = f"/lab/tree/{START}"
    set_landing(c, plan)
    for kind, traits in plan.hosting.settings.items():
        for name, value in traits.items():
            setattr(c[kind], name, value)


def _guests(c: Config, plan: Plan) -> frozenset[str]:
    """Bring the hub's database in line with the roster, wherever this hub keeps it."""
    from practicum.hub.members import reconcile  # noqa: PLC0415 (needs JupyterHub's tables)

    found = c.JupyterHub.get("db_url")
    return reconcile(plan, url=found if isinstance(found, str) else DATABASE)


def _join_tljh(c: Config, plan: Plan) -> None:
    """Add what the hub starts itself; it runs as root, and the services do not."""
    own = Config()
    set_services(own, replace(plan, runtime=RUNTIME))
    for service in own.JupyterHub.services:
        service["user"] = ACCOUNT
    set_culling(own, plan)
    set_groups(own, plan)
    set_roles(own, plan)
    _add_all(c, own)
    c.JupyterHub.base_url = plan.base_url
    c.Spawner.cmd = [SERVER]
    c.Spawner.mem_limit = f"{plan.hosting.memory_mb}M"
    # TLJH lets everybody in who is the first to use a name, as long as its own list is empty.
    c.FirstUseAuthenticator.allow_all = False
    _add(
        c,
        "Spawner",
        "environment",
        {
            "PRACTICUM_SERVICE_URL": plan.service_url,
            "JUPYTER_CONFIG_PATH": settings_path("student"),
        },
    )


def _join_chart(c: Config, plan: Plan) -> None:
    """Add what the chart has no values for; the services' pods are in deploy/kubernetes."""
    present = c.JupyterHub.get("base_url", "/")
    if present != plan.base_url:
        message = (
            f"hub: course.yml has the address {plan.hosting.address}, so values.yaml needs "
            f"`hub: {{baseUrl: {plan.base_url}}}`, but it has {present}"
        )
        raise BadInput(message)
    named = {str(service.get("name")) for service in c.JupyterHub.get("services", [])}
    wanted = {plan.names.course if name == ROOM else name for name in plan.services}
    if missing := sorted(wanted - named):
        message = (
            f"values.yaml: hub.services has no {missing[0]!r}: a role would be for a service "
            "that is not there (the course's own JupyterLab is called as the id in course.yml)"
        )
        raise BadInput(message)
    own = Config()
    own.JupyterHub.services = []
    set_culling(own, plan)
    for service in own.JupyterHub.services:
        if service["name"] == CULLER:
            # A pod need not reach itself by its Service's name.
            service["command"].append(f"--url=http://localhost:8081{plan.base_url}hub/api")
    set_groups(own, plan)
    set_roles(own, plan)
    _add_all(c, own)
    c.KubeSpawner.mem_limit = f"{plan.hosting.memory_mb}M"
    # The settings for students lie in the image, which names them in its own environment.
    url = f"{IN_CLUSTER}{plan.base_url}services/practicum"
    _add(c, "KubeSpawner", "environment", {"PRACTICUM_SERVICE_URL": url})


def _set_people(c: Config, plan: Plan) -> None:
    """Let the roster in, beside whom the hub lets in already."""
    c.Authenticator.allow_existing_users = False
    c.Authenticator.allow_all = False
    _add(c, "Authenticator", "allowed_users", everybody(plan))
    if plan.hosting.admins:
        _add(c, "Authenticator", "admin_users", set(plan.hosting.admins))


def _add_all(c: Config, own: Config) -> None:
    for name, value in own.JupyterHub.items():
        _add(c, "JupyterHub", name, value)


def _add(c: Config, kind: str, name: str, value: Collection[Any]) -> None:
    """Add to a list, set or table, whether it is set here, in a file before, or not at all.

    TLJH reads this configuration into a ``Config`` of its own and merges it afterwards: what is
    not there yet is added to lazily.
    """
    section = c[kind]
    present = section.get(name)
    if present is None or isinstance(present, LazyConfigValue):
        lazy = getattr(section, name)
        (lazy.extend if isinstance(value, list) else lazy.update)(value)
    elif isinstance(value, list):
        section[name] = [*present, *value]
    elif isinstance(value, Mapping):
        section[name] = {**present, **value}
    else:
        section[name] = {*present, *value}


_STARTED_BY: Final[dict[Host, str]] = {
    "tljh": "The Littlest JupyterHub",
    "kubernetes": "the Helm chart of JupyterHub",
}
_HOSTS: Final[dict[Host, Callable[[Config, Plan], None]]] = {
    "tljh": _join_tljh,
    "kubernetes": _join_chart,
}
