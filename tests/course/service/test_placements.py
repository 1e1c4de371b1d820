"""The catalogue and placements: what is offered, who applies, who decides, and what holds."""

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from practicum.cli.output import course_option
from practicum.course import Course
from practicum.records import with_decided

from .conftest import Place


def wish(place: Place, who: str, wish: str, brief: str = "other", **more: Any) -> Any:
    """Ask for something about a placement."""
    return place.ask(who, "POST", "/placements", json={"brief": brief, "wish": wish} | more)


def test_the_catalogue_tells_what_helps_to_choose(place: Place) -> None:
    """Before a placement a student reads what is asked and paid; no people, cells or tests."""
    shown = place.get("cleo", "/briefs/tiny").json()

    assert shown["question"] == "What do they come to?"
    assert (shown["hours"], shown["pay_per_hour"]) == (8, 25)
    assert shown["deliverables"][0] == {"title": "The sums", "acceptance": "They are right."}
    assert shown["due"] == "2027-02-01T12:00:00Z"
    assert (shown["published"], shown["placed"]) == (False, False)
    text = place.get("cleo", "/briefs").text
    for secret in ("chris@tiny.example", "test-total", "situation", "rubric"):
        assert secret not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["other", "tiny"]),
        ("topic=charts", ["other"]),
        ("topic=none", []),
        ("hours_to=10", ["tiny"]),
        ("hours_from=10", ["other"]),
        ("pay_from=22", ["tiny"]),
        ("published=true", []),
        ("hours_from=1&hours_to=100&limit=1", ["other"]),
    ],
)
def test_the_catalogue_can_be_searched(place: Place, query: str, found: list[str]) -> None:
    """Topics, hours, pay and state narrow the list."""
    answer = place.get("ada", f"/briefs?{query}")

    assert [one["id"] for one in answer.json()["items"]] == found


def test_published_briefs_are_told_from_others(place: Place) -> None:
    """Once a brief is published the catalogue says so."""
    place.records.publish("tiny", digest="0" * 64, proofs=())

    assert place.get("ada", "/briefs/tiny").json()["published"]
    assert [b["id"] for b in place.get("ada", "/briefs?published=true").json()["items"]] == ["tiny"]


def test_from_application_to_placement(place: Place) -> None:
    """Who applies is placed when an instructor accepts, and may write messages then."""
    question = {"id": "m1", "text": "When do we start?"}
    path = "/briefs/other/messages"
    assert place.ask("cleo", "POST", path, json=question).status_code == 403
    assert wish(place, "cleo", "apply", words="I like charts.").json()["state"] == "applied"
    seen = place.get("ines", "/placements?brief=other").json()["items"]
    assert [(one["student"], one["words"]) for one in seen] == [("cleo", "I like charts.")]

    decided = wish(place, "ines", "place", student="cleo").json()
    assert (decided["state"], decided["by"]) == ("placed", "ines")
    assert place.get("cleo", "/me").json()["briefs"] == ["other"]
    assert place.ask("cleo", "POST", path, json=question).status_code == 200
    assert [entry.action for entry in place.records.audit()] == [
        "placement applied",
        "placement placed",
    ]


def test_what_the_course_reads_has_both(place: Place) -> None:
    """Placements of the file and those decided here hold together; the file is never written."""
    file = place.course.root / "course" / "placements.yml"
    before = file.read_bytes()
    wish(place, "ines", "place", student="cleo")
    course = place.app.state.shared.course

    assert course.students_of("other") == ("cleo",)
    assert course.students_of("tiny") == ("ada", "bob")
    assert Course.find(course.root).students_of("other") == ()
    assert with_decided(Course.find(course.root)).students_of("other") == ("cleo",)
    assert file.read_bytes() == before


def test_commands_read_what_was_decided(place: Place) -> None:
    """A command that looks for who is expected finds those who were placed in the service."""
    wish(place, "ines", "place", student="cleo")

    @click.command()
    @course_option
    def expected(course: Course) -> None:
        click.echo(",".join(course.students_of("other")))

    result = CliRunner().invoke(expected, ["--course", str(place.course.root)])
    assert result.output == "cleo\n"


def test_a_placement_can_end(place: Place) -> None:
    """A placement that an instructor ends is none any more, and can begin again."""
    wish(place, "ines", "place", student="cleo")
    wish(place, "ines", "end", student="cleo")
    assert place.get("cleo", "/me").json()["briefs"] == []
    assert wish(place, "cleo", "apply").json()["state"] == "applied"


@pytest.mark.parametrize(
    ("before", "who", "then", "status"),
    [
        ([], "cleo", {"wish": "withdraw"}, 409),
        ([], "ines", {"wish": "refuse", "student": "cleo"}, 409),
        ([], "ines", {"wish": "end", "student": "cleo"}, 409),
        (["apply"], "cleo", {"wish": "apply"}, 200),
        (["apply"], "cleo", {"wish": "withdraw"}, 200),
        (["apply"], "ines", {"wish": "refuse", "student": "cleo"}, 200),
        (["apply", "withdraw"], "ines", {"wish": "refuse", "student": "cleo"}, 409),
        ([], "cleo", {"wish": "place"}, 403),
        ([], "cleo", {"wish": "apply", "student": "bob"}, 403),
        ([], "ines", {"wish": "apply", "student": "cleo"}, 403),
        ([], "ines", {"wish": "place"}, 404),
        ([], "ines", {"wish": "place", "student": "rita"}, 404),
        ([], "ines", {"wish": "place", "student": "cleo", "brief": "none"}, 404),
        ([], "ines", {"wish": "end", "student": "ada", "brief": "tiny"}, 409),
        ([], "ada", {"wish": "withdraw", "brief": "tiny"}, 409),
        ([], "cleo", {"wish": "apply", "words": "x" * 2_001}, 422),
    ],
)
def test_steps_follow_each_other(
    place: Place, before: list[str], who: str, then: dict[str, Any], status: int
) -> None:
    """Students decide on their applications, instructors on placements, each in its order."""
    for one in before:
        assert wish(place, "cleo", one).status_code == 200
    answer = place.ask(who, "POST", "/placements", json={"brief": "other"} | then)

    assert answer.status_code == status, answer.text


def test_others_do_not_see_applications(place: Place) -> None:
    """An application is for its student and those who run the course."""
    wish(place, "cleo", "apply", words="private words")
    for who in ("ada", "bob"):
        assert "private words" not in place.get(who, "/placements").text
    wish(place, "ines", "refuse", student="cleo", words="another time")
    mine = place.get("cleo", "/placements").json()["items"]
    assert [(one["state"], one["by"], one["words"]) for one in mine] == [
        ("refused", "", "another time")
    ]


def test_without_a_placements_file_nobody_is_placed_apart(place: Place) -> None:
    """Where everybody works on everything, one placement must not shut out all others."""
    file = place.course.root / "course" / "course.yml"
    file.write_text(file.read_text().replace("placements: placements.yml\n", ""))
    answer = wish(place, "ines", "place", student="cleo")

    assert answer.status_code == 409
    assert "placements.yml" in answer.json()["detail"]
    assert place.get("cleo", "/me").json()["briefs"] == ["tiny", "other"]


def test_applying_for_ever_is_stopped(place: Place) -> None:
    """Who applies and withdraws again and again is told to write instead."""
    answers = [wish(place, "cleo", ("apply", "withdraw")[n % 2]) for n in range(41)]

    assert answers[-1].status_code == 409
    assert len({answer.status_code for answer in answers[:40]}) == 1


def test_whether_students_apply_is_told(place: Place, root: Path) -> None:
    """Whether students apply is told: where a placements file is named, and not elsewhere."""
    assert place.get("cleo", "/me").json()["applications"] is True

    file = root / "course" / "course.yml"
    file.write_text(file.read_text().replace("placements: placements.yml\n", ""))

    assert place.get("cleo", "/me").json()["applications"] is False
