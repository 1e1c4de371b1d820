"""The hub's ports, who may log in, and whether a hub that runs also answers."""

from __future__ import annotations

import fcntl
import http.client
import ipaddress
import socket
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from practicum.course import Course
from practicum.doctor.symptoms import Symptom, fail, ok, warn
from practicum.hosting import DEMO_AUTHENTICATOR, Hosting

__all__ = ["accounts", "answering", "held_ports", "hub", "is_loopback", "ports"]

_SECONDS: Final = 3.0
_SERVICES: Final = ("course's service", "review room", "course's JupyterLab", "proxy's own")
_ANYWHERE: Final = {"0.0.0.0", "::", ""}  # noqa: S104 (read, not bound)


def ports(course: Course) -> Iterator[Symptom]:
    """Look whether the hub could listen where it has to."""
    hosting = course.settings.hub
    if hosting is None or hosting.spawner in {"tljh", "kubernetes"}:
        return
    if is_running(course):
        yield ok("ports", "they are this hub's, which runs")
        return
    held = held_ports(hosting)
    for what, port in held.items():
        advice = f"stop it (`ss -ltnp` shows it), or name another port for the {what} in course.yml"
        yield fail("ports", f"another program listens at {port} ({what})", advice)
    if not held:
        yield ok("ports", f"{', '.join(map(str, _ports(hosting).values()))} are free")


def held_ports(hosting: Hosting) -> dict[str, int]:
    """Return the ports that the hub needs and another program has, by what they are for."""
    return {what: port for what, port in _ports(hosting).items() if not _is_free(port)}


def _ports(hosting: Hosting) -> dict[str, int]:
    parts = urlsplit(hosting.listen or hosting.address)
    found = {"address": _port_of(parts), "hub_port": hosting.hub_port}
    first = hosting.first_service_port
    return found | {what: first + index for index, what in enumerate(_SERVICES)}


def _port_of(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return True  # another message tells who may use it
        except OSError:
            return False
    return True


def accounts(course: Course) -> Iterator[Symptom]:
    """Look whether the way to log in suits the address."""
    hosting = course.settings.hub
    if hosting is None:
        found = "course.yml has no hub section: files go through nbgrader's exchange folder"
        yield ok("accounts", found)
        return
    if hosting.spawner in {"tljh", "kubernetes"}:
        yield ok("accounts", "the hub that the course joins says how people log in")
    elif hosting.authenticator != DEMO_AUTHENTICATOR:
        yield ok("accounts", f"people log in by {hosting.authenticator}")
    elif is_loopback(hosting.address) and is_loopback(hosting.listen or hosting.address):
        found = "one password opens every account (`authenticator: demo`)"
        yield warn("accounts", found, "good for a trial; else name a way to log in in course.yml")
    else:
        found = f"one password would open every account at {hosting.address}"
        yield fail("accounts", found, "name a way to log in: `hub: {authenticator: ...}`")
    if (
        hosting.authenticator != DEMO_AUTHENTICATOR
        and hosting.address.startswith("http:")
        and not is_loopback(hosting.address)
    ):
        found = f"{hosting.address} is not encrypted: passwords and work can be read on the way"
        yield warn("accounts", found, "put https in front (docs/hub.md)")


def is_loopback(address: str) -> bool:
    """Say whether only this machine can reach an address."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def hub(course: Course) -> Iterator[Symptom]:
    """Ask the hub, if it runs."""
    hosting = course.settings.hub
    if hosting is None:
        return
    if answering(hosting):
        yield ok("hub", f"answers at {hosting.address}")
    elif hosting.spawner in {"tljh", "kubernetes"}:
        advice = "TLJH: `systemctl status jupyterhub`; Kubernetes: `kubectl logs deployment/hub`"
        yield warn("hub", f"does not answer at {_local(hosting)}", advice)
    elif is_running(course):
        yield fail(
            "hub",
            f"runs, but does not answer at {_local(hosting)}",
            "read course/work/hub/logs/hub.log; stop it and start it again",
        )
    else:
        yield ok("hub", "does not run: `practicum hub start` starts it")


def is_running(course: Course) -> bool:
    """Say whether a process holds the lock of this course's hub."""
    try:
        with (course.work / "hub" / "hub.lock").open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    except OSError:
        return False
    return False


def answering(hosting: Hosting) -> bool:
    """Say whether a hub answers at the address where the proxy listens."""
    parts = urlsplit(_local(hosting))
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "127.0.0.1", parts.port, timeout=_SECONDS)
    try:
        connection.request("GET", f"{parts.path}hub/api/")
        answer = connection.getresponse()
        return answer.status == http.HTTPStatus.OK and b'"version"' in answer.read(10_000)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _local(hosting: Hosting) -> str:
    """Return where this machine reaches the proxy, with the prefix and a slash at the end."""
    parts = urlsplit(hosting.listen or hosting.address)
    host = parts.hostname or ""
    host = "127.0.0.1" if host in _ANYWHERE else host
    path = urlsplit(hosting.address).path.strip("/")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{_port_of(parts)}/{path}{'/' if path else ''}"
