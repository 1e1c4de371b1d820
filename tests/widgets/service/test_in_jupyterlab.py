"""The start page in JupyterLab, with a course's real service: found, applied for, refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.course.service.conftest import Place
from tests.widgets.browser.conftest import grave_findings
from tests.widgets.browser.servers import jupyter, run_all
from tests.widgets.conftest import REPOSITORY
from tests.widgets.service.conftest import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.suite]
READY = 90_000
START = "student_start.ipynb"


def test_a_student_applies_by_clicks(chromium: Browser, place: Place, tmp_path: Path) -> None:
    """What a student clicks is in the course's records, and what is decided there is shown."""
    folder, home = tmp_path / "student", tmp_path / "settings"
    folder.mkdir()
    home.mkdir()
    shutil.copy(REPOSITORY / "notebooks" / START, folder)
    with serving(place.app) as service:
        about = {"PRACTICUM_SERVICE_URL": service, "PRACTICUM_TOKEN": "token-cleo"}
        about |= {"JUPYTER_DATA_DIR": str(home / "data"), "IPYTHONDIR": str(home / "ipython")}
        with jupyter(folder, home, about) as address:
            context = chromium.new_context(viewport={"width": 1300, "height": 900})
            page = context.new_page()
            page.goto(f"{address}/lab/tree/{START}?reset")
            run_all(page, address, START)
            region = page.get_by_role("region", name="My internships")
            card = region.locator("article[data-said='other']")
            card.wait_for(timeout=READY)

            card.get_by_text("A few words with it").click()
            card.locator("textarea").fill("I like charts.")
            card.get_by_role("button", name="Apply for").click()
            card.get_by_text("You applied on").wait_for(timeout=READY)
            card.get_by_text("Applied at").wait_for(timeout=READY)
            (step,) = place.records.placement_steps("other", "cleo")
            assert (step.state, step.words) == ("applied", "I like charts.")

            said = {"brief": "other", "wish": "refuse", "student": "cleo", "words": "We are full."}
            ines = {"Authorization": "Bearer token-ines"}
            assert httpx.post(f"{service}/placements", json=said, headers=ines).is_success
            region.get_by_role("button", name="Look again").click()
            card.get_by_text("Your course says: We are full.").wait_for(timeout=READY)
            region.get_by_text("What interests me").click()
            region.get_by_role("checkbox", name="Charts").check()
            card.get_by_text("matches your topics: Charts").wait_for(timeout=READY)
            assert region.locator("article[data-said] h5").count() == 2
            assert grave_findings(page) == []
            context.close()
    assert (folder / "my-interests.json").is_file()
