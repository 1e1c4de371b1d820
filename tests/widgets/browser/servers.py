"""The programs in which students work, for tests: JupyterLab and Notebook 7, and Voilà."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["await_kernel", "jupyter", "run_all", "voila"]

START_SECONDS = 90
READY = 90_000
SETTINGS = {
    # All cells are there at once, so that a test finds those below the window.
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@contextmanager
def jupyter(
    root: Path,
    home: Path,
    environment: Mapping[str, str] | None = None,
    *,
    as_installed: bool = False,
) -> Iterator[str]:
    """Serve a folder by JupyterLab (at /lab) and Notebook 7 (at /notebooks); yield the address.

    As installed, cells outside the window are not laid out, as students have it.
    """
    settings = home / "settings"
    for name, content in SETTINGS.items():
        if as_installed and "tracker" in name:
            continue
        file = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    port = _free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token=", "--port-retries=0"),
        *("--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={root}"),
        *("--LabApp.news_url=", "--expose-app-in-browser"),
    ]
    about = {"JUPYTERLAB_SETTINGS_DIR": str(settings), "JUPYTER_CONFIG_DIR": str(home / "config")}
    with _serving(
        command, root, home / "jupyter.txt", port, "/api", about | dict(environment or {})
    ):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def voila(notebook: Path, home: Path, **environment: str) -> Iterator[str]:
    """Serve one notebook by Voilà; yield its address."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}"),
        *("--Voila.ip=127.0.0.1", "--show_tracebacks=True"),
    ]
    with _serving(
        command, notebook.parent, home / "voila.txt", port, "/voila/static/", environment
    ):
        yield f"http://127.0.0.1:{port}/"


@contextmanager
def _serving(
    command: list[str], folder: Path, log: Path, port: int, ready: str, environment: dict[str, str]
) -> Iterator[None]:
    """Start a server, wait until it answers, and end it; its log is shown if it does not."""
    variables = os.environ | environment
    variables["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{variables['PATH']}"
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=sink, stderr=sink)
    try:
        end = time.monotonic() + START_SECONDS
        while not _answers(f"http://127.0.0.1:{port}{ready}"):
            if process.poll() is not None or time.monotonic() > end:
                message = log.read_text("utf-8", errors="replace")[-3000:]
                raise AssertionError(message)
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310 (a port of our own)
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_kernel(page: Page, address: str, notebook: str) -> None:
    """Wait until a notebook is on the page and its kernel has nothing to do, as the server says."""
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=READY)
    end = time.monotonic() + READY / 1000
    while time.monotonic() < end:
        sessions = page.request.get(f"{address}/api/sessions").json()
        states = [s["kernel"]["execution_state"] for s in sessions if s["path"] == notebook]
        if "idle" in states:
            return
        page.wait_for_timeout(250)
    message = f"{notebook}: there is no idle kernel: {sessions}"
    raise AssertionError(message)


def run_all(page: Page, address: str, notebook: str) -> None:
    """Run all cells of a notebook in JupyterLab or Notebook 7, and wait for their end.

    What stands there from an earlier run belongs to no kernel any more, and is cleared first.
    """
    await_kernel(page, address, notebook)
    page.get_by_role("menuitem", name="Edit", exact=True).click()
    page.get_by_role("menuitem", name="Clear Outputs of All Cells", exact=True).click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-CodeCell .jp-InputPrompt").filter(has_text="[").first.wait_for(timeout=READY)
    await_kernel(page, address, notebook)
