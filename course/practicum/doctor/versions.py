"""Whether the programs that a course needs are installed, in versions that are tested."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from practicum.course import Course
from practicum.doctor.symptoms import Symptom, fail, ok, warn

__all__ = ["NODE_PROXY", "node_proxy", "proxy", "versions"]

_TESTED: Final = {
    "grading": {"nbgrader": "0.9.6", "jupyterlab": "4"},
    "hub": {"jupyterhub": "6", "jupyterhub-idle-culler": "", "fastapi": "", "uvicorn": ""},
}
"""By extra: each package, and the version that it has to begin with."""

NODE_PROXY: Final = "configurable-http-proxy"
"""The program of npm's package, and of the Python package with the same name."""


def versions(course: Course) -> Iterator[Symptom]:
    """Look for the packages; those of the hub only when the course has one."""
    extras = ("grading", "hub") if course.settings.hub else ("grading",)
    for extra in extras:
        for package, wanted in _TESTED[extra].items():
            yield _package(package, wanted, extra)


def _package(package: str, wanted: str, extra: str) -> Symptom:
    install = f"pip install 'practicum[{extra}]'"
    try:
        found = version(package)
    except PackageNotFoundError:
        return fail(package, "not installed", install)
    if wanted and not f"{found}.".startswith(f"{wanted}."):
        if package == "nbgrader":
            return fail(package, found, f"{wanted} is needed: {install}")
        return warn(package, found, f"tested with {wanted}: {install} -U, or go on with care")
    return ok(package, found)


def proxy(course: Course) -> Iterator[Symptom]:
    """Look for the proxy that course.yml names."""
    hosting = course.settings.hub
    if hosting is None or hosting.spawner in {"tljh", "kubernetes"}:
        return
    if hosting.proxy == "python":
        yield _package(NODE_PROXY, "", "hub")
        return
    script, node = node_proxy(), shutil.which("node")
    if node is None or script is None:
        found = "node is not installed" if node is None else f"npm's {NODE_PROXY} is not on PATH"
        yield fail("proxy", found, f"npm install -g {NODE_PROXY}, or `hub: {{proxy: python}}`")
        return
    asked = subprocess.run(  # noqa: S603 (a fixed command)
        [script, "--version"], capture_output=True, text=True, timeout=20, check=False
    )
    if asked.returncode:
        yield fail("proxy", f"{script} does not run", f"npm install -g {NODE_PROXY}")
    else:
        yield ok("proxy", f"{script} {asked.stdout.strip()}")


def node_proxy() -> str | None:
    """Find npm's program: the one on PATH that is not this environment's Python script."""
    own = Path(sys.executable).parent
    places = [
        place
        for place in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if place and Path(place).absolute() != own
    ]
    return shutil.which(NODE_PROXY, path=os.pathsep.join(places))
