"""Moodle's exports: the number in a folder's name is of one assignment, so the name decides."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from practicum.collect import CollectReport, collect
from practicum.collect.people import plain_name
from practicum.collect.receipts import read_receipts
from practicum.course import Course
from practicum.errors import InvalidDocument

AT = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
Bytes = Callable[..., bytes]


@pytest.fixture
def hand_in(course: Course, inbox: Any, export: Path, make_notebook: Bytes) -> Any:
    """How folders of Moodle are collected: people's names and numbers in, the report out."""

    def collected(*folders: str, receipts: str = "", pattern: str | None = None) -> CollectReport:
        for folder in folders:
            place = export / f"{folder}_assignsubmission_file_"
            place.mkdir()
            (place / "brief.ipynb").write_bytes(make_notebook(folder))
        times = export.parent / "times.csv"
        times.write_text(receipts, encoding="utf-8")
        return collect(
            course,
            "first-steps",
            source=export,
            receipts=times if receipts else None,
            received_at=AT,
            pattern=pattern,
            inbox=inbox,
        )

    return collected


@pytest.fixture
def namesake(course: Course) -> Course:
    """A second Ada Lovelace in the roster, before anything is collected."""
    course.roster.__dict__["students"] = (
        *course.roster.students,
        course.roster.students[0].model_copy(update={"id": "ada2", "lms_id": "1009"}),
    )
    return course


def who(report: CollectReport) -> list[str]:
    """Return the students whose submissions were taken."""
    return [entry.student for entry in report.with_outcome("collected")]


def refusal(report: CollectReport) -> str:
    """Return why the first refused submission was refused."""
    return report.with_outcome("refused")[0].reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José  Núñez", "nunez jose"),
        ("Conor O\u2019Brien", "OBrien Conor"),
        ("Anna-Lena Groß", "GROSS, Anna Lena"),
    ],
)
def test_names_agree(one: str, other: str) -> None:
    """Case, accents, apostrophes, hyphens and the order of words do not tell names apart."""
    assert plain_name(one) == plain_name(other)


def test_other_scripts_keep_their_marks() -> None:
    """Marks that make another letter, as in Japanese and Hindi, tell names apart."""
    assert plain_name("か") != plain_name("が")
    assert plain_name("रम") != plain_name("रमु")


def test_the_name_finds_the_student(hand_in: Any) -> None:
    """The number of one assignment, which no roster has, does not matter."""
    assert who(hand_in("Hopper GRACE_987654")) == ["grace"]


def test_a_strange_name_with_somebodys_number_is_refused(hand_in: Any) -> None:
    """A number that happens to be another student's lms_id never gives the folder away."""
    report = hand_in("Eve Stranger_1001", "Alan Turing_5")
    assert who(report) == ["alan"]
    assert "nobody in the roster is called 'Eve Stranger'" in refusal(report)
    assert "--pattern" in refusal(report)


def test_the_name_wins_over_somebodys_number(hand_in: Any) -> None:
    """When name and number are of two students, it is the one who is called so."""
    assert who(hand_in("Grace Hopper_1001")) == ["grace"]


@pytest.mark.usefixtures("namesake")
def test_namesakes_are_refused(hand_in: Any) -> None:
    """Two students of one name are refused with both ids and the way out."""
    reason = refusal(hand_in("Ada Lovelace_5"))
    assert "2 students are called 'Ada Lovelace' (ada, ada2)" in reason
    assert "participant" in reason


@pytest.mark.usefixtures("namesake")
def test_a_column_tells_namesakes_apart(hand_in: Any) -> None:
    """The number beside a student in the receipts file says whose the folder is."""
    receipts = "student,participant,received_at\nada2,5,2026-02-01T10:00\n"
    assert who(hand_in("Ada Lovelace_5", receipts=receipts)) == ["ada2"]


@pytest.mark.usefixtures("namesake")
def test_the_lms_id_tells_namesakes_apart(hand_in: Any) -> None:
    """Between students of one name, a number that is an lms_id decides."""
    assert who(hand_in("Ada Lovelace_1009")) == ["ada2"]


def test_two_people_with_one_name_of_the_roster(hand_in: Any) -> None:
    """When two people hand in under a name that the roster has once, neither is taken."""
    report = hand_in("Ada Lovelace_5", "Ada Lovelace_6")
    assert not who(report)
    assert "2 people of this name handed in (the numbers 5, 6)" in refusal(report)


def test_receipts_that_contradict_a_name(hand_in: Any) -> None:
    """A number that the receipts give to somebody of another name is refused."""
    receipts = "student,participant,received_at\nalan,5,2026-02-01T10:00\n"
    report = hand_in("Ada Lovelace_5", receipts=receipts)
    assert refusal(report) == ("the receipts say alan, but the name is that of ada: correct one")


def test_a_pattern_may_find_the_name(hand_in: Any) -> None:
    """A group `name` reads folders to which Moodle adds the name of a group."""
    report = hand_in("Group B-Grace Hopper_5", pattern=r"^Group B-(?P<name>[^_]+)_")
    assert who(report) == ["grace"]


def test_the_grading_worksheet(course: Course, tmp_path: Path) -> None:
    """Moodle's grading worksheet is read as it is: names, numbers, and times of who handed in."""
    file = tmp_path / "worksheet.csv"
    file.write_text(
        "Identifier,Full name,Email address,Status,Last modified (submission),Grade\n"
        'Participant 5,Grace Hopper,g@x.example,Submitted,"Sunday, 1 February 2026, 11:59 PM",\n'
        "Participant 6,Alan Turing,a@x.example,No submission,-,\n"
    )
    read = read_receipts(file, course)
    assert read.at == {"grace": datetime(2026, 2, 1, 22, 59, tzinfo=UTC)}
    assert read.numbers == {"5": "grace", "6": "alan"}


def test_receipts_by_name(course: Course, tmp_path: Path) -> None:
    """A receipt may name a student by the full name."""
    file = tmp_path / "times.csv"
    file.write_text("name;received_at\nHopper, Grace;2026-02-01T12:00Z\nNobody;2026-02-01T12:00\n")
    read = read_receipts(file, course)
    assert (list(read.at), read.unknown) == (["grace"], ("Nobody",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,received_at\nAda Lovelace,2026-02-01T12:00\n", "2 students are called"),
        ("name,student,received_at\nAlan Turing,grace,2026-02-01T12:00\n", "several people"),
        (
            "student,participant,received_at\nada,5,2026-02-01T12:00\nalan,5,2026-02-01T12:00\n",
            "the number 5 is here twice",
        ),
        ("name,time\nAda,1\n", "does not name the columns"),
    ],
)
def test_bad_lines(namesake: Course, tmp_path: Path, text: str, said: str) -> None:
    """A line that is of nobody for certain is a problem with its line and remedy."""
    file = tmp_path / "times.csv"
    file.write_text(text)
    with pytest.raises(InvalidDocument, match=said):
        read_receipts(file, namesake)


def test_a_time_in_the_future_is_told(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes
) -> None:
    """A receipt time that has not come yet is taken, with a warning."""
    (export / "ada.ipynb").write_bytes(make_notebook())
    at = datetime.now(UTC) + timedelta(days=2)
    report = collect(course, "first-steps", source=export, received_at=at, inbox=inbox)
    assert any("is in the future" in warning for warning in report.warnings)
