"""With a hub section, the course's own commands hand out, take in and give back by the depot."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from practicum.collect import collect
from practicum.course import Course
from practicum.depot import Depot, Order, Rules, feedback_giver, manifest_of, released
from practicum.publish import publish
from practicum.records import HandedIn, Records
from practicum.service.arrivals import run_command
from practicum.status import status

HUB = "hub: {files: course/work/depot}\n"


@pytest.fixture
def course(tiny_published: Any, tmp_path: Path) -> Course:
    """A course on a hub, with a release folder and a gradebook, that has handed out nothing."""
    root = tmp_path / "hub-course"
    shutil.copytree(tiny_published.root, root)
    shutil.rmtree(root / "course" / "work" / "exchange", ignore_errors=True)
    file = root / "course" / "course.yml"
    file.write_text(file.read_text(encoding="utf-8") + HUB, encoding="utf-8")
    return Course.find(root)


def submit(course: Course, records: Records, student: str, files: dict[str, bytes]) -> HandedIn:
    """Hand in as the service does for a student."""
    order = Order(
        kind="submission",
        course=course.id,
        assignment="tiny",
        student=student,
        key=f"key-{student}-{len(records.handed_in(course.id))}".ljust(16, "-"),
        files=manifest_of(files),
        by=student,
    )
    contents = {file.sha256: files[file.path] for file in order.files}
    done = Depot.of(course, records).begin(order, Rules.of(course, course.id, "tiny"), contents)
    assert isinstance(done.done, HandedIn)
    return done.done


def notebook(course: Course) -> bytes:
    """Return the released notebook."""
    return (course.station("release", brief="tiny") / "brief.ipynb").read_bytes()


def test_collect_takes_the_newest_of_each_student_with_the_servers_time(course: Course) -> None:
    """The ledger says whose it is and when it came; all checks of a submission stay."""
    with Records(course.records_url) as records, released(course, "tiny", records):
        submit(course, records, "ada", {"brief.ipynb": notebook(course), "old.txt": b"old"})
        newest = submit(course, records, "ada", {"brief.ipynb": notebook(course)})
        submit(course, records, "bob", {"essay.txt": b"no notebook"})
        good = submit(course, records, "bob", {"brief.ipynb": notebook(course), "x.pyc": b"1"})
        submit(course, records, "bob", {"brief.ipynb": b"not a notebook"})
    (brief,) = status(course).briefs
    assert brief.waiting == 2

    report = collect(course, "tiny")

    taken = {entry.student: entry for entry in report.with_outcome("collected")}
    assert taken["ada"].received_at == newest.received_at
    assert taken["bob"].received_at == good.received_at
    assert [left.name for left in taken["bob"].left_out] == ["x.pyc"]
    (refused,) = report.with_outcome("refused")
    assert refused.student == "bob"
    with Records(course.records_url) as records:
        receipt = records.receipt("tiny", "ada")
        assert receipt is not None
        assert (receipt.source, receipt.received_at) == ("service", newest.received_at)
        assert receipt.sha256 == newest.sha256
    assert not (course.station("submitted", student="ada", brief="tiny") / "old.txt").exists()
    assert len(collect(course, "tiny").with_outcome("unchanged")) == 2
    assert status(course).briefs[0].waiting == 0


def fail_later() -> None:
    """Fail after the release was handed out."""
    raise OSError("later")


def test_a_release_that_fails_later_is_taken_back(course: Course) -> None:
    """What was on offer before is on offer again; if nothing was, nothing is."""
    with Records(course.records_url) as records:
        with pytest.raises(OSError, match="later"), released(course, "tiny", records):
            fail_later()
        assert records.offer(course.id, "tiny") is None
        with released(course, "tiny", records):
            before = records.offer(course.id, "tiny")
        (course.station("release", brief="tiny") / "more.txt").write_text("more")
        with pytest.raises(OSError, match="later"), released(course, "tiny", records):
            fail_later()
        after = records.offer(course.id, "tiny")
        assert before is not None
        assert after is not None
        assert (after.sha256, after.files) == (before.sha256, before.files)


def test_feedback_goes_to_its_submission(course: Course) -> None:
    """A page is given back on the submission that was collected, to its student alone."""
    with Records(course.records_url) as records:
        with released(course, "tiny", records):
            taken = submit(course, records, "ada", {"brief.ipynb": notebook(course)})
        collect(course, "tiny")
        folder = course.station("feedback", student="ada", brief="tiny")
        folder.mkdir(parents=True)
        (folder / "brief.html").write_text("well done")
        feedback_giver(course, records)(course, "tiny", "ada")

        (given,) = records.given_back(course.id, "tiny")
        assert (given.student, given.received_at) == ("ada", taken.received_at)
        page = Depot.of(course, records).read(given, given.files[0].sha256)
        assert b"".join(page) == b"well done"


@pytest.mark.slow
def test_publish_hands_out_by_the_depot_alone(course: Course) -> None:
    """A brief is published to the service, not into a folder; the same again changes nothing."""
    publish(course, "tiny", again=True)

    with Records(course.records_url) as records:
        offer = records.offer(course.id, "tiny")
    assert offer is not None
    assert "brief.ipynb" in {file.path for file in offer.files}
    assert not (course.exchange / course.id / "outbound").exists()
    assert publish(course, "tiny").unchanged


def test_one_who_hands_in_rubbish_does_not_stop_grading_on_arrival(course: Course) -> None:
    """A submission that is refused is named, and those of the others are graded all the same."""
    with Records(course.records_url) as records, released(course, "tiny", records):
        submit(course, records, "ada", {"brief.ipynb": notebook(course)})
        submit(course, records, "bob", {"essay.txt": b"no notebook"})

    assert run_command(course.root, ("collect", "tiny"))
    with Records(course.records_url) as records:
        assert records.receipt("tiny", "ada") is not None


def test_a_collect_that_did_not_happen_is_no_success(course: Course) -> None:
    """What ended before there was a report is tried again later."""
    assert not run_command(course.root, ("collect", "no-such-brief"))


def test_after_feedback_nothing_counts_that_nobody_asked_for(course: Course) -> None:
    """Work that was mended by the feedback is taken in by an instructor, and not on arrival."""
    with Records(course.records_url) as records, released(course, "tiny", records):
        submit(course, records, "ada", {"brief.ipynb": notebook(course)})
        submit(course, records, "bob", {"brief.ipynb": notebook(course)})
        collect(course, "tiny")
        first = records.receipt("tiny", "ada")
        records.released("tiny", "ada", digest="0" * 48)
        better = submit(course, records, "ada", {"brief.ipynb": notebook(course), "x.txt": b"x"})
        bobs = submit(course, records, "bob", {"brief.ipynb": notebook(course), "x.txt": b"x"})

        assert run_command(course.root, ("collect", "tiny", "--on-arrival"))
        assert records.receipt("tiny", "ada") == first
        found = records.receipt("tiny", "bob")
        assert found is not None
        assert found.received_at == bobs.received_at

        collect(course, "tiny")
        found = records.receipt("tiny", "ada")
        assert found is not None
        assert found.received_at == better.received_at
