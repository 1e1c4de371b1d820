"""``practicum room``: links, progress, marks; bad input is named in one line, with exit code 2."""

import csv
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from practicum.internship import Supervision
from practicum.records import Records, Sheet

Run = Callable[..., Any]

RITA = "  - {id: rita, name: Rita Reviewer, employer: Tiny Trust, briefs: [tiny]}\n"
HUGO = "  - {id: hugo, name: Hugo Hirer, employer: Tiny Trust, briefs: [tiny]}\n"


def test_a_link_for_a_reviewer(tiny: Any, run: Run) -> None:
    """``invite`` prints a link that lets that reviewer in, and that nothing else knows of."""
    done = run(
        "room", "invite", "tiny", "rita", "--address", "https://x.example/r/", place=tiny.root
    )

    assert (done.code, done.err) == (0, "")
    secret = re.search(r"https://x\.example/r/invite/([\w-]{22})\n", done.out)
    assert secret is not None
    with Records(tiny.course.records_url) as records:
        entered = records.come_in(secret[1])
    assert entered is not None
    assert (entered[0].brief, entered[0].reviewer) == ("tiny", "rita")


def test_on_a_hub_the_link_leads_to_the_hub(tiny: Any, run: Run) -> None:
    """Without ``--address`` a course with a hub is reached there, and another on this machine."""
    plain = run("room", "invite", "tiny", "rita", place=tiny.root)
    with (tiny.root / "course" / "course.yml").open("a", encoding="utf-8") as settings:
        settings.write("hub: {address: 'https://hub.example/learn/', authenticator: pam}\n")

    hosted = run("room", "invite", "tiny", "rita", place=tiny.root)

    assert "http://127.0.0.1:8870/invite/" in plain.out
    assert "https://hub.example/learn/services/review/invite/" in hosted.out, hosted.err


def test_how_far_the_reviewers_are(tiny: Any, run: Run) -> None:
    """``status`` counts what is submitted and begun, and shows the notes for the instructor."""
    with Records(tiny.course.records_url) as records:
        records.invite("tiny", "rita", timedelta(days=3))
        for student, minutes in (("s01", 4), ("s02", 10)):
            sheet = Sheet(levels={"sound": 3}, note=f"about {student}", minutes=minutes)
            records.submit_sheet("tiny", student, "rita", sheet)
        records.save_draft("tiny", "s03", "rita", Sheet(), 0)
        code = records.blind_code("tiny", "s01")

    done = run("room", "status", "tiny", place=tiny.root)
    data = json.loads(run("room", "status", "tiny", "--json", place=tiny.root).out)

    assert "Rita Reviewer (rita): at work\n  2 of 3 submitted, 1 begun, median 7 min" in done.out
    assert "not used yet, valid until" in done.out
    assert f"{code}, note to you: about s01" in done.out
    assert (data[0]["done"], data[0]["begun"], data[0]["minutes"]) == (2, 1, 7)


def test_a_link_is_taken_back(tiny: Any, run: Run) -> None:
    """``revoke`` ends the links of one reviewer and says how many there were."""
    with Records(tiny.course.records_url) as records:
        secret = records.invite("tiny", "rita", timedelta(days=3))

    done = run("room", "revoke", "tiny", "rita", place=tiny.root)

    assert done.code == 0
    assert "1 link ended" in done.out
    with Records(tiny.course.records_url) as records:
        assert records.come_in(secret) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["invite", "tiny", "nobody"], "nobody"),
        (["invite", "tiny", "s01"], "s01"),
        (["invite", "huge", "rita"], "huge"),
        (["invite", "tiny", "rita", "--days", "0"], "--days"),
        (["invite", "tiny", "rita", "--address", "javascript:x"], "begins with https://"),
        (["serve", "huge"], "huge"),
        (["serve", "tiny", "--base", "review"], "begins and ends with a slash"),
        (["status", "huge"], "huge"),
        (["apply", "huge"], "huge"),
        (["revoke", "huge", "rita"], "huge"),
        (["enter"], "enter"),
        (["invite", "tiny"], "--all"),
        (["invite", "tiny", "rita", "--all"], "--all"),
        (["assign", "huge"], "huge"),
        (["assign", "tiny", "--each", "2"], "smaller --each"),
        (["assign", "tiny", "--each", "2", "--overlap", "3"], "--overlap goes with --each 1"),
        (["reassign", "tiny", "nobody"], "nobody"),
        (["conflict", "tiny", "rita", "nobody", "--reason", "x"], "nobody"),
        (["conflict", "tiny", "nobody", "ada", "--reason", "x"], "nobody"),
        (["conflict", "tiny", "rita", "s01", "--reason", "x", "--by", "rita"], "rita"),
        (["anchors", "tiny", "nowhere.csv"], "nowhere.csv"),
        (["anchors", "tiny", "--template", "x.csv"], "--of"),
        (["anchors", "tiny", "x.csv", "--template", "y.csv", "--of", "s01"], "either"),
        (["reminders", "huge"], "huge"),
        (["messages", "huge"], "huge"),
        (["answer", "tiny", "nobody", "x"], "nobody"),
        (["answer", "tiny", "ada", " "], "1 to 10,000"),
        (["answer", "tiny", "ada", "x", "--by", "rita"], "rita"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_bad_input(tiny: Any, run: Run, arguments: list[str], words: str) -> None:
    """What is unknown or makes no sense is named, without a traceback."""
    done = run("room", *arguments, place=tiny.root)

    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err


def test_too_early(tiny_published: Any, run: Run) -> None:
    """Applying nothing changes nothing."""
    done = run("room", "apply", "tiny", place=tiny_published.root)

    assert (done.code, done.err) == (0, "")
    assert "0 marks changed" in done.out


def test_links_for_all(tiny: Any, run: Run) -> None:
    """``invite --all`` makes a link for each reviewer of the brief, each a good one."""
    done = run("room", "invite", "tiny", "--all", "--json", place=tiny.root)

    links = json.loads(done.out)
    assert [one["reviewer"] for one in links] == ["rita"]
    with Records(tiny.course.records_url) as records:
        assert records.come_in(links[0]["link"].rpartition("/")[2]) is not None


def test_who_judges_what(tiny: Any, run: Run) -> None:
    """``assign`` shares out evenly and says so; a conflict is heeded; ``reassign`` gives away."""
    tiny.rewrite("course/roster.yml", RITA, RITA + HUGO)
    _receive(tiny, "s01", "s02", "s03")

    done = run("room", "assign", "tiny", "--each", "1", "--overlap", "1", place=tiny.root)

    assert (done.code, done.err) == (0, "")
    assert "tiny: 3 submissions, each with 1 reviewer; 1 with two or more, 4 given" in done.out
    assert "Rita Reviewer (rita): 2 submissions, 2 of them new" in done.out
    barred = run(
        *("room", "conflict", "tiny", "rita", "s01", "--reason", "Her son."), place=tiny.root
    )
    assert (barred.code, barred.err) == (0, "")
    given = json.loads(run("room", "reassign", "tiny", "rita", "--json", place=tiny.root).out)
    loads = {load["reviewer"]: load["assigned"] for load in given["loads"]}
    assert loads["rita"] == 0
    status = run("room", "status", "tiny", place=tiny.root).out
    assert "must not judge it: Her son." in status
    again = run("room", "assign", "tiny", "--each", "2", place=tiny.root).out
    assert "has 1 of 2 reviewers: the others are barred" in again


def test_who_is_to_be_reminded(tiny: Any, run: Run, tmp_path: Path) -> None:
    """``reminders`` lists who has work left, and writes a table and a calendar of the due day."""
    tiny.rewrite(
        "course/course.yml", "{brief: tiny", "{brief: tiny, review_due: 2026-02-01T12:00:00"
    )
    tiny.rewrite("course/roster.yml", "name: Rita Reviewer", "name: '=Rita, R.'")
    _receive(tiny, "s01", "s02")
    table, calendar = tmp_path / "due.csv", tmp_path / "due.ics"

    done = run(
        *("room", "reminders", "tiny", "--csv", table, "--calendar", calendar), place=tiny.root
    )

    assert (done.code, done.err) == (0, "")
    assert "=Rita, R.: 2 submissions left, due 2026-02-01, overdue" in done.out
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert (rows[0]["name"], rows[0]["left"], rows[0]["state"]) == ("'=Rita, R.", "2", "overdue")
    event = icalendar.Calendar.from_ical(calendar.read_bytes()).walk("VEVENT")[0]
    assert isinstance(event, icalendar.Event)
    assert event.start == datetime(2026, 2, 1, 12, tzinfo=UTC)
    assert str(event["SUMMARY"]).endswith("(=Rita, R., 2 left)")
    same = calendar.read_bytes()
    run("room", "reminders", "tiny", "--calendar", calendar, place=tiny.root)
    uid = [line for line in same.splitlines() if line.startswith(b"UID")]
    assert uid == [line for line in calendar.read_bytes().splitlines() if line.startswith(b"UID")]


def test_no_date_for_reviews(tiny: Any, run: Run, tmp_path: Path) -> None:
    """A calendar without a date says where the date belongs, and writes nothing."""
    file = tmp_path / "due.ics"

    done = run("room", "reminders", "tiny", "--calendar", file, place=tiny.root)

    assert done.code == 2
    assert "add review_due to it in course/course.yml" in " ".join(done.err.split())
    assert not file.exists()


def test_what_students_said_of_the_supervision(tiny: Any, run: Run) -> None:
    """``status`` tells it once feedback is released, without names, and never of two alone."""
    with Records(tiny.course.records_url) as records:
        for student, clear in (("s01", 1), ("s02", 1), ("s03", 4)):
            rating = Supervision(levels={"clear": clear}, words=f"I waited {clear} weeks.")
            records.rate("tiny", student, rating)
    assert "Supervision" not in run("room", "status", "tiny", place=tiny.root).out
    for released, words in (
        (("s01", "s02"), "rated by 2 students, too few"),
        (("s03",), "clear      0 2 0 0 1"),
    ):
        with Records(tiny.course.records_url) as records:
            for student in released:
                records.released("tiny", student, digest="0")
        assert words in run("room", "status", "tiny", place=tiny.root).out
    assert "s03" not in run("room", "status", "tiny", place=tiny.root).out


def test_an_instructor_answers(tiny: Any, run: Run) -> None:
    """``messages`` shows the thread, to which ``answer`` adds."""
    said = run("room", "answer", "tiny", "ada", "Take 2026.", place=tiny.root)

    assert (said.code, said.err) == (0, "")
    shown = run("room", "messages", "tiny", place=tiny.root).out
    assert shown.startswith("ada:\n")
    assert "instructor ines: Take 2026." in shown


def _receive(tiny: Any, *students: str) -> None:
    with Records(tiny.course.records_url) as records:
        for student in students:
            records.receive(
                "tiny",
                student,
                received_at=datetime(2027, 2, 1, tzinfo=UTC),
                sha256="0" * 64,
                source="test",
                files=1,
                size=1,
            )
