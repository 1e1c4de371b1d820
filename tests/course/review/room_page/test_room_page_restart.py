"""The room's server dies and comes back while a reviewer writes: the page loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.course.review.room_page.conftest import Visit
    from tests.course.review.visiting import Server

pytestmark = [pytest.mark.browser, pytest.mark.suite]


def test_killed_and_started_again(server: Server, visit: Visit, records: Any) -> None:
    """What was typed while the server was dead is saved by itself when it is back, and sent."""
    visit.enter(server.address)
    visit.open("ada")
    visit.words("Sound analysis").fill("The first half")
    visit.sees("Saved at")

    server.kill()
    visit.words("Sound analysis").fill("The first half and the second.")
    visit.levels(3, 2)
    visit.sees("Not saved")

    server.start()
    visit.page.get_by_text("Saved at").first.wait_for(timeout=20_000)
    draft = records.draft("demo", "ada", "rita")
    assert draft is not None
    assert draft.sheet.words["analysis"] == "The first half and the second."
    visit.page.reload()
    assert visit.words("Sound analysis").input_value() == "The first half and the second."
    visit.send()
    levels = {one.criterion: one.level for one in records.assessments("demo")}
    assert levels == {"analysis": 3, "advice": 2}
