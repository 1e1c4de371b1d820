"""What users' servers and services find in their environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final, Literal

from traitlets.config import Config

from practicum.hub.plan import Plan

__all__ = ["carried", "set_environment", "settings_path"]

SETTINGS: Final = Path(__file__).parent / "settings"
"""Jupyter's settings for students and for the course: files of the package, for any account."""

START: Final = "student_start.ipynb"


def set_environment(c: Config, plan: Plan) -> None:
    """Set the environment of users' servers, and what they show first."""
    c.Spawner.environment = {
        **carried(),
        "PRACTICUM_SERVICE_URL": plan.service_url,
        "JUPYTER_CONFIG_PATH": settings_path("student"),
    }
    if plan.hosting.spawner in {"docker", "kubernetes"}:
        # The image has its own Python; its practicum tells where the settings lie.
        c.Spawner.environment = {"PRACTICUM_SERVICE_URL": plan.service_url}
    c.Spawner.default_url = f"/lab/tree/{START}"


def settings_path(role: Literal["student", "course"]) -> str:
    """Return the folder with the settings of a role, for JUPYTER_CONFIG_PATH."""
    return str(SETTINGS / role)


def carried() -> dict[str, str]:
    """Return what is taken over from the hub's environment: this Python, found first.

    Relative entries of PYTHONPATH are made whole, because servers run in other folders.
    """
    own = str(Path(sys.executable).parent)
    found = {"PATH": os.pathsep.join([own, "/usr/local/bin", "/usr/bin", "/bin"])}
    places = [place for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place]
    if places:
        found["PYTHONPATH"] = os.pathsep.join(str(Path(place).absolute()) for place in places)
    return found
