"""Status of a course on disk, with its real databases."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from practicum.cli.status import command
from practicum.course import Course
from practicum.errors import BadInput, UnknownName
from practicum.gradebook import CourseGradebook, read_marks
from practicum.gradebook.generation import generate
from practicum.gradebook.scoring import AutoScore
from practicum.records import Assessment, Decision, Records
from practicum.status import status

BRIEF = "first-steps"
NOW = datetime(2027, 1, 30, tzinfo=UTC)


def publish(course: Course) -> None:
    """Publish without the proofs, which are tested elsewhere."""
    course.work.mkdir(parents=True)
    generate(course, BRIEF, due=course.due(BRIEF))
    (course.work / "exchange" / course.id / "outbound" / BRIEF).mkdir(parents=True)
    with Records(course.records_url) as records:
        records.publish(BRIEF, digest="0", proofs=())


def grade(course: Course, records: Records, student: str) -> None:
    """Take in a submission and let the autograder have given everything."""
    receive(records, student)
    with CourseGradebook(course) as gradebook:
        tests = [c for c in gradebook.cells(BRIEF) if c.kind == "autograded"]
        scores = tuple(AutoScore(c.cell, c.max_points, no_response=False) for c in tests)
        gradebook.record(BRIEF, student, scores, received_at=NOW)
    records.set_state(BRIEF, student, "graded", "digest")


def receive(records: Records, student: str, content: str = "a") -> None:
    """Take in a submission."""
    sha256 = content * 64
    records.receive(BRIEF, student, received_at=NOW, sha256=sha256, source="a zip", files=1, size=1)


def judge(course: Course, records: Records, student: str) -> None:
    """Mark every answer, and let two reviewers be far apart in one criterion."""
    with CourseGradebook(course) as gradebook:
        for cell in gradebook.cells(BRIEF):
            if cell.kind in {"written", "employer"} and cell.cell != "criterion-advice":
                gradebook.set_mark(BRIEF, student, cell.cell, cell.max_points / 2)
    for criterion in course.rubric(BRIEF).criteria:
        for reviewer, level in (("rita", 3), ("rolf", 0 if criterion.id == "advice" else 3)):
            records.assess(
                Assessment(
                    brief=BRIEF,
                    student=student,
                    criterion=criterion.id,
                    reviewer=reviewer,
                    level=level,
                    at=NOW,
                )
            )


def moderate(course: Course, records: Records, student: str) -> None:
    """Decide the one case that is open."""
    records.decide(
        Decision(
            brief=BRIEF,
            student=student,
            criterion="advice",
            level=2,
            reason="x",
            by="lehmann",
            at=NOW,
        )
    )
    with CourseGradebook(course) as gradebook:
        gradebook.set_mark(BRIEF, student, "criterion-advice", 4.5)


def station_of(course: Course, student: str) -> str:
    """Return where a student stands."""
    (brief,) = status(course, now=NOW).briefs
    return next(who.station for who in brief.students if who.student == student)


def test_nothing_has_happened(course: Course) -> None:
    """On a fresh course nothing is made, and the first step is to publish."""
    found = status(course, now=NOW)

    assert [step.command for step in found.next_steps] == [f"practicum publish {BRIEF}"]
    assert found.briefs[0].expected == 3
    assert not course.work.exists()


def test_the_road(course: Course) -> None:
    """A submission is seen at every station, and again when something changes."""
    publish(course)
    assert station_of(course, "alice") == "expected"
    with Records(course.records_url) as records:
        receive(records, "alice")
        assert station_of(course, "alice") == "received"
        grade(course, records, "alice")
        assert station_of(course, "alice") == "graded"
        judge(course, records, "alice")
        assert station_of(course, "alice") == "marked"
        assert status(course).briefs[0].unmoderated == 1
        moderate(course, records, "alice")
        assert station_of(course, "alice") == "assessed"
        records.released(BRIEF, "alice", digest="1")
        assert station_of(course, "alice") == "released"
        moderate(course, records, "alice")
        assert station_of(course, "alice") == "assessed"
        receive(records, "alice", content="b")
        assert station_of(course, "alice") == "received"


def test_marks_at_a_glance(course: Course) -> None:
    """What is read without nbgrader equals what nbgrader's gradebook says."""
    publish(course)
    with Records(course.records_url) as records:
        for student in ("alice", "bob"):
            grade(course, records, student)
        judge(course, records, "bob")
    subjects = [(course.brief(BRIEF), course.rubric(BRIEF))]

    seen = read_marks(course, subjects)[BRIEF]

    with CourseGradebook(course) as gradebook:
        for marks in seen:
            exact = gradebook.marks(BRIEF, marks.student)
            plain = tuple(cell.model_copy(update={"comment": ""}) for cell in exact.cells)
            assert marks == exact.model_copy(update={"cells": plain})
    assert [marks.student for marks in seen] == ["alice", "bob"]


def test_waiting_in_the_exchange(course: Course) -> None:
    """First submissions that lie in the exchange are counted, whatever else lies there."""
    inbound = course.work / "exchange" / course.id / "inbound"
    for name in ("alice+first-steps+2027+x", "bob+other+2027+x", "mallory+first-steps+1+x", "junk"):
        (inbound / name).mkdir(parents=True)

    assert status(course).briefs[0].waiting == 1
    assert not (course.work / "records.db").exists()


def test_a_broken_brief_does_not_hide_the_course(course: Course) -> None:
    """A brief with a problem is named with its line, and the check is the next step."""
    file = course.brief_folder(BRIEF) / "brief.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("hours: 8", "hours: 800", 1))

    found = status(course)

    assert found.briefs[0].problem.startswith("brief.yml:")
    assert [s.command for s in found.next_steps] == [f"practicum check assignments/{BRIEF}"]


def test_unknown_brief(course: Course) -> None:
    """A mistyped brief is refused with the nearest name."""
    with pytest.raises(UnknownName, match="did you mean 'first-steps'"):
        status(course, briefs=["first-step"])


def test_not_a_gradebook(course: Course) -> None:
    """A file that is no gradebook is named, and is left as it is."""
    course.work.mkdir(parents=True)
    file = course.work / "gradebook.db"
    file.write_text("hello " * 200)

    with pytest.raises(BadInput, match=r"gradebook\.db"):
        status(course)
    assert file.read_text() == "hello " * 200


def test_nbgrader_is_not_imported(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking does not wait for nbgrader, which takes seconds to import."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "nbgrader"]:
        monkeypatch.delitem(sys.modules, name)

    status(course)

    assert "nbgrader" not in sys.modules


def test_command(course: Course) -> None:
    """The table fits 80 columns and names the next command; --json has the same."""
    run = CliRunner().invoke(
        command, ["--course", str(course.root), "--students"], env={"COLUMNS": "80"}
    )

    assert run.exit_code == 0, run.output
    assert max(map(len, run.output.splitlines())) <= 80
    assert f"practicum publish {BRIEF}" in run.output
    assert "carol" in run.output
    assert "draft: not published yet" in run.output

    plain = CliRunner().invoke(
        command, ["--course", str(course.root), "--json"], standalone_mode=False
    )
    parsed = json.loads(plain.output)
    assert parsed["briefs"][0]["students"][0] == {
        "student": "alice", "station": "expected", "error": "", "unmarked": 0, "unassessed": 0,
        "unapplied": 0, "unmoderated": 0, "unplaced": False, "outdated": False,
    }  # fmt: skip
    assert parsed["next_steps"][0]["command"] == f"practicum publish {BRIEF}"


def test_report_is_due_after_a_release(course: Course, tmp_path: Path) -> None:
    """A report older than the last release is to be made again."""
    page = course.work / "reports" / "cohort_report.html"
    page.parent.mkdir(parents=True)
    page.write_text("old")
    from practicum.status.looking import Noted
    from practicum.status.verb import _report_due

    made = datetime.fromtimestamp(page.stat().st_mtime, UTC)
    later = made.replace(year=made.year + 1)
    assert _report_due(page, {BRIEF: Noted(released={"alice": later})})
    assert not _report_due(page, {BRIEF: Noted(released={"alice": made})})
    assert _report_due(tmp_path / "none.html", {})
