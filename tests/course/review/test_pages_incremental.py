"""Pages are made again when anything that they are made from has changed, and only then."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import practicum.review.ingredients
from practicum.course import Course
from practicum.errors import NotReady
from practicum.gradebook.answer_key import AnswerKey
from practicum.progress import Step
from practicum.records import Records
from practicum.review import PagesReport, pages
from practicum.review.basis import pages_basis

Graded = Callable[..., None]


class Room:
    """A course with two graded submissions, whose pages are written into one folder."""

    def __init__(self, course: Course, gradebook: Any, folder: Path) -> None:
        self.course, self.gradebook, self.folder = course, gradebook, folder
        self.noted = course.work / "review" / ".demo.json"

    def write(self, folder: Path | None = None) -> PagesReport:
        """Write the pages, with the course as it is on the disk now."""
        course = Course.find(self.course.root)
        return pages(course, "demo", folder or self.folder, gradebook=self.gradebook)

    def basis(self) -> str:
        """Return the token for what the pages are made from."""
        return pages_basis(Course.find(self.course.root), "demo", self.gradebook)

    def content(self) -> dict[str, bytes]:
        """Return all that lies in the folder."""
        return {file.name: file.read_bytes() for file in self.folder.iterdir()}

    def page(self, student: str) -> Path:
        """Return the file with a student's page."""
        with Records(self.course.records_url) as records:
            return self.folder / f"{records.blind_code('demo', student)}.html"

    def replace(self, file: str, old: str, new: str) -> None:
        """Change a file of the course."""
        place = self.course.root / file
        text = place.read_text("utf-8")
        assert old in text
        place.write_text(text.replace(old, new), "utf-8")

    def publish(self, words: str) -> None:
        """Lay a released notebook with these words."""
        folder = self.course.station("release", brief="demo")
        folder.mkdir(parents=True, exist_ok=True)
        cells = [{"cell_type": "markdown", "source": words, "metadata": {}}]
        (folder / "brief.ipynb").write_text(json.dumps({"cells": cells}))


@pytest.fixture
def room(course: Course, gradebook: Any, graded: Graded, tmp_path: Path) -> Room:
    """Return the room, its pages written once: Ada's work, and Grace's who names Ada."""
    graded("ada")
    graded("grace", text="Ada Lovelace and Babbage book Saturday 4, says Lovelace.")
    room = Room(course, gradebook, tmp_path / "out")
    assert room.write().rendered == 2
    return room


def test_nothing_has_changed(room: Room) -> None:
    """A second call makes no page, writes no file, and reports the same submissions."""
    before, first = room.content(), room.write()
    assert (first.rendered, first.written) == (0, 0)
    assert room.content() == before
    assert len(first.codes) == 2


def test_only_what_was_graded_again_is_made(room: Room, graded: Graded) -> None:
    """One new grading makes one page, and its progress counts all of them."""
    graded("ada", text="We book Saturday 5 instead.")
    steps: list[Step] = []
    report = pages(room.course, "demo", room.folder, gradebook=room.gradebook,
                   progress=steps.append)  # fmt: skip
    assert (report.rendered, report.written) == (1, 1)
    assert [(step.done, step.total) for step in steps] == [(2, 2)]
    assert "Saturday 5 instead" in room.page("ada").read_text()


def test_a_submission_graded_later_is_added(room: Room, graded: Graded) -> None:
    """A first grading of somebody else adds one page, and the index and the table name it."""
    graded("late")
    room.gradebook.graded.append("late")
    report = room.write()
    assert (report.rendered, report.written, len(report.codes)) == (1, 3, 3)
    code = room.page("late").stem
    assert code in report.index.read_text()
    assert code in report.table.read_text()


def test_a_name_on_the_roster_counts(room: Room) -> None:
    """Who is called differently now is taken out under the new name, on every page."""
    assert "[name] and Babbage book" in room.page("grace").read_text()
    room.replace("course/roster.yml", "Ada Lovelace", "Ada Babbage")
    assert room.write().rendered == 2
    assert "[name] Lovelace and [name] book" in room.page("grace").read_text()


def test_the_brief_counts(room: Room) -> None:
    """A deliverable with another title stands on every page, and so does the brief's."""
    room.replace("assignments/demo/brief.yml", "title: A chart", "title: A drawing")
    report = room.write()
    assert (report.rendered, report.written) == (2, 3)
    assert "A drawing" in room.page("ada").read_text()


def test_the_rubric_is_on_the_first_page_only(room: Room) -> None:
    """A changed level is on the index, and no submission is made again for it."""
    room.replace("rubrics/demo.yml", "Half of it.", "A half of it.")
    report = room.write()
    assert (report.rendered, report.written) == (0, 1)
    assert "A half of it." in report.index.read_text()


def test_what_was_given_out_counts(room: Room) -> None:
    """A name in the released notebook is no secret, so that it is shown from then on."""
    assert "says [name]." in room.page("grace").read_text()
    room.publish("The notes of Lovelace.")
    assert room.write().rendered == 2
    assert "says Lovelace." in room.page("grace").read_text()


def test_the_answer_key_counts(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that becomes a test is left out of every page."""
    key: AnswerKey = room.gradebook.answer_key("demo")
    cells = [
        cell.model_copy(
            update={
                "metadata_json": cell.metadata_json.replace('"solution": true', '"solution": false')
                .replace('"grade": false', '"grade": true')
                .replace('"locked": false', '"locked": true')
            }
        )
        if cell.id == "answer"
        else cell
        for cell in key.cells
    ]
    changed = key.model_copy(update={"cells": tuple(cells)})
    monkeypatch.setattr(room.gradebook, "answer_key", lambda _: changed)
    assert "<td>42</td>" in room.page("ada").read_text()
    assert room.write().rendered == 2
    assert "<td>42</td>" not in room.page("ada").read_text()


def test_the_code_that_makes_pages_counts(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of practicum, of its templates or of a library makes all pages again."""
    monkeypatch.setattr("practicum.review.ingredients.__version__", "0.0.0")
    practicum.review.ingredients.code_digest.cache_clear()
    assert room.write().rendered == 2
    monkeypatch.undo()
    practicum.review.ingredients.code_digest.cache_clear()
    assert room.write().rendered == 2
    monkeypatch.setattr("practicum.review.ingredients.version", lambda _: "another")
    practicum.review.ingredients.code_digest.cache_clear()
    assert room.write().rendered == 2
    practicum.review.ingredients.code_digest.cache_clear()


def test_templates_and_styles_are_looked_at() -> None:
    """The files that make pages are all there to be digested: code, templates and styles."""
    names = {file.name for file in practicum.review.ingredients.own_files()}
    assert {
        "submission.html.j2",
        "index.html.j2",
        "style.css",
        "showing.py",
        "blinding.py",
        "sanitize.py",
    } <= names


def _tamper(page: Path) -> None:
    page.write_bytes(page.read_bytes().replace(b"Saturday 3", b"Saturday 9"))


def _cut(page: Path) -> None:
    page.write_bytes(page.read_bytes()[:-100])


def _link(page: Path) -> None:
    page.rename(page.parent.parent / "elsewhere.html")
    page.symlink_to(page.parent.parent / "elsewhere.html")


@pytest.mark.parametrize("damage", [Path.unlink, _tamper, _cut, _link])
def test_a_damaged_page_is_made_again(room: Room, damage: Callable[[Path], None]) -> None:
    """A page that is gone, altered, cut off or a link is put right; the other one stays."""
    before = room.content()
    damage(room.page("ada"))
    report = room.write()
    assert (report.rendered, report.written) == (1, 1)
    assert not room.page("ada").is_symlink()
    assert room.content() == before


def test_a_damaged_index_is_made_again(room: Room) -> None:
    """The first page is put right, too, without making any other."""
    before = room.content()
    (room.folder / "index.html").write_text("<script>alert(1)</script>")
    report = room.write()
    assert (report.rendered, report.written) == (0, 1)
    assert room.content() == before


def test_two_pages_that_were_exchanged_are_put_right(room: Room) -> None:
    """A page under another one's code is not taken for it, although it is known."""
    before = room.content()
    ada, grace = room.page("ada"), room.page("grace")
    ada.rename(ada.with_suffix(".tmp"))
    grace.rename(ada)
    ada.with_suffix(".tmp").rename(grace)
    assert room.write().rendered == 2
    assert room.content() == before


BROKEN = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"schema_version": 2, "pages": {}}',
    b'{"schema_version": 1, "pages": {"index.html": 3}}',
    b'{"schema_version": 1, "pages": {}, "more": "keys"}',
)


@pytest.mark.parametrize("content", BROKEN)
def test_broken_notes_are_no_notes(room: Room, content: bytes) -> None:
    """Where what was noted cannot be read, all pages are made again, the same as before."""
    before = room.content()
    room.noted.write_bytes(content)
    report = room.write()
    assert (report.rendered, report.written) == (2, 0)
    assert room.content() == before
    assert room.write().rendered == 0


def test_notes_cannot_bring_anything_in(room: Room) -> None:
    """Notes that name files outside, or vouch for other pages, change nothing in the folder."""
    before = room.content()
    noted = json.loads(room.noted.read_text())
    noted["pages"] = {
        f"../{name}": page | {"content": "0" * 64} for name, page in noted["pages"].items()
    }
    room.noted.write_text(json.dumps(noted))
    assert room.write().rendered == 2
    assert room.content() == before
    assert "../" not in room.noted.read_text()


def test_notes_that_cannot_be_written_cost_time_only(room: Room) -> None:
    """With a folder in the place of the notes, pages are made each time, and are right."""
    before = room.content()
    room.noted.unlink()
    room.noted.mkdir()
    assert [room.write().rendered for _ in range(2)] == [2, 2]
    assert room.content() == before


def test_the_folder_that_is_sent_holds_no_notes(room: Room, records: Records) -> None:
    """What was noted stays in the course, for its own account alone, and names nobody."""
    codes = [records.blind_code("demo", who) for who in ("ada", "grace")]
    wanted = {"demo.csv", "index.html", *(f"{code}.html" for code in codes)}
    assert set(room.content()) == wanted
    assert stat.S_IMODE(room.noted.stat().st_mode) == 0o600
    noted = room.noted.read_text().lower()
    for token in ("ada", "grace", "lovelace", "hopper"):
        assert f'"{token}' not in noted
    assert {*json.loads(room.noted.read_text())["pages"]} == wanted - {"demo.csv"}


def test_another_folder_is_complete(room: Room, tmp_path: Path) -> None:
    """Pages that lie in one folder do not keep another one empty, and each one stays known."""
    report = room.write(tmp_path / "second")
    assert (report.rendered, report.written) == (2, 4)
    assert {f.name: f.read_bytes() for f in report.folder.iterdir()} == room.content()
    assert (room.write().rendered, room.write(tmp_path / "second").rendered) == (0, 0)


def test_a_page_goes_with_its_submission(room: Room) -> None:
    """Who is graded no longer has no page, and is noted no longer."""
    gone = room.page("grace").name
    room.gradebook.graded.remove("grace")
    report = room.write()
    assert (report.rendered, report.written) == (0, 2)
    assert not (room.folder / gone).exists()
    assert gone not in room.noted.read_text()


def test_an_unreadable_notebook_stops_the_call_and_spoils_nothing(
    room: Room, course: Course, graded: Graded
) -> None:
    """The file is named; the other page is written, known, and not made again afterwards."""
    first, second = sorted(("ada", "grace"), key=room.page)
    graded(first, text="We book Saturday 6.")
    broken = course.station("autograded", student=second, brief="demo") / "brief.ipynb"
    broken.write_text("{")
    with pytest.raises(NotReady, match="run `practicum grade` again"):
        room.write()
    assert "Saturday 6" in room.page(first).read_text()
    graded(second)
    assert room.write().rendered == 1


def test_several_processes_make_the_same_pages(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forks write the files that this process alone writes, and they are known afterwards."""
    alone = room.content()
    for file in room.folder.glob("*.html"):
        file.unlink()
    monkeypatch.setattr("practicum.rendering.forks.processes_for", lambda _: 2)
    assert room.write().rendered == 2
    assert room.content() == alone
    assert room.write().rendered == 0


def _regrade(room: Room) -> None:
    file = room.course.station("autograded", student="ada", brief="demo") / "brief.ipynb"
    new = file.with_suffix(".new")
    new.write_bytes(file.read_bytes())  # the same size, and perhaps within the same tick
    new.replace(file)


def _receive(room: Room) -> None:
    with Records(room.course.records_url) as records:
        about = records.receipts("demo")[0]
        records.receive("demo", "late", received_at=about.received_at, sha256="0" * 64,
                        source="test", files=1, size=1)  # fmt: skip


CHANGES: dict[str, Callable[[Room], None]] = {
    "a submission is graded again": _regrade,
    "a submission comes in": _receive,
    "somebody is called differently": lambda room: room.replace(
        "course/roster.yml", "Ada Lovelace", "Bea Saturday"
    ),
    "the brief is written anew": lambda room: room.replace(
        "assignments/demo/brief.yml", "A chart", "A graph"
    ),
    "the rubric is written anew": lambda room: room.replace(
        "rubrics/demo.yml", "Half of it.", "Just half."
    ),
    "a notebook is released": lambda room: room.publish("Begin."),
    "a submission is graded no longer": lambda room: room.gradebook.graded.remove("grace"),
    "a graded notebook is gone": lambda room: (
        room.course.station("autograded", student="ada", brief="demo") / "brief.ipynb"
    ).unlink(),
    "the tests are other ones": lambda room: setattr(
        room.gradebook,
        "answer_key",
        lambda _: AnswerKey(brief="demo", notebook="brief", kernelspec_json="{}", cells=()),
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_basis_is_another_one_after(room: Room, change: Callable[[Room], None]) -> None:
    """Whatever may make other pages changes the token."""
    before = room.basis()
    change(room)
    assert room.basis() != before


def test_the_basis_stays_while_nothing_changes(room: Room, tmp_path: Path) -> None:
    """Writing pages, reading notebooks and reviewing leave the token as it is."""
    before = room.basis()
    room.write(tmp_path / "second")
    (room.course.station("autograded", student="ada", brief="demo") / "brief.ipynb").read_bytes()
    with Records(room.course.records_url) as records:
        records.log("note", brief="demo", student="ada", detail="something else happened")
    assert room.basis() == before


def test_the_basis_of_ungraded_work(course: Course, gradebook: Any) -> None:
    """Before anything is published there is a token, too; the first grading changes it."""
    gradebook.published = ()
    before = pages_basis(course, "demo", gradebook)
    assert before == pages_basis(course, "demo", gradebook)
    gradebook.published = ("demo",)
    assert pages_basis(course, "demo", gradebook) != before


def test_the_basis_tells_nothing(room: Room) -> None:
    """The token is a digest: no name, no path and no time stands in it."""
    assert len(room.basis()) == 64
    assert int(room.basis(), 16) >= 0
    assert os.sep not in room.basis()
