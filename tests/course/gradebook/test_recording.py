"""What came of a submission is written down whole, and a run that is cut off is repeated."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from practicum.databases import open_engine, reading
from practicum.grade.recording import Recorder
from practicum.gradebook import AutoScore, CourseGradebook, autograded, own_work
from practicum.gradebook.database import TABLES
from practicum.records import Finding, Records

EARLY = datetime(2027, 2, 1, 11, tzinfo=UTC)
SCORES = (
    AutoScore("test-total", 8.0, no_response=False),
    AutoScore("test-parts", 2.0, no_response=False),
)
FINDING = Finding(cell="test-total", kind="scored", message="look at this")
VERSIONS = {"practicum": "0.1.0", "nbgrader": "0.9.6", "sandbox": "namespaces"}


class Table:
    """A course with one submission, and a recorder of it."""

    def __init__(self, tiny: Any) -> None:
        tiny.hand_in("ada")
        self.course = tiny.course
        self.submission: Any = SimpleNamespace(
            student="ada",
            folder=self.course.station("submitted", student="ada", brief="tiny"),
            received_at=EARLY,
            digest="a" * 64,
        )
        self.executed = (self.submission.folder / "brief.ipynb").read_text(encoding="utf-8")
        self.place: Path = self.course.station("autograded", student="ada", brief="tiny")
        with Records(self.course.records_url) as records:
            records.receive(
                "tiny", "ada", received_at=EARLY, sha256="a" * 64, source="zip", files=1, size=1
            )

    def run(self, do: Callable[[Recorder], Any]) -> Any:
        """Open the stores as a command does, and do something."""
        with (
            CourseGradebook(self.course) as store,
            Records(self.course.records_url) as records,
        ):
            return do(Recorder(self.course, store, records, "tiny", "brief", VERSIONS, "ines"))

    def record(self, **news: Any) -> Any:
        """Grade the submission, with something changed if need be."""
        submission = SimpleNamespace(**vars(self.submission) | news.pop("submission", {}))
        executed = news.get("executed", self.executed)

        def do(recorder: Recorder) -> Any:
            recorder.begin([submission])  # type: ignore[list-item]
            return recorder.record(submission, executed, SCORES, [FINDING])  # type: ignore[arg-type]

        return self.run(do)

    def is_graded(self) -> bool:
        """Tell what the next run thinks of the submission."""
        graded: bool = self.run(lambda recorder: recorder.is_graded(self.submission))
        return graded

    def answered(self, cell: str, source: str) -> str:
        """Return the notebook with another answer."""
        notebook = json.loads(self.executed)
        for entry in notebook["cells"]:
            if entry["metadata"].get("nbgrader", {}).get("grade_id") == cell:
                entry["source"] = source
        return json.dumps(notebook)

    def state(self) -> Any:
        """Return all that a run leaves, but for its history."""
        engine = open_engine(self.course.gradebook_url)
        with reading(engine) as connection:
            rows = [
                sorted(str(row[1:]) for row in connection.execute(TABLES[name].select()))
                for name in ("submitted_assignment", "submitted_notebook", "grade", "comment")
            ]
        engine.dispose()
        with CourseGradebook(self.course) as store, Records(self.course.records_url) as records:
            receipt = records.receipt("tiny", "ada")
            assert receipt is not None
            grading = records.grading("tiny", "ada")
            files = {
                file.name: file.read_bytes()
                for file in self.place.rglob("*")
                if file.name != "submission_secret.txt"
            }
            said = (receipt.state, receipt.detail, records.findings("tiny"))
            marks = store.marks("tiny", "ada")
            leftovers = [file.name for file in self.place.parent.iterdir()]
        noted = grading.model_dump(exclude={"at"}) if grading is not None else None
        return [len(names) for names in rows], marks, said, noted, files, leftovers


@pytest.fixture
def table(tiny_published: Any) -> Table:
    """A submission that is not graded yet."""
    return Table(tiny_published)


def test_all_is_written_down(table: Table) -> None:
    """Folder, marks, state, findings and log say the same, and the marks are returned."""
    (table.submission.folder / "notes.txt").write_text("mine", encoding="utf-8")
    (table.submission.folder / "link").symlink_to("/etc/hostname")
    (table.submission.folder / ".hidden").write_text("not mine", encoding="utf-8")
    assert not table.is_graded()
    marks = table.record()
    assert table.is_graded()
    assert marks.points() == 10
    names = {file.name for file in table.place.iterdir()}
    expected = {"brief.ipynb", "notes.txt", "timestamp.txt", "submission_secret.txt"}
    expected |= {"course.json", "rubric.yml"}  # what the course lays beside a notebook
    assert names - {"brief.yml"} == expected
    assert (table.place / "timestamp.txt").read_text() == "2027-02-01 11:00:00.000000 UTC"
    assert len((table.place / "submission_secret.txt").read_bytes()) == 128
    with Records(table.course.records_url) as records:
        receipt, grading = records.receipt("tiny", "ada"), records.grading("tiny", "ada")
        entry = records.audit()[-1]
        assert [f.message for f in records.findings("tiny", "ada")] == ["look at this"]
    assert receipt is not None
    assert grading is not None
    assert (receipt.state, receipt.detail) == ("graded", "a" * 64)
    assert (grading.by, grading.versions, grading.basis) == ("ines", VERSIONS, "a" * 64)
    assert (entry.action, entry.by) == ("grade", "ines")
    assert entry.detail == "practicum 0.1.0, nbgrader 0.9.6, sandbox namespaces"


def test_the_secret_stays(table: Table) -> None:
    """Graded again, the secret under which nbgrader hands out feedback is the same."""
    table.record()
    secret = (table.place / "submission_secret.txt").read_bytes()
    table.record()
    assert (table.place / "submission_secret.txt").read_bytes() == secret


@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_notebook_is_graded_again(table: Table, damage: str) -> None:
    """An executed notebook that is not what was recorded does not count as graded."""
    table.record()
    file = table.place / "brief.ipynb"
    if damage == "gone":
        file.unlink()
    else:
        text = file.read_text(encoding="utf-8")
        file.write_text(text[:-100] if damage == "cut" else text.replace("1", "2"))
    assert not table.is_graded()


def test_what_failed_is_not_graded(table: Table) -> None:
    """A failure is noted with its reason, never a mark; the next run tries again."""
    table.record()
    table.run(lambda recorder: recorder.fail(table.submission, "the disk is full"))
    assert not table.is_graded()
    with Records(table.course.records_url) as records:
        receipt = records.receipt("tiny", "ada")
        assert receipt is not None
        assert (receipt.state, receipt.detail) == ("error", "the disk is full")
        assert "failed: the disk is full" in records.audit()[-1].detail
    with CourseGradebook(table.course) as store:
        assert store.marks("tiny", "ada").points() == 10
    table.record()
    assert table.is_graded()


def test_without_a_receipt(table: Table, tiny_published: Any) -> None:
    """What nbgrader itself collected has no receipt, and is known as graded all the same."""
    (table.course.work / "records.db").unlink()
    table.record()
    assert table.is_graded()
    with Records(table.course.records_url) as records:
        assert records.receipt("tiny", "ada") is None


def _mark(table: Table) -> None:
    with CourseGradebook(table.course) as store:
        store.set_mark("tiny", "ada", "advice", 2.0, "Good.")


def _advice(table: Table) -> float | None:
    with CourseGradebook(table.course) as store:
        (cell,) = store.marks("tiny", "ada").of_kind("written")
        return cell.score


def test_the_same_work_keeps_marks(table: Table) -> None:
    """Other outputs, another time and another test do not ask a person again."""
    table.record()
    _mark(table)
    table.record(
        executed=table.answered("test-total", "assert True"),
        submission={"received_at": EARLY + timedelta(days=1), "digest": "b" * 64},
    )
    assert _advice(table) == 2


@pytest.mark.parametrize("known", [True, False])
def test_other_work_is_looked_at_again(table: Table, *, known: bool) -> None:
    """Another answer asks again, also where the work graded before is only known by its folder."""
    table.record()
    _mark(table)
    if not known:
        (table.course.work / "records.db").unlink()
    table.record(executed=table.answered("advice", "Another thought."))
    assert _advice(table) is None


def test_another_file_is_other_work(table: Table) -> None:
    """A file beside the notebook belongs to the work."""
    table.record()
    _mark(table)
    (table.submission.folder / "memo.txt").write_text("A memo.", encoding="utf-8")
    table.record()
    assert _advice(table) is None


def test_work_that_cannot_be_read() -> None:
    """A folder without a notebook has no work that could be compared."""
    assert own_work(Path("/nowhere"), "brief") == ""


STEPS = {
    "drafting": (autograded, "write_file", 2),
    "before the marks": (CourseGradebook, "record", 1),
    "before the rename": (autograded.Draft, "install", 1),
    "between the renames": (Path, "rename", 2),
    "behind the renames": (autograded, "sync_folder", 2),
    "before the records": (Records, "graded", 1),
}


@pytest.mark.parametrize("first", [True, False], ids=["first time", "resubmission"])
@pytest.mark.parametrize("step", STEPS)
def test_cut_off_anywhere_a_rerun_ends_the_same(
    table: Table, monkeypatch: pytest.MonkeyPatch, step: str, *, first: bool
) -> None:
    """Whatever step a run is cut off before, the next one leaves what an undisturbed one does."""
    new = {"executed": table.answered("advice", "Mine."), "submission": {"digest": "b" * 64}}
    if not first:
        table.record()
        _mark(table)
    home, name, call = STEPS[step]
    real, calls = getattr(home, name), []

    def cut(*arguments: Any, **options: Any) -> Any:
        calls.append(name)
        if len(calls) == call:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(home, name, cut)
        with pytest.raises(KeyboardInterrupt):
            table.record(**new)
    assert not table.is_graded()
    table.record(**new)
    after = table.state()
    table.record(**new)
    assert table.state() == after
    assert after[2][0] == "graded"
    assert after[5] == ["tiny"]
    assert _advice(table) is None


def test_a_full_disk_changes_nothing(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the folder cannot be written, marks and the old folder stay as they were."""
    table.record()
    before = table.state()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(autograded, "write_file", full)
    with pytest.raises(OSError, match="No space"):
        table.run(
            lambda recorder: recorder.record(
                table.submission, table.answered("advice", "x"), SCORES
            )
        )
    assert table.state() == before
