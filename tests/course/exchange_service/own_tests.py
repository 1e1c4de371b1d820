"""A plugin of pytest: nbgrader's own tests of the exchange, with our plugin and a fresh service."""

import json
import linecache
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from nbgrader.utils import get_username

from practicum.course import Course
from practicum.records import Records
from practicum.service.app import create_app
from practicum.service.identity import HubUser
from practicum.service.rates import PER_MINUTE, Rates

GROUPS = tuple(f"formgrade-{name}" for name in ("abc101", "abc102", "xyz200"))


class Myself:
    """Takes every token for that of whoever runs the tests: they release and submit alike."""

    async def user_of(self, token: str) -> HubUser | None:
        """Return me."""
        return HubUser(name=get_username(), groups=GROUPS) if token else None


@pytest.fixture(autouse=True)
def fresh_service(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A service in which nothing has happened, for each test."""
    place = tmp_path_factory.mktemp("service")
    text = Path(os.environ["OWN_TESTS_COURSE"], "course", "course.yml").read_text(encoding="utf-8")
    course = Course.find(os.environ["OWN_TESTS_COURSE"])
    assert "plain_courses" in text
    hub = course.settings.hub
    assert hub is not None
    settings = course.settings.model_copy(
        update={"hub": hub.model_copy(update={"files": str(place / "depot")})}
    )
    object.__setattr__(course, "settings", settings)
    with Records(f"sqlite:///{place / 'records.db'}") as records:
        rates = Rates(dict.fromkeys(PER_MINUTE, 1_000_000))
        app: Any = create_app(course, identity=Myself(), records=records, rates=rates)
        from practicum.depot import Depot

        app.state.depot = Depot.of(course, records)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        monkeypatch.setenv("PRACTICUM_SERVICE_URL", f"http://127.0.0.1:{port}/services/practicum")
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "mine")
        yield
        server.should_exit = True
        thread.join(timeout=10)


def why(report: Any) -> str:
    """Say whether a test failed because it looked into the folder that is not there."""
    crash = report.longrepr.reprcrash
    line = linecache.getline(crash.path, crash.lineno)
    looked = "tmp-exchange-" in crash.message or "join(exchange" in line
    return "failed: looks into the exchange's folder" if looked else "failed: another reason"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what came of each test."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    outcomes: dict[str, str] = {}
    for outcome in ("failed", "error", "passed", "skipped"):
        for report in reporter.stats.get(outcome, []):
            name = report.nodeid.rpartition("/")[2].replace("::", " ").split(" ", 1)
            key = f"{name[0].removeprefix('test_nbgrader_').removesuffix('.py')} {name[1]}"
            if outcome in {"failed", "error"}:
                outcomes[key] = outcomes.get(key) or why(report)
            else:
                outcomes.setdefault(key, outcome)
    Path(os.environ["OWN_TESTS_REPORT"]).write_text(json.dumps(outcomes), encoding="utf-8")
