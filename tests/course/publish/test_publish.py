"""What publishing comes to when all goes well, and when it is done again."""

import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from practicum.errors import Busy, InvalidDocument, UnknownName
from practicum.gradebook import AutoScore, CourseGradebook, sole_writer
from practicum.marks import Marks
from practicum.progress import Step
from practicum.publish import publish, verb
from practicum.publish.staging import set_criterion_points
from practicum.records import Records

NOON = datetime(2027, 2, 1, 11, tzinfo=UTC)


def criterion_points(tiny: Any) -> dict[str, float]:
    """The points of the criteria's cells in the gradebook."""
    with closing(sqlite3.connect(tiny.course.work / "gradebook.db")) as database:
        rows = "SELECT name, max_score FROM task_cells JOIN base_cell USING (id)"
        return dict(database.execute(rows).fetchall())


def graded(tiny: Any) -> Marks:
    """Ada's marks after tests, an instructor and an employer have marked her."""
    scores = (
        AutoScore("test-total", 8.0, no_response=False),
        AutoScore("test-parts", 2.0, no_response=False),
    )
    with CourseGradebook(tiny.course) as store:
        store.record("tiny", "ada", scores, received_at=NOON)
        store.set_mark("tiny", "ada", "advice", 1.5, "Short.")
        store.set_mark("tiny", "ada", "criterion-sound", 3.0, "Good.")
        return store.marks("tiny", "ada")


def test_every_proof_reports_its_figure(tiny_published: Any) -> None:
    """A published brief has its five proofs, each with a figure, in the records."""
    with Records(tiny_published.course.records_url) as records:
        publication = records.publication("tiny")

    assert publication is not None
    figures = {proof["name"]: proof["figure"] for proof in publication.proofs}
    assert len(figures) == 5
    assert figures["the solution earns every point"].startswith("12 of 12 autograded points")
    assert figures["its outputs reproduce"] == "4 cells, twice the same"
    assert figures["an untouched release earns nothing"] == "0 points"
    assert "4 files searched" in figures["no solution and no hidden test leaks"]


def test_students_get_no_secret(tiny_published: Any) -> None:
    """What students fetch from the exchange has neither the solution nor the hidden test."""
    outbound = tiny_published.course.work / "exchange" / "tiny-course" / "outbound" / "tiny"
    text = (outbound / "brief.ipynb").read_text()

    assert "def total(numbers)" in text
    assert tiny_published.secret not in text
    assert tiny_published.hidden not in text


def test_nothing_is_left_over(tiny_published: Any) -> None:
    """A finished publication leaves no hidden folder in the work folder."""
    assert tiny_published.leftovers() == []


def test_published_again_unchanged_does_nothing(tiny_published: Any) -> None:
    """The same brief published again says so, keeps its proofs, and changes no byte."""
    before = tiny_published.state()

    publication = publish(tiny_published.course, "tiny")

    assert publication.unchanged
    assert len(publication.proofs) == 5
    assert tiny_published.state() == before


def test_again_publishes_what_has_not_changed(tiny_published: Any, already_proved: None) -> None:
    """With ``again``, a brief that has not changed is proved and released anew."""
    publication = publish(tiny_published.course, "tiny", again=True)

    assert not publication.unchanged
    assert (tiny_published.course.station("release", brief="tiny") / "new.txt").is_file()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("assignments/tiny/brief.yml", "What do they come to?", "What is their sum?"),
        ("rubrics/tiny.yml", "weight: 2", "weight: 3"),
        ("course/course.yml", "2027-02-01T12:00:00", "2027-02-02T12:00:00"),
        ("course/course.yml", "employer_share: 0.3", "employer_share: 0.2"),
        ("course/course.yml", "submission_mb: 5", "submission_mb: 6"),
    ],
)
def test_what_a_release_is_made_from(
    tiny_published: Any, already_proved: None, file: str, old: str, new: str
) -> None:
    """A change of anything that a release is made from publishes it anew."""
    tiny_published.rewrite(file, old, new)

    assert not publish(tiny_published.course, "tiny").unchanged


@pytest.mark.parametrize(
    ("share", "sound", "clear"), [(0, 0, 0), (0.2, 2.33, 1.17), (0.3, 4, 2), (0.7, 21.78, 10.89)]
)
def test_criteria_make_up_the_share(tiny: Any, share: float, sound: float, clear: float) -> None:
    """The criteria's points, by weight 2 to 1, are the share of the whole mark, exactly."""
    points = set_criterion_points(tiny.notebook, tiny.course.rubric("tiny"), share)

    written = {
        cell["id"]: cell["metadata"]["nbgrader"].get("points")
        for cell in json.loads(tiny.notebook.read_text())["cells"]
    }
    employer = points["criterion-sound"] + points["criterion-clear"]
    assert employer / (14 + employer) == pytest.approx(share, abs=0.0005)
    assert points["criterion-sound"] == pytest.approx(2 * points["criterion-clear"], abs=0.015)
    assert {name: written[name] for name in points} == points
    assert round(points["criterion-sound"], 1) == round(sound, 1)
    assert round(points["criterion-clear"], 1) == round(clear, 1)


def test_points_are_in_the_gradebook(tiny_published: Any) -> None:
    """The gradebook has the criteria's points that the course's share asks for."""
    assert criterion_points(tiny_published) == {"criterion-sound": 4.0, "criterion-clear": 2.0}


def test_a_new_release_keeps_marks(tiny_published: Any, solution_proved: Any) -> None:
    """Published again with another share, the marks of what was handed in are still there."""
    before = graded(tiny_published)
    tiny_published.rewrite("course/course.yml", "employer_share: 0.3", "employer_share: 0.2")
    solution_proved()

    publish(tiny_published.course, "tiny")

    with CourseGradebook(tiny_published.course) as store:
        after = store.marks("tiny", "ada")
    assert [(c.cell, c.score, c.comment) for c in after.cells] == [
        (c.cell, c.score, c.comment) for c in before.cells
    ]
    assert sum(criterion_points(tiny_published).values()) == pytest.approx(3.5)


def test_cells_stay_once_submissions_are_graded(tiny_published: Any, solution_proved: Any) -> None:
    """A test that is added after grading is refused by nbgrader, and its reason is told."""
    graded(tiny_published)
    before = tiny_published.state()

    def add(_cells: dict[str, Any], whole: dict[str, Any]) -> None:
        cell = json.loads(json.dumps(whole["cells"][1]))
        cell["id"] = cell["metadata"]["nbgrader"]["grade_id"] = "test-more"
        whole["cells"].append(cell)

    tiny_published.edit(add)
    tiny_published.rewrite(
        "assignments/tiny/brief.yml",
        "[test-total, test-parts]",
        "[test-total, test-parts, test-more]",
    )
    solution_proved()

    with pytest.raises(Exception, match=r"Cannot add or remove cells .* submissions"):
        publish(tiny_published.course, "tiny")
    assert tiny_published.state() == before


def test_two_at_once(tiny: Any, monkeypatch: pytest.MonkeyPatch, already_proved: None) -> None:
    """While one command is at work, a second one on the same course is told that it is."""
    monkeypatch.setattr(verb, "sole_writer", partial(sole_writer, wait_seconds=0.2))
    inside, go_on = threading.Event(), threading.Event()

    def wait(_step: Step) -> None:
        inside.set()
        go_on.wait(30)

    first = threading.Thread(target=publish, args=(tiny.course, "tiny"), kwargs={"progress": wait})
    first.start()
    try:
        assert inside.wait(30)
        with pytest.raises(Busy, match="another practicum command is at work: wait"):
            publish(tiny.course, "tiny")
    finally:
        go_on.set()
        first.join()
    assert publish(tiny.course, "tiny").unchanged


def test_marks_given_meanwhile_are_kept(tiny_published: Any, already_proved: None) -> None:
    """A mark that formgrader enters while a brief is proved stops the release, not the mark."""
    graded(tiny_published)

    def mark(_step: Step) -> None:
        with CourseGradebook(tiny_published.course) as store:
            store.set_mark("tiny", "ada", "advice", 2.0)

    with pytest.raises(Busy, match="the gradebook changed while it was proved: publish again"):
        publish(tiny_published.course, "tiny", again=True, progress=mark)
    with CourseGradebook(tiny_published.course) as store:
        assert store.marks("tiny", "ada").points("written") == 2.0


def test_unknown_brief(tiny: Any) -> None:
    """A brief that the course does not have is named, with the nearest one."""
    with pytest.raises(UnknownName, match="unknown brief 'tinny': did you mean 'tiny'"):
        publish(tiny.course, "tinny")


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, '{"cells": 3}'])
def test_broken_source_notebook(tiny: Any, content: str) -> None:
    """A source notebook that is none is refused by its name, with nothing changed."""
    tiny.notebook.write_text(content)

    with pytest.raises(InvalidDocument, match=r"brief\.ipynb"):
        publish(tiny.course, "tiny")
    assert tiny.state() == {} or "gradebook.db" not in tiny.state()
