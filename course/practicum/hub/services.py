"""The services that the hub starts: the course's, the review room, and the course's JupyterLab."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Final

from traitlets.config import Config

from practicum.course import Databases
from practicum.hub.environment import carried, settings_path
from practicum.hub.names import COURSE_SERVICE, REVIEW_SERVICE
from practicum.hub.plan import ROOM, Plan

__all__ = ["set_services"]

STARTING_SECONDS: Final = 60
"""How long a service may take until it answers; a machine that has just booted is slow."""


def set_services(c: Config, plan: Plan) -> None:
    """Set the services. None asks for a confirmation: they are all parts of the course."""
    makers = {COURSE_SERVICE: _course_service, REVIEW_SERVICE: _review_room, ROOM: _course_lab}
    c.JupyterHub.services = [make(plan) for name, make in makers.items() if name in plan.services]


def _course_service(plan: Plan) -> dict[str, Any]:
    return _service(
        plan, COURSE_SERVICE, COURSE_SERVICE, [sys.executable, "-m", "practicum.service"]
    ) | {"display": False}


def _review_room(plan: Plan) -> dict[str, Any]:
    root = str(plan.course.root.absolute())
    command = [sys.executable, "-m", "practicum", "room", "serve", "--hub", "--course", root]
    return _service(plan, REVIEW_SERVICE, REVIEW_SERVICE, command)


def _course_lab(plan: Plan) -> dict[str, Any]:
    """Return JupyterLab and the formgrader in the course's folder, as the course's account."""
    names = plan.names
    command = [sys.executable, "-m", "jupyterhub.singleuser"]
    if plan.as_root:
        command.append("--allow-root")
    service = _service(plan, names.course, ROOM, command)
    service["environment"] |= {
        "HOME": str(plan.homes / names.grader),
        "SHELL": "/bin/bash",
        # The formgrader asks for it, and looks for this account in the group of the instructors.
        "JUPYTERHUB_USER": names.grader,
        "JUPYTERHUB_DEFAULT_URL": "/lab",
        "JUPYTERHUB_ROOT_DIR": str(plan.course.root.absolute()),
        "JUPYTER_CONFIG_PATH": settings_path("course"),
        "PRACTICUM_SERVICE_URL": plan.service_url,
    }
    if plan.runtime is not None:
        # Sockets in files instead of ports: on one machine everybody can listen at a port.
        service["environment"]["JUPYTER_RUNTIME_DIR"] = str(plan.runtime)
        service["command"].append("--KernelManager.transport=ipc")
    return service


def _service(plan: Plan, name: str, which: str, command: list[str]) -> dict[str, Any]:
    secret = {
        variable: os.environ[variable]
        for variable in Databases.VARIABLES.values()
        if variable in os.environ
    }
    return {
        "name": name,
        "url": f"http://127.0.0.1:{plan.port(which)}",
        "command": command,
        "cwd": str(plan.course.root.absolute()),
        "environment": {
            **carried(),
            **secret,
            "HOME": str(Path.home()),
            "PRACTICUM_COURSE": str(plan.course.root.absolute()),
        },
        "oauth_no_confirm": True,
        "timeout": STARTING_SECONDS,
    }
