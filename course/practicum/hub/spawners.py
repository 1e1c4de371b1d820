"""Where users' servers run: on this machine, as real accounts, or in containers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from traitlets.config import Config

from practicum.errors import BadInput
from practicum.hub.plan import Plan

__all__ = ["set_spawner"]


def set_spawner(c: Config, plan: Plan) -> None:
    """Set the spawner that course.yml names."""
    _SETTERS[plan.hosting.spawner](c, plan)


def _here(c: Config, plan: Plan) -> None:
    """Set what all servers on this machine have in common."""
    c.Spawner.ip = "127.0.0.1"
    c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
    c.Spawner.args = _arguments(plan)


def _arguments(plan: Plan) -> list[str]:
    if not plan.hosting.idle_minutes:
        return []
    return [f"--MappingKernelManager.cull_idle_timeout={60 * plan.hosting.idle_minutes}"]


def _simple(c: Config, plan: Plan) -> None:
    _here(c, plan)
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = str(plan.homes / "{username}")
    if plan.as_root:
        c.Spawner.args = [*c.Spawner.args, "--allow-root"]


def _boxed(c: Config, plan: Plan) -> None:
    _here(c, plan)
    c.JupyterHub.spawner_class = "practicum.hub.boxed.BoxedSpawner"
    c.BoxedSpawner.hidden = str(plan.course.root.absolute())
    c.BoxedSpawner.home_dir_template = str(plan.homes / "{username}")
    # Sockets in files, in the box's own /tmp: at a port, another student could listen.
    c.Spawner.args = [*c.Spawner.args, "--KernelManager.transport=ipc"]


def _unix(c: Config, plan: Plan) -> None:
    """Set the spawner for real accounts; the hub runs as root, the servers never do."""
    _here(c, plan)
    c.JupyterHub.spawner_class = "localprocess"


def _docker(c: Config, plan: Plan) -> None:
    c.JupyterHub.spawner_class = "dockerspawner.DockerSpawner"
    c.Spawner.args = _arguments(plan)
    c.DockerSpawner.remove = True
    c.DockerSpawner.volumes = {f"{plan.course.id}-{{username}}": "/home/jovyan"}
    c.DockerSpawner.notebook_dir = "/home/jovyan"
    # Without these a container could gain rights that its image does not show.
    c.DockerSpawner.extra_host_config = {
        "security_opt": ["no-new-privileges"],
        "cap_drop": ["ALL"],
        "pids_limit": 512,
    }
    c.JupyterHub.hub_connect_ip = plan.hosting.settings.get("JupyterHub", {}).get(
        "hub_connect_ip", _DOCKER_HOST
    )


def _kubernetes(c: Config, plan: Plan) -> None:
    c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
    c.Spawner.args = _arguments(plan)
    c.KubeSpawner.storage_pvc_ensure = True
    c.KubeSpawner.storage_capacity = "2Gi"
    c.KubeSpawner.pvc_name_template = f"{plan.course.id}-{{user_server}}"
    c.KubeSpawner.volumes = {
        "home": {
            "name": "home",
            "persistentVolumeClaim": {"claimName": "{pvc_name}"},
        }
    }
    c.KubeSpawner.volume_mounts = {"home": {"name": "home", "mountPath": "/home/jovyan"}}
    c.KubeSpawner.automount_service_account_token = False
    c.KubeSpawner.allow_privilege_escalation = False


def _tljh(_c: Config, plan: Plan) -> None:
    message = (
        f"hub: {plan.course.root / 'course' / 'course.yml'} says `spawner: tljh`: The Littlest "
        "JupyterHub starts that hub (deploy/tljh/install.sh); to start one here, name another"
    )
    raise BadInput(message)


_DOCKER_HOST: Final = "172.17.0.1"
"""This machine, as a container on Docker's default network sees it."""

_SETTERS: Final[dict[str, Callable[[Config, Plan], None]]] = {
    "simple": _simple,
    "boxed": _boxed,
    "unix": _unix,
    "docker": _docker,
    "tljh": _tljh,
    "kubernetes": _kubernetes,
}
