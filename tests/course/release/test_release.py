from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from practicum.errors import NotReady, UnknownName
from practicum.records import Decision

Desk = Any


def _decide(
    desk: Desk, criterion: str, level: int, reason: str = "Both have a point.", student: str = "ada"
) -> None:
    at = desk.edges.said[0].at + timedelta(days=1)
    desk.edges.decided.append(
        Decision(
            brief="first-steps",
            student=student,
            criterion=criterion,
            level=level,
            reason=reason,
            by="ines",
            at=at,
        )
    )


def test_a_complete_student_gets_a_page_and_a_row(desk: Desk) -> None:
    """Everybody who is complete is given a page, and who did not hand in is reported."""
    desk.hand_in("ada")
    report = desk.release()
    assert report.released == ("ada",)
    assert report.not_handed_in == ("bob", "zoe")
    assert report.complete
    assert desk.edges.handed_out == ["ada"]
    assert "Ada Lovelace" in desk.page("ada")
    assert report.marks_file.read_text(encoding="utf-8").splitlines() == [
        (
            "student,brief,autograded,written,employer,criterion-analysis,criterion-advice,"
            "criterion-chart,criterion-habits,penalty,total,max"
        ),
        "ada,first-steps,10,12,22.5,6.75,6.75,4.5,4.5,0,44.5,54",
    ]


def test_a_second_release_changes_nothing(desk: Desk) -> None:
    """The same marks give the same bytes, and the exchange is not touched again."""
    desk.hand_in("ada")
    first = desk.release()
    files = [*desk.course.work.rglob("*")]
    before = {
        file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files if file.is_file()
    }
    second = desk.release()
    files = [*desk.course.work.rglob("*")]
    after = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files if file.is_file()}
    assert first.released == second.unchanged == ("ada",)
    assert second.released == ()
    assert before == after
    assert desk.edges.handed_out == ["ada"]


def test_a_new_submission_with_the_same_page_is_handed_out_again(desk: Desk) -> None:
    """A newer submission has another address in the exchange, even where the page is the same."""
    desk.hand_in("ada")
    desk.release()
    desk.receive("ada", sha256="f" * 64)
    assert desk.release().released == ("ada",)
    assert desk.edges.handed_out == ["ada", "ada"]


def test_a_page_that_somebody_overwrote_is_put_back(desk: Desk) -> None:
    """A page that nbgrader's own feedback replaced is written again."""
    desk.hand_in("ada")
    desk.release()
    page = desk.page("ada")
    folder = desk.course.station("feedback", student="ada", brief="first-steps")
    (folder / "brief.html").write_text("something else", encoding="utf-8")
    desk.release()
    assert desk.page("ada") == page


def test_a_link_in_the_place_of_a_page_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    """A symbolic link in the feedback folder is replaced; its target stays as it is."""
    target = tmp_path / "target"
    target.write_text("mine", encoding="utf-8")
    folder = desk.course.station("feedback", student="ada", brief="first-steps")
    folder.mkdir(parents=True)
    (folder / "brief.html").symlink_to(target)
    desk.hand_in("ada")
    desk.release()
    assert target.read_text(encoding="utf-8") == "mine"
    assert not (folder / "brief.html").is_symlink()


def test_nothing_leaves_no_half_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure while a page is written leaves the old page and no temporary file."""
    desk.hand_in("ada")
    desk.release()
    page = desk.page("ada")

    def full(*_: object) -> None:
        raise OSError(28, "no space left on device")

    desk.hand_in("ada", autograded=5.0)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        desk.release()
    folder = desk.course.station("feedback", student="ada", brief="first-steps")
    assert [file.name for file in folder.iterdir()] == ["brief.html"]
    assert desk.page("ada") == page


def test_nobody_has_handed_in(desk: Desk) -> None:
    """Without any submission it says so, and which command brings them."""
    with pytest.raises(NotReady, match=r"nobody has handed in.*practicum collect first-steps"):
        desk.release()


def test_an_unknown_student_is_bad_input(desk: Desk) -> None:
    """A student who is not on the roster is named, with the nearest one."""
    with pytest.raises(UnknownName, match="did you mean 'ada'"):
        desk.release(students=("adda",))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("received", "not graded yet: run `practicum grade first-steps`"),
        ("running", "grading is not finished"),
        ("error", "stopped with an error (kernel died)"),
    ],
)
def test_a_submission_that_is_not_graded_blocks(desk: Desk, state: str, said: str) -> None:
    """Whoever is not graded is listed with the state and the command."""
    desk.hand_in("ada")
    desk.receive("ada", state=state, detail="kernel died")
    with pytest.raises(NotReady) as refused:
        desk.release()
    assert said in str(refused.value)
    assert refused.value.missing[0].startswith("ada: ")
    assert desk.edges.handed_out == []


def test_a_submission_without_a_receipt_blocks(desk: Desk) -> None:
    """A submission that only nbgrader knows has no time that counts."""
    desk.hand_in("ada")
    desk.edges.received.clear()
    with pytest.raises(NotReady, match="no receipt of it: run `practicum collect"):
        desk.release()


def _unmark(desk: Desk, cell: str) -> None:
    marks = desk.edges.marked["ada"]
    cells = [c.model_copy(update={"score": None}) if c.cell == cell else c for c in marks.cells]
    desk.edges.marked["ada"] = marks.model_copy(update={"cells": tuple(cells)})


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("recommendation", "written answer recommendation is not marked: use `practicum mark"),
        ("test-answer", "mark of test-answer waits for you"),
        ("criterion-chart", "assessments of chart are not in the gradebook: run `practicum review"),
    ],
)
def test_a_mark_that_is_missing_blocks(desk: Desk, cell: str, said: str) -> None:
    """Each missing mark is named with its student and the command that brings it."""
    desk.hand_in("ada")
    _unmark(desk, cell)
    with pytest.raises(NotReady) as refused:
        desk.release()
    assert f"ada: the {said}".replace("the test", "test") in str(refused.value)


def test_a_criterion_without_assessment_blocks(desk: Desk) -> None:
    """A criterion that nobody has judged is named."""
    desk.hand_in("ada")
    _unmark(desk, "criterion-chart")
    desk.edges.said = [a for a in desk.edges.said if a.criterion != "chart"]
    with pytest.raises(NotReady, match="ada: chart has no assessment by the employer"):
        desk.release()


def test_reviewers_who_are_far_apart_block(desk: Desk) -> None:
    """A criterion that waits for moderation blocks, until somebody has decided."""
    desk.hand_in("ada")
    desk.assess("ada", "chart", "ron", 1)
    with pytest.raises(NotReady, match=r"chart waits for moderation \(reviewers gave 1 and 3\)"):
        desk.release()
    _decide(desk, "chart", 3)
    assert desk.release().released == ("ada",)
    assert "The instructor decided on level 3:" in desk.page("ada")
    assert "Both have a point." in desk.page("ada")


def test_a_review_after_the_decision_blocks(desk: Desk) -> None:
    """A reviewer who says something new after moderation brings it back to the instructor."""
    desk.hand_in("ada")
    _decide(desk, "chart", 3)
    late = desk.edges.decided[0].at.replace(year=2028)
    desk.edges.said[-1] = desk.edges.said[-1].model_copy(update={"at": late, "criterion": "chart"})
    with pytest.raises(NotReady, match="something new on chart after it was moderated"):
        desk.release()


def test_everything_that_is_missing_is_listed_at_once(desk: Desk) -> None:
    """All gaps of all students stand in one refusal, and how to release the rest."""
    desk.hand_in("ada")
    desk.hand_in("bob")
    desk.hand_in("zoe")
    _unmark(desk, "recommendation")
    desk.receive("bob", state="error")
    with pytest.raises(NotReady) as refused:
        desk.release()
    assert len(refused.value.missing) == 2
    assert "2 things are still missing" in str(refused.value)
    assert "Release the 1 complete ones with `practicum release first-steps --partial`" in str(
        refused.value
    )


def test_partial_releases_the_complete_ones(desk: Desk) -> None:
    """With partial the complete ones get their pages, and the rest is listed."""
    desk.hand_in("ada")
    desk.hand_in("bob")
    desk.receive("bob", state="error")
    report = desk.release(partial=True)
    assert report.released == ("ada",)
    assert report.left_out[0].startswith("bob: grading stopped")
    assert not report.complete
    assert "bob" not in report.marks_file.read_text(encoding="utf-8")


def test_one_student_can_be_released_alone(desk: Desk) -> None:
    """The marks file keeps those who were released before; others do not block."""
    desk.hand_in("ada")
    desk.hand_in("bob")
    desk.receive("bob", state="error")
    assert desk.release(students=("ada",)).released == ("ada",)
    desk.receive("bob")
    report = desk.release(students=("bob",))
    assert report.released == ("bob",)
    rows = report.marks_file.read_text(encoding="utf-8").splitlines()
    assert [row.partition(",")[0] for row in rows] == ["student", "ada", "bob"]


def test_a_notebook_that_cannot_be_read_is_named(desk: Desk) -> None:
    """A damaged autograded notebook is named with the command that makes it anew."""
    desk.hand_in("ada")
    folder = desk.course.station("autograded", student="ada", brief="first-steps")
    (folder / "brief.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(NotReady, match=r"brief\.ipynb: cannot be read.*practicum grade"):
        desk.release()
