"""Folders and zips as learning management systems export them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from practicum.collect import CollectReport, collect
from practicum.course import Course
from practicum.errors import BadInput, Busy, InvalidDocument, PracticumError, UnknownName

AT = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
Bytes = Callable[..., bytes]


def by_student(report: CollectReport) -> dict[str, str]:
    """Return the outcome for each student or label."""
    return {entry.student or entry.label: entry.outcome for entry in report.entries}


def station(course: Course, student: str) -> Path:
    """Return where a student's submission lies."""
    return course.station("submitted", student=student, brief="first-steps")


@pytest.mark.parametrize(
    "name",
    [
        "ada/brief.ipynb",
        "ada/work.ipynb",
        "ada/first-steps/brief.ipynb",
        "ada.ipynb",
        "Ada.ipynb",
        "ada_final version.ipynb",
        "1001/brief.ipynb",
        "1001.ipynb",
        "Lovelace Ada_1001_assignsubmission_file_/brief.ipynb",
        "Lovelace Ada_1001_assignsubmission_file/brief.ipynb",
        "Lovelace Ada_1001_assignsubmission_file_brief.ipynb",
        "lovelaceada_1001_67890_brief.ipynb",
        "lovelaceada_LATE_1001_67890_brief-2.ipynb",
    ],
)
def test_known_forms(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes, name: str
) -> None:
    """Each accepted form of name finds its student, and the notebook gets its right name."""
    (export / name).parent.mkdir(parents=True, exist_ok=True)
    (export / name).write_bytes(make_notebook())
    report = collect(course, "first-steps", source=export, received_at=AT, inbox=inbox)
    assert by_student(report) == {"ada": "collected"}
    assert (station(course, "ada") / "brief.ipynb").read_bytes() == make_notebook()


def test_same_forms_in_a_zip(
    course: Course, inbox: Any, tmp_path: Path, make_notebook: Bytes, make_zip: Bytes
) -> None:
    """A zip with a folder around everything is read like the folder that it would become."""
    inner = make_zip({"work/brief.ipynb": make_notebook("3"), "work/data/x.csv": b"1"})
    file = tmp_path / "export.zip"
    file.write_bytes(
        make_zip(
            {
                "Course 7/ada/brief.ipynb": make_notebook("1"),
                "Course 7/ada/notes.txt": b"hello",
                "Course 7/grace.ipynb": make_notebook("2"),
                "Course 7/ada_l.zip": inner,
                "__MACOSX/._x": b"x",
            }
        )
    )
    report = collect(course, "first-steps", source=file, received_at=AT, inbox=inbox)
    assert by_student(report) == dict.fromkeys(("ada", "ada_l", "grace"), "collected")
    assert (station(course, "ada") / "notes.txt").read_bytes() == b"hello"
    assert (station(course, "ada_l") / "data" / "x.csv").read_bytes() == b"1"


def test_longest_id_wins(course: Course, inbox: Any, export: Path, make_notebook: Bytes) -> None:
    """ada_l_x.ipynb belongs to ada_l and not to ada."""
    (export / "ada_l_x.ipynb").write_bytes(make_notebook())
    report = collect(course, "first-steps", source=export, inbox=inbox)
    assert by_student(report) == {"ada_l": "collected"}


def test_unknown_students_are_refused_by_name(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes
) -> None:
    """Somebody who is not in the roster is refused, with the nearest name, alone."""
    for name in ("gracie", "ada"):
        (export / f"{name}.ipynb").write_bytes(make_notebook())
    (export / "hoppergrace_77_99_x.ipynb").write_bytes(make_notebook())
    report = collect(course, "first-steps", source=export, inbox=inbox)
    reasons = {entry.label: entry.reason for entry in report.with_outcome("refused")}
    assert "did you mean 'grace'?" in reasons["gracie.ipynb"]
    assert "no student has the lms_id '77'" in reasons["hoppergrace_77_99_x.ipynb"]
    assert by_student(report)["ada"] == "collected"


def test_attachment_number_is_nobodys(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes
) -> None:
    """In Canvas's names only the first number is a person; the second may look like one."""
    (export / "nobody_99999_1003_brief.ipynb").write_bytes(make_notebook())
    report = collect(course, "first-steps", source=export, inbox=inbox)
    assert [entry.outcome for entry in report.entries] == ["refused"]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (r"^[^/]*-(?P<student>[a-z_]+)/", "group-grace/brief.ipynb"),
        (r"^hw1 (?P<lms_id>\d+) ", "hw1 1003 solution.ipynb"),
        (r"(?P<student>grace)", "x/y grace z/brief.ipynb"),
    ],
)
def test_pattern(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes, pattern: str, name: str
) -> None:
    """A pattern with a named group reads names in any other form."""
    (export / name).parent.mkdir(parents=True, exist_ok=True)
    (export / name).write_bytes(make_notebook())
    report = collect(course, "first-steps", source=export, pattern=pattern, inbox=inbox)
    assert by_student(report) == {"grace": "collected"}


@pytest.mark.parametrize("pattern", ["(", r"\d+"])
def test_bad_patterns(course: Course, inbox: Any, export: Path, pattern: str) -> None:
    """A pattern that is none, or that names nobody, is bad input."""
    with pytest.raises(BadInput, match="--pattern"):
        collect(course, "first-steps", source=export, pattern=pattern, inbox=inbox)


def test_receipt_times(
    course: Course, inbox: Any, export: Path, tmp_path: Path, make_notebook: Bytes
) -> None:
    """Times come from the LMS's list, in the course's zone when none is said."""
    for name in ("ada", "grace", "alan"):
        (export / f"{name}.ipynb").write_bytes(make_notebook())
    times = tmp_path / "times.csv"
    times.write_text(
        "lms_id,name,received_at\n1001,x,2027-07-01T10:00:00\n1003,y,2027-07-01T10:00:00Z\n55,z,q\n"
    )
    report = collect(
        course, "first-steps", source=export, receipts=times, received_at=AT, inbox=inbox
    )
    assert {entry.student: entry.received_at for entry in report.entries} == {
        "ada": datetime(2027, 7, 1, 8, tzinfo=UTC),
        "grace": datetime(2027, 7, 1, 10, tzinfo=UTC),
        "alan": AT,
    }
    said = (station(course, "ada") / "timestamp.txt").read_text()
    assert said == "2027-07-01 08:00:00.000000 UTC"
    assert "55: named in the receipts, but not in the roster" in report.warnings
    assert "alan: collected, but not placed on first-steps" in report.warnings
    assert report.missing == ("ada_l",)


def test_now_when_nothing_is_told(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes
) -> None:
    """Without any time the submission was received now; the file's own time is not believed."""
    import os

    (export / "ada.ipynb").write_bytes(make_notebook())
    os.utime(export / "ada.ipynb", (0, 0))
    report = collect(course, "first-steps", source=export, inbox=inbox)
    assert report.entries[0].received_at is not None
    assert datetime.now(UTC) - report.entries[0].received_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("who,when\nada,x\n", "the first line does not name the columns"),
        ("student,received_at\nada,yesterday\n", "is no time"),
        ("student,received_at\nada,2027-02-01\n", "is no time"),
        (
            "student,received_at\nada,2027-02-01T10:00\nada,2027-02-01T11:00\n",
            "times.csv:3: ada is here twice",
        ),
    ],
)
def test_bad_receipts(
    course: Course, inbox: Any, export: Path, tmp_path: Path, text: str, message: str
) -> None:
    """A list of times with a mistake is refused with the line, before anything is taken."""
    times = tmp_path / "times.csv"
    times.write_text(text)
    with pytest.raises(InvalidDocument, match=message):
        collect(course, "first-steps", source=export, receipts=times, inbox=inbox)


def test_again_is_unchanged(course: Course, inbox: Any, export: Path, make_notebook: Bytes) -> None:
    """The same content again changes nothing, and the first receipt time stays."""
    (export / "ada.ipynb").write_bytes(make_notebook())
    collect(course, "first-steps", source=export, received_at=AT, inbox=inbox)
    before = sorted((p, p.stat().st_mtime_ns) for p in course.work.rglob("*") if p.is_file())
    report = collect(
        course, "first-steps", source=export, received_at=AT + timedelta(days=3), inbox=inbox
    )
    assert by_student(report) == {"ada": "unchanged"}
    assert report.entries[0].received_at == AT
    after = sorted((p, p.stat().st_mtime_ns) for p in course.work.rglob("*") if p.is_file())
    assert before == after
    assert len(inbox.noted["first-steps", "ada"]) == 1


def test_earlier_time_corrects(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes
) -> None:
    """When the LMS tells later that the same content came earlier, the earlier time counts."""
    (export / "ada.ipynb").write_bytes(make_notebook())
    collect(course, "first-steps", source=export, received_at=AT, inbox=inbox)
    earlier = AT - timedelta(days=1)
    report = collect(course, "first-steps", source=export, received_at=earlier, inbox=inbox)
    assert report.entries[0].received_at == earlier
    assert "the receipt time was 2027-02-01 12:00 UTC before" in report.entries[0].reason
    assert (station(course, "ada") / "timestamp.txt").read_text().startswith("2027-01-31")


def test_newer_replaces_and_older_is_kept(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes
) -> None:
    """A newer version takes the place and the older one is kept; an older one is not taken."""
    (export / "ada.ipynb").write_bytes(make_notebook("1"))
    collect(course, "first-steps", source=export, received_at=AT, inbox=inbox)
    (export / "ada.ipynb").write_bytes(make_notebook("2"))
    later = AT + timedelta(hours=1)
    collect(course, "first-steps", source=export, received_at=later, inbox=inbox)
    history = course.work / "history" / "ada" / "first-steps"
    assert [p.name for p in history.iterdir()] == ["20270201T120000.000000Z"]
    assert next(history.rglob("brief.ipynb")).read_bytes() == make_notebook("1")
    (export / "ada.ipynb").write_bytes(make_notebook("1"))
    report = collect(course, "first-steps", source=export, received_at=AT, inbox=inbox)
    assert by_student(report) == {"ada": "unchanged"}
    assert "a newer one" in report.entries[0].reason
    assert (station(course, "ada") / "brief.ipynb").read_bytes() == make_notebook("2")


def test_stopped_between_storing_and_noting(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes
) -> None:
    """A run that was stopped before the receipt was noted is completed with its own time."""
    (export / "ada.ipynb").write_bytes(make_notebook())

    class Stopped(type(inbox)):  # type: ignore[misc]
        def receive(self, *_: object, **__: object) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(course, "first-steps", source=export, received_at=AT, inbox=Stopped())
    later = AT + timedelta(days=9)
    report = collect(course, "first-steps", source=export, received_at=later, inbox=inbox)
    assert report.entries[0].received_at == AT
    assert inbox.receipt("first-steps", "ada").received_at == AT
    assert not any((course.work / "history").iterdir())


def test_lost_station_is_restored(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes
) -> None:
    """A station that was lost or altered is made again, with the first receipt time."""
    (export / "ada.ipynb").write_bytes(make_notebook())
    collect(course, "first-steps", source=export, received_at=AT, inbox=inbox)
    (station(course, "ada") / "brief.ipynb").write_text("altered")
    report = collect(course, "first-steps", source=export, inbox=inbox)
    assert by_student(report) == {"ada": "unchanged"}
    assert (station(course, "ada") / "brief.ipynb").read_bytes() == make_notebook()
    assert (station(course, "ada") / "timestamp.txt").read_text().startswith("2027-02-01 12:00")


def test_failed_write_leaves_the_old_version(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes, monkeypatch: Any
) -> None:
    """When the disk is full, the older version stays whole and nothing half done is left."""
    (export / "ada.ipynb").write_bytes(make_notebook("1"))
    collect(course, "first-steps", source=export, received_at=AT, inbox=inbox)
    (export / "ada.ipynb").write_bytes(make_notebook("2"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("practicum.collect.store.os.fsync", full)
        with pytest.raises(PracticumError, match="No space"):
            collect(course, "first-steps", source=export, inbox=inbox)
    assert [p.name for p in (course.work / "submitted" / "ada").iterdir()] == ["first-steps"]
    assert (station(course, "ada") / "brief.ipynb").read_bytes() == make_notebook("1")


def test_two_collectors(course: Course, inbox: Any, export: Path) -> None:
    """A second collector on the same course is told to wait."""
    from practicum.collect.store import alone

    with alone(course), pytest.raises(Busy, match="another"):
        collect(course, "first-steps", source=export, inbox=inbox)


def test_unknown_brief(course: Course, inbox: Any, export: Path) -> None:
    """A brief that the course does not offer is bad input with the nearest name."""
    with pytest.raises(UnknownName, match="did you mean 'first-steps'"):
        collect(course, "first-step", source=export, inbox=inbox)


def test_source_that_is_not_there(course: Course, inbox: Any, tmp_path: Path) -> None:
    """A source that is neither a folder nor a zip is bad input."""
    with pytest.raises(BadInput, match="cannot be read"):
        collect(course, "first-steps", source=tmp_path / "nothing", inbox=inbox)
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(BadInput, match="not a zip file"):
        collect(course, "first-steps", source=tmp_path / "text.zip", inbox=inbox)
