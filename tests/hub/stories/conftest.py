"""One hub for a week, and three people's browsers; with PRACTICUM_PICTURES=FOLDER, pictures."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.hub.conftest import PASSWORD, RunningHub, free_ports, run_hub

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

BRIEF = "first-steps"
READY = 90_000
COLOURS = 256
MAX_BYTES = 200_000
STUDENT, OTHER, INSTRUCTOR, BY_LINK, BY_ACCOUNT = "amara", "bao", "lehmann", "ines", "henrik"
ROSTER_YML = f"""\
schema_version: 1
students:
  - {{id: {STUDENT}, name: Amara Diallo}}
  - {{id: {OTHER}, name: Bao Nguyen}}
instructors:
  - {{id: {INSTRUCTOR}, name: Petra Lehmann}}
reviewers:
  - {{id: {BY_LINK}, name: Ines Okafor, employer: Coldwater Seabird Trust, briefs: [{BRIEF}]}}
  - {{id: {BY_ACCOUNT}, name: Henrik Aalto, employer: Coldwater Seabird Trust, briefs: [{BRIEF}]}}
"""


@dataclass
class Week:
    """The hub of the stories, who is at which browser, and the step that went wrong, if one did."""

    hub: RunningHub
    browser: "Browser"
    pictures: Path | None = None
    pages: "dict[str, Page]" = field(default_factory=dict)
    contexts: "list[BrowserContext]" = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stopped: str = ""
    link: str = ""

    def page(self, name: str) -> "Page":
        """Return the window of a person; a new one has cookies of its own."""
        if name not in self.pages:
            context = self.browser.new_context(
                viewport={"width": 1300, "height": 860}, color_scheme="light"
            )
            context.set_default_timeout(READY)
            self.contexts.append(context)
            self.pages[name] = context.new_page()
            self.pages[name].on("pageerror", lambda error: self.faults.append(f"{name}: {error}"))
        return self.pages[name]

    def log_in(self, name: str) -> "Page":
        """Let a person log in by the hub's own page, and return the window where they land."""
        page = self.page(name)
        page.goto(self.hub.address)
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        return page

    def service(self, name: str) -> httpx.Client:
        """Return what a notebook of a student can ask the course's service."""
        token = self.hub.server_token(name)
        headers = {"Authorization": f"Bearer {token}"}
        base = f"{self.hub.address}services/practicum/"
        return httpx.Client(base_url=base, headers=headers, timeout=60)

    def picture(self, page: "Page", name: str) -> None:
        """Take a picture for the documentation, if pictures are wanted."""
        if self.pictures is None:
            return
        from PIL import Image

        file = self.pictures / f"hub_{name}.png"
        with Image.open(io.BytesIO(page.screenshot(animations="disabled"))) as image:
            image.convert("RGB").quantize(COLOURS).save(file, optimize=True)
        assert file.stat().st_size <= MAX_BYTES, f"{file} is too large: show less"


def _lay(root: Path, first: int) -> None:
    """Make a course as `practicum init` makes it, with people, a due date and a hub."""
    command = [sys.executable, "-m", "practicum", "init", str(root)]
    title = ("--title", "Data analysis with employers")
    subprocess.run([*command, *title], check=True, capture_output=True)
    (root / "course" / "roster.yml").write_text(ROSTER_YML, encoding="utf-8")
    file = root / "course" / "course.yml"
    text = file.read_text(encoding="utf-8")
    due = f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT23:59:00}"
    dated = text.replace(f"  - brief: {BRIEF}\n", f"  - {{brief: {BRIEF}, due: {due}}}\n")
    assert dated != text
    section = (
        f"hub:\n  address: http://127.0.0.1:{first}\n"
        f"  hub_port: {first + 1}\n  first_service_port: {first + 2}\n"
    )
    file.write_text(f"{dated}\n{section}", encoding="utf-8")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory, chromium: "Browser") -> Iterator[Week]:
    """A hub with boxes, all its services, and a brief that is not published yet."""
    if shutil.which("bwrap") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("bwrap is missing; `scripts/debian-packages` installs it", pytrace=False)
        pytest.skip("bwrap is missing; `scripts/debian-packages` installs it")
    root = tmp_path_factory.mktemp("week") / "data-analysis"
    _lay(root, free_ports(8))
    folder = os.environ.get("PRACTICUM_PICTURES")
    hub = run_hub(root)
    found = Week(hub, chromium, Path(folder).absolute() if folder else None)
    if found.pictures is not None:
        found.pictures.mkdir(parents=True, exist_ok=True)
    try:
        yield found
    finally:
        for context in found.contexts:
            context.close()
        hub.stop()


@pytest.fixture(autouse=True)
def _in_order(week: Week) -> None:
    """Leave out what follows a step that failed: it would fail for that reason alone."""
    if week.stopped:
        pytest.skip(f"the week ended with {week.stopped}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Generator[None, Any, Any]:
    """Note which step failed, and keep what was on each screen."""
    report = yield
    week = getattr(item, "funcargs", {}).get("week")
    if isinstance(week, Week) and call.when == "call" and report.failed:
        week.stopped = item.name
        for name, page in week.pages.items():
            page.screenshot(path=week.hub.root.parent / f"{item.name}-{name}.png")
        report.sections.append(("screens", f"pictures of all screens: {week.hub.root.parent}"))
    return report
