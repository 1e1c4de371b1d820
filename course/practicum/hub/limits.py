"""How much a user's server may use, and for how long."""

from __future__ import annotations

import sys
from typing import Final

from traitlets.config import Config

from practicum.hub.plan import Plan
from practicum.hub.roles import CULLER

__all__ = ["set_culling", "set_limits"]

SPAWNS_AT_ONCE: Final = 12
"""More than that at once, and all of them take longer than a browser waits."""


def set_limits(c: Config, plan: Plan) -> None:
    """Set memory, patience, and how many servers start at once."""
    c.Spawner.mem_limit = f"{plan.hosting.memory_mb}M"
    c.Spawner.http_timeout = 90
    c.Spawner.start_timeout = 120
    c.JupyterHub.concurrent_spawn_limit = SPAWNS_AT_ONCE
    c.JupyterHub.allow_named_servers = False


def set_culling(c: Config, plan: Plan) -> None:
    """Add the service that stops servers which nobody uses."""
    minutes = plan.hosting.idle_minutes
    if not minutes:
        return
    command = [sys.executable, "-m", "jupyterhub_idle_culler"]
    command += [f"--timeout={60 * minutes}", f"--cull-every={max(60, 15 * minutes)}"]
    services = [*c.JupyterHub.services, {"name": CULLER, "command": command, "display": False}]
    c.JupyterHub.services = services
