"""Where the hub is found, and the proxy in front of it."""

from __future__ import annotations

import sys

from traitlets.config import Config

from practicum.doctor import NODE_PROXY, node_proxy
from practicum.errors import BadInput
from practicum.hub.plan import Plan

__all__ = ["set_addresses", "set_proxy"]

PYTHON_PROXY = "from configurable_http_proxy.cli import main; main()"
"""The package has no ``__main__``, and a script on PATH may be another environment's."""


def set_addresses(c: Config, plan: Plan) -> None:
    """Set the addresses of the proxy and the hub, and where the hub keeps its state."""
    if plan.listen.startswith("https:") and "ssl_key" not in plan.hosting.settings.get(
        "JupyterHub", {}
    ):
        message = (
            f"hub: nothing would speak https at {plan.listen}: with a server in front of the hub "
            "that does, add `listen: http://127.0.0.1:8000`; without one, add ssl_key and "
            "ssl_cert under `settings: {JupyterHub: ...}`"
        )
        raise BadInput(message)
    c.JupyterHub.bind_url = plan.listen
    host = "127.0.0.1" if plan.hosting.spawner not in {"docker", "kubernetes"} else ""
    c.JupyterHub.hub_bind_url = f"http://{host}:{plan.hosting.hub_port}"
    if plan.hosting.listen is not None:
        c.JupyterHub.public_url = plan.public
    c.JupyterHub.cookie_secret_file = str(plan.state / "cookie_secret")
    c.JupyterHub.db_url = f"sqlite:///{plan.state / 'jupyterhub.sqlite'}"
    c.JupyterHub.pid_file = str(plan.state / "jupyterhub.pid")


def set_proxy(c: Config, plan: Plan) -> None:
    """Set which configurable-http-proxy the hub starts; on Kubernetes the chart starts one."""
    if plan.hosting.spawner == "kubernetes":
        return
    c.ConfigurableHTTPProxy.command = (
        [node_proxy() or NODE_PROXY]
        if plan.hosting.proxy == "node"
        else [sys.executable, "-c", PYTHON_PROXY]
    )
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{plan.port('proxy')}"
    c.ConfigurableHTTPProxy.pid_file = str(plan.state / "proxy.pid")
    if plan.secrets.proxy_token:
        c.ConfigurableHTTPProxy.auth_token = plan.secrets.proxy_token
