"""The course's briefs on the start page: found, sorted by what fits, applied for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.course.service.conftest import Place, StandIn
from tests.widgets.conftest import lay_desk
from tests.widgets.service.conftest import Be, serving

from practicum.course import Course
from practicum.errors import BadInput, ServiceFailed
from practicum.records import Records
from practicum.service import create_app
from practicum_widgets import Home
from practicum_widgets.home.catalogue import fit
from practicum_widgets.home.interests import FILE, Interests, read_interests
from practicum_widgets.home.offers import Offer, offers_in
from practicum_widgets.surface import words_of

OFFER: dict[str, Any] = {
    "id": "b",
    "title": "A brief",
    "employer": {"name": "E", "industry": "I"},
    "question": "Why?",
    "hours": 8,
    "pay": {"kind": "fixed", "amount": 200, "currency": "USD"},
    "pay_per_hour": 25,
    "matching": {"topics": ["Maps", "birds"], "location": "remote"},
}


def _offers(home: Home) -> dict[str, dict[str, Any]]:
    return {one["brief"]: one for one in home.view["catalogue"]["offers"]}


def test_without_a_service_there_is_no_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no hub names a service the page is as it always was."""
    monkeypatch.delenv("PRACTICUM_SERVICE_URL", raising=False)
    home = Home(tmp_path)

    assert home.view["catalogue"] is None
    assert home.words["catalogue"] not in str(home.still())
    with pytest.raises(BadInput):
        home.do("apply", {"brief": "tiny"})


def test_briefs_of_the_course_are_shown(on_the_hub: Be, tmp_path: Path) -> None:
    """Each brief stands there with employer, hours, pay, topics, place, date and state."""
    on_the_hub("ada")
    home = Home(tmp_path)

    tiny, other = (_offers(home)[name] for name in ("tiny", "other"))
    assert (tiny["employer"], tiny["hours"], tiny["topics"]) == ("Tiny Trust", 8, ["sums"])
    assert tiny["pay"] == {"kind": "fixed", "amount": "200", "currency": "USD", "per_hour": "25"}
    assert (tiny["state"], tiny["fixed"], tiny["placed"]) == ("placed", True, True)
    assert (other["state"], other["placed"], other["published"]) == ("", False, False)
    assert home.view["catalogue"]["course"] == "tiny-course"
    twin = str(home.still())
    assert "200 USD (25 an hour)" in twin
    assert "You are placed on this brief." in twin


def test_apply_and_withdraw(on_the_hub: Be, place: Place, tmp_path: Path) -> None:
    """A student applies with a few words, withdraws, applies again, and hears of a refusal."""
    on_the_hub("cleo")
    home = Home(tmp_path)
    assert _offers(home)["other"]["state"] == ""

    home.do("apply", {"brief": "other", "words": "I like <b>charts</b>."})
    mine = _offers(home)["other"]
    assert (mine["state"], mine["words"]) == ("applied", "I like <b>charts</b>.")
    assert "I like &lt;b&gt;charts" in str(home.still())
    (step,) = place.records.placement_steps("other", "cleo")
    assert (step.state, step.words) == ("applied", "I like <b>charts</b>.")

    home.do("withdraw", {"brief": "other"})
    assert _offers(home)["other"]["state"] == "withdrawn"
    home.do("apply", {"brief": "other"})
    refused = {"brief": "other", "wish": "refuse", "student": "cleo", "words": "We are full."}
    assert place.ask("ines", "POST", "/placements", json=refused).status_code == 200
    home.do("catalogue", {})
    mine = _offers(home)["other"]
    assert (mine["state"], mine["words"]) == ("refused", "We are full.")


def test_what_the_course_placed_is_fixed(on_the_hub: Be, tmp_path: Path) -> None:
    """A refusal of the service is said in the service's own words, and nothing changes."""
    on_the_hub("ada")
    home = Home(tmp_path)

    with pytest.raises(ServiceFailed, match=r"409.*the instructor changes it there"):
        home.do("apply", {"brief": "tiny"})

    assert home.view["catalogue"]["applies"]
    assert _offers(home)["tiny"]["state"] == "placed"


def test_where_everybody_works_on_everything_nobody_applies(
    root: Path, be: Callable[[str, str], None], tmp_path: Path
) -> None:
    """Without a placements file the service says so, and then there is no Apply any more."""
    file = root / "course" / "course.yml"
    file.write_text(file.read_text().replace("placements: placements.yml\n", ""))
    course = Course.find(root)
    course.prepare_work()
    with (
        Records(course.records_url) as records,
        serving(create_app(course, identity=StandIn(), records=records)) as address,
    ):
        be(address, "cleo")
        home = Home(tmp_path)
        assert all(one["placed"] for one in _offers(home).values())

        with pytest.raises(ServiceFailed, match="everybody works on every brief"):
            home.do("apply", {"brief": "tiny"})

    assert not home.view["catalogue"]["applies"]
    assert "everybody works on every brief" in home.view["catalogue"]["everybody"]
    assert "everybody works on every brief" in str(home.still())


def test_people_of_other_courses_see_no_catalogue(on_the_hub: Be, tmp_path: Path) -> None:
    """A guest of the hub has the page without a catalogue; an instructor has no Apply."""
    on_the_hub("gil")
    assert Home(tmp_path).view["catalogue"] is None

    on_the_hub("ines")
    seen = Home(tmp_path).view["catalogue"]
    assert len(seen["offers"]) == 2
    assert not seen["applies"]


def test_what_fits_comes_first(on_the_hub: Be, tmp_path: Path) -> None:
    """Topics and hours that a student notes put the briefs in order, with the reasons."""
    on_the_hub("cleo")
    home = Home(tmp_path)
    assert [one["brief"] for one in home.view["catalogue"]["offers"]] == ["tiny", "other"]

    home.do("interests", {"topics": ["charts"], "hours": 20})

    first, second = home.view["catalogue"]["offers"]
    assert (first["brief"], first["matched"], first["fits"]) == ("other", ["Charts"], "yes")
    assert (second["brief"], second["matched"], second["fits"]) == ("tiny", [], "yes")
    again = Home(tmp_path).view["catalogue"]
    assert (again["chosen"], again["hours"]) == (["charts"], 20)


def test_points_are_plain() -> None:
    """Each topic is a point whatever its case, the hours are one, and nothing said is none."""
    offer = Offer.model_validate(OFFER)

    assert fit(offer, Interests()) == ((), "")
    assert fit(offer, Interests(topics=("MAPS", "sea"), hours=8)) == (("Maps",), "yes")
    assert fit(offer, Interests(topics=("birds",), hours=7.5)) == (("birds",), "no")


@pytest.mark.parametrize(
    "asked",
    [
        {"topics": "maps"},
        {"topics": [1]},
        {"topics": ["x"] * 101},
        {"hours": -1},
        {"hours": float("nan")},
        {"hours": "many"},
    ],
)
def test_interests_that_make_no_sense(
    on_the_hub: Be, tmp_path: Path, asked: dict[str, Any]
) -> None:
    """What is no topic or no number of hours is refused, and what was noted stays."""
    on_the_hub("cleo")
    home = Home(tmp_path)
    home.do("interests", {"topics": ["sums"], "hours": 9})

    with pytest.raises(BadInput):
        home.do("interests", asked)

    assert read_interests(tmp_path) == Interests(topics=("sums",), hours=9)


@pytest.mark.parametrize("content", ["{", "[]", '{"hours": 1e999}', "x" * 200_000])
def test_a_broken_file_of_interests_is_none(tmp_path: Path, content: str) -> None:
    """A file that cannot be read says nothing, and is replaced by the next note."""
    (tmp_path / FILE).write_text(content)

    assert read_interests(tmp_path) == Interests()


def test_a_brief_that_is_here_is_not_fetched_again(on_the_hub: Be, tmp_path: Path) -> None:
    """Of a brief that lies in the folder the page says that it is there."""
    desk = lay_desk(tmp_path, "first-steps")
    text = (desk.folder / "brief.yml").read_text(encoding="utf-8")
    (desk.folder / "brief.yml").write_text(text.replace("id: first-steps", "id: tiny", 1))
    (desk.folder / "course.json").unlink()
    on_the_hub("ada")

    assert _offers(Home(tmp_path))["tiny"]["here"]


def test_an_offer_that_cannot_be_read_hides_no_other() -> None:
    """What of a list makes no sense is left out, and lists are cut."""
    bad: list[object] = [
        None,
        7,
        [],
        {},
        OFFER | {"hours": "1e999"},
        OFFER | {"id": "../x"},
        OFFER | {"pay": 1},
    ]

    assert offers_in(Offer, [*bad, OFFER, OFFER | {"id": "c"}, OFFER], 2) == (
        Offer.model_validate(OFFER),
        Offer.model_validate(OFFER | {"id": "c"}),
    )
    assert offers_in(Offer, {"a": 1}, 9) == ()


def test_german_words_are_complete() -> None:
    """Home, hand-in and feedback say everything in German that they say in English."""
    for name in ("home", "hand_in", "feedback"):
        folder = Path(str(__import__("practicum_widgets").__file__)).parent / name
        table = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        assert table["de"].keys() == table["en"].keys()
        holes = words_of(folder, "en")
        for key, said in words_of(folder, "de").items():
            assert sorted(_holes(said)) == sorted(_holes(holes[key])), key


def _holes(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
