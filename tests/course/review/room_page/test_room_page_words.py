"""The room's words in Chromium: German, and by when the reviews should be done."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.course.review.room_page.conftest import Visit

BRIEF = "{brief: demo}"
GERMAN = {"title: A course to test with": "title: Ein Kurs\nlanguage: de"}


def _words() -> dict[str, dict[str, Any]]:
    file = resources.files("practicum_widgets") / "review_room" / "words.json"
    words: dict[str, dict[str, Any]] = json.loads(file.read_text())
    return words


def test_both_languages_say_the_same_things() -> None:
    """Each English text has a German one, with the same places to fill."""
    english, german = _words()["en"], _words()["de"]

    def places(text: object) -> set[str]:
        return set(re.findall(r"\{\w+\}", str(text)))

    assert english.keys() == german.keys()
    assert {key for key in english if places(english[key]) != places(german[key])} == set()


@pytest.mark.browser
@pytest.mark.parametrize("settings", [GERMAN])
def test_a_german_course_has_a_german_room(rita: Visit) -> None:
    """The whole way is in formal German; a sentence on what comes next is known as one."""
    rita.sees("Abgaben", "0 von 2 erledigt", "Für Rita Reviewer.")
    assert rita.page.locator("#review-room").get_attribute("lang") == "de"
    rita.open("ada")
    rita.levels(3, 4)
    for title in ("Sound analysis", "Useful advice"):
        rita.words(title).fill(
            "Das ist gut begründet. Sie könnten nun auch noch die Kosten nennen."
        )
    rita.sees("Gespeichert um")
    rita.button("Senden").click()

    rita.page.get_by_role("heading", name="Danke").wait_for()
    rita.sees("Ihre Beurteilung von")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {BRIEF: "{brief: demo, review_due: 2099-03-03T12:00:00}"},
            "Please finish by 3 March 2099",
        ),
        ({BRIEF: "{brief: demo, review_due: 2020-03-03T12:00:00}"}, "This was due on 3 March 2020"),
    ],
)
def test_by_when_is_said(rita: Visit, said: str) -> None:
    """The queue says by when the reviews should be done, until there is nothing left to do."""
    rita.sees(said)
    for student in ("ada", "grace"):
        rita.open(student)
        rita.levels(3, 3)
        rita.send()
        rita.to_queue()

    rita.sees("2 of 2 done")
    assert rita.page.get_by_text(said).count() == 0
