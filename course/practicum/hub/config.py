"""course.yml as JupyterHub's configuration: one setter a concern, and they only set."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from traitlets.config import Config

from practicum.course import Course
from practicum.hub.addresses import set_addresses, set_proxy
from practicum.hub.authentication import set_authentication
from practicum.hub.environment import set_environment
from practicum.hub.landing import set_landing
from practicum.hub.limits import set_culling, set_limits
from practicum.hub.people import set_groups
from practicum.hub.plan import Plan, Secrets, plan_of
from practicum.hub.roles import set_roles
from practicum.hub.services import set_services
from practicum.hub.spawners import set_spawner

__all__ = ["SETTERS", "configure", "hub_config"]

SETTERS: Final[tuple[Callable[[Config, Plan], None], ...]] = (
    set_spawner,
    set_addresses,
    set_proxy,
    set_authentication,
    set_groups,
    set_roles,
    set_services,
    set_culling,
    set_environment,
    set_limits,
    set_landing,
)


def configure(c: Config, config_file: str, *, services: Collection[str] | None = None) -> None:
    """Hand the course around ``config_file`` to JupyterHub; for jupyterhub_config.py.

    The hub's folder and its secrets are made if they are not there yet.

    Args:
        c: What ``get_config()`` returns.
        config_file: ``__file__`` of jupyterhub_config.py, which lies in the course's folder.
        services: Which services are started, if not all.

    """
    from practicum.hub.members import reconcile  # noqa: PLC0415 (needs JupyterHub's tables)
    from practicum.hub.state import prepare_runtime, prepare_state, read_secrets  # noqa: PLC0415

    course = Course.find(Path(config_file).absolute().parent)
    plan = plan_of(course, services=services)
    prepare_state(plan)
    plan = plan_of(
        course,
        secrets=read_secrets(plan),
        services=plan.services,
        guests=reconcile(plan),
        runtime=prepare_runtime(plan),
    )
    _set_all(c, plan)


def hub_config(
    course: Course,
    services: Collection[str] | None = None,
    *,
    secrets: Secrets | None = None,
) -> Config:
    """Return JupyterHub's configuration for a course; nothing is read, written or started.

    Raises:
        BadInput: The hub section contradicts itself, or there is none.

    """
    c = Config()
    _set_all(c, plan_of(course, services=services, secrets=secrets))
    return c


def _set_all(c: Config, plan: Plan) -> None:
    for setter in SETTERS:
        setter(c, plan)
    # Last, so that what an instructor wrote counts.
    for kind, traits in plan.hosting.settings.items():
        for name, value in traits.items():
            setattr(c[kind], name, value)
