"""The programs of the pods, with the environment that their manifests give, on a real JupyterHub.

What is not Kubernetes': names of Services become ports of this machine, and the chart's own part
of the configuration is written here. Users' pods are not started.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

import practicum
from practicum.course import Course
from practicum.hub.environment import carried

HostedCourse = Callable[[str], Path]
Manifest = dict[str, Any]

pytestmark = [pytest.mark.slow, pytest.mark.suite]

PASSWORD = "a password of this test alone"  # noqa: S105 (of a hub that lives a minute)

CONFIG = """\
import sys

from practicum.hub import join

c = get_config()
c.JupyterHub.services = {services!r}
c.JupyterHub.load_roles = []
c.JupyterHub.base_url = "/"
c.JupyterHub.bind_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = {password!r}
c.SharedPasswordAuthenticator.admin_password = {password!r} * 2
c.ConfigurableHTTPProxy.command = [
    sys.executable, "-c", "from configurable_http_proxy.cli import main; main()"
]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
join(c, {folder!r}, host="kubernetes")
c.JupyterHub.services[-1]["command"][-1] = "--url=http://127.0.0.1:{hub}/hub/api"
"""


@dataclass(frozen=True)
class Hub:
    """A hub with the services' processes."""

    address: str
    tokens: dict[str, str]

    @contextmanager
    def browser(self, name: str = "") -> Iterator[httpx.Client]:
        """Give a browser in which somebody has logged in, or nobody."""
        with httpx.Client(base_url=self.address, follow_redirects=True, timeout=30) as client:
            if name:
                client.get("/hub/login")
                # Instructors of this course administer the hub as well.
                password = PASSWORD * 2 if name == "lehmann" else PASSWORD
                form = {"username": name, "password": password, "_xsrf": client.cookies["_xsrf"]}
                answer = client.post("/hub/login", data=form, follow_redirects=False)
                assert answer.status_code == 302, answer.text
            yield client


def free_port() -> int:
    """Return a port of this machine that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(
    pod: Manifest, settings: dict[str, str], here: Callable[[str], str]
) -> tuple[list[str], dict[str, str]]:
    """Return a pod's command and environment as they are on this machine."""
    (container,) = pod["spec"]["containers"]
    found = dict(settings)
    for variable in container["env"]:
        source = variable.get("valueFrom", {})
        if "configMapKeyRef" in source:
            value = settings[source["configMapKeyRef"]["key"]]
        elif "secretKeyRef" in source:
            value = f"secret:{variable['name']}"
        else:
            value = variable["value"]
        value = re.sub(r"\$\((\w+)\)", lambda match: found[match[1]], value)
        found[variable["name"]] = here(value)
    command = container["command"][container["command"].index("--") + 1 :]
    return [here(word) for word in command], {name: here(text) for name, text in found.items()}


@pytest.fixture(name="hub")
def fixture_hub(
    manifests: list[Manifest], values: Manifest, hosted: HostedCourse, tmp_path: Path
) -> Iterator[Hub]:
    """Start the hub and the three services; each of them has a log in the folder of the test."""
    folder = hosted("kubernetes")
    Course.find(folder).prepare_work()
    names = {"practicum": "service", "review": "room", "practicum-sample": "lab"}
    ports = {which: free_port() for which in ("proxy", "hub", "api", *names.values())}
    page = folder / "course" / "course.yml"
    local = page.read_text(encoding="utf-8").replace(
        "https://course.example.org", f"http://127.0.0.1:{ports['proxy']}"
    )
    page.write_text(local, encoding="utf-8")
    tokens = {name: f"token-of-{name}-{os.urandom(16).hex()}" for name in names}
    replacements = {
        "http://hub:8081": f"http://127.0.0.1:{ports['hub']}",
        "http://practicum-service:8090": f"http://127.0.0.1:{ports['service']}",
        "/srv/course": str(folder),
        "/opt/practicum/settings": f"{practicum.__path__[0]}/hub/settings",
        "/tmp/run": str(tmp_path / "run"),  # noqa: S108 (read from the manifest)
    }

    def here(text: str) -> str:
        for name, local in replacements.items():
            text = text.replace(name, local)
        return re.sub(r"http://0\.0\.0\.0:\d+", "http://127.0.0.1:PORT", text)

    settings = {
        "COURSE_ID": "practicum-sample",
        "JUPYTERHUB_API_URL": "http://hub:8081/hub/api",
        "JUPYTERHUB_BASE_URL": "/",
    }
    services = [
        {
            "name": name,
            **service,
            "url": f"http://127.0.0.1:{ports[names[name]]}",
            "api_token": tokens[name],
        }
        for name, service in values["hub"]["services"].items()
    ]
    config = tmp_path / "jupyterhub_config.py"
    text = CONFIG.format(services=services, folder=str(folder), password=PASSWORD, **ports)
    config.write_text(text, encoding="utf-8")
    plain = {**carried(), "HOME": str(tmp_path)}
    with ExitStack() as stack:

        def start(name: str, command: list[str], environment: dict[str, str]) -> None:
            log = stack.enter_context((tmp_path / f"{name}.log").open("wb"))
            process = subprocess.Popen(
                command, env=plain | environment, cwd=tmp_path, stdout=log, stderr=log
            )
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)

        start("hub", [sys.executable, "-m", "jupyterhub", "--config", str(config)], {})
        pods = {
            one["metadata"]["name"]: one["spec"]["template"]
            for one in manifests
            if one["kind"] == "Deployment"
        }
        for name, which in names.items():
            command, environment = program(pods[f"practicum-{which}"], settings, here)
            environment["JUPYTERHUB_API_TOKEN"] = tokens[name]
            environment["JUPYTERHUB_SERVICE_URL"] = f"http://127.0.0.1:{ports[which]}"
            # This hub speaks http, where browsers do not keep cookies that are for https alone.
            command = [word for word in command if word != "--https"]
            if which == "lab" and os.geteuid() == 0:
                command.append("--allow-root")  # a pod is never root
            start(which, command, environment)
        address = f"http://127.0.0.1:{ports['proxy']}"
        for path in ("/hub/api/", "/services/practicum/health", "/services/review/"):
            wait_for(address + path)
        wait_for(f"{address}/services/practicum-sample/api")
        yield Hub(address, tokens)


def wait_for(address: str) -> None:
    """Wait until the hub, or a service behind its proxy, answers."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            if httpx.get(address, timeout=5).status_code < 400:
                return
        time.sleep(0.3)
    pytest.fail(f"{address} does not answer")


def test_pods_serve_the_hubs_people(hub: Hub) -> None:
    """An instructor lands in the course's JupyterLab, a reviewer in the room, each alone there."""
    with hub.browser("lehmann") as instructor:
        page = instructor.get("/")
        assert page.url.path.startswith("/services/practicum-sample/lab"), page.url
        assert page.status_code == 200
    with hub.browser("rev-tours") as reviewer:
        page = reviewer.get("/")
        assert page.url.path.startswith("/services/review/"), page.url
        assert page.status_code == 200
        assert reviewer.get("/services/practicum-sample/lab").status_code == 403
        assert reviewer.get("/hub/spawn").status_code == 403
    with hub.browser("amara") as student:
        assert student.get("/services/practicum-sample/lab").status_code == 403
        assert student.get("/services/review/").status_code == 403
    with hub.browser() as stranger:
        assert stranger.get("/services/practicum/health").json() == {"status": "ok"}
        assert stranger.get("/services/practicum/me").status_code == 401
        headers = {"Authorization": f"token {hub.tokens['practicum-sample']}"}
        me = stranger.get("/services/practicum/me", headers=headers)
        assert me.status_code == 200
        assert me.json()["role"] == "course"
