"""Both databases on a real PostgreSQL server: the same marks, and nothing lost."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import text

from practicum.databases import Patience, complete, open_engine, reading, writing
from practicum.errors import BadInput, Busy, PracticumError
from practicum.gradebook import (
    AutoScore,
    CourseGradebook,
    copy_gradebook,
    export_rows,
    gradebook_digest,
    read_marks,
    sole_writer,
)
from practicum.gradebook.database import open_database
from practicum.records import (
    Assessment,
    Decision,
    Finding,
    Grading,
    Records,
    are_there,
)

pytest.importorskip("psycopg", reason="psycopg is not installed: the extra `postgresql` has it")

DUE = datetime(2027, 2, 1, 12, tzinfo=UTC)
NOW = datetime(2027, 2, 2, tzinfo=UTC)
SCORES = (
    AutoScore("total", None, no_response=False),
    AutoScore("test-total", 8.0, no_response=False),
    AutoScore("test-parts", 2.0, no_response=False),
    AutoScore("advice", None, no_response=True),
    AutoScore("criterion-sound", None, no_response=False),
    AutoScore("criterion-clear", None, no_response=False),
)
WRITER = """
import sys
from practicum.course import Course
from practicum.gradebook import CourseGradebook
with CourseGradebook(Course.find(sys.argv[1])) as store:
    for number in range(int(sys.argv[3])):
        store.set_mark("tiny", "ada", sys.argv[2], number / 100)
"""

LATER = (
    *("visits", "invitations", "drafts", "sheets"),
    *("allocations", "anchors", "messages", "ratings"),
    *("offers", "uploads", "submissions", "feedbacks"),
    *("placements", "logbooks", "variants"),
)
Server = Callable[[], str]


@pytest.fixture
def course(server: Server, tiny_published: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A published course whose databases are one on a server, named by the environment."""
    url = server()
    files = tiny_published.course
    copy_gradebook(files.gradebook_url, url, files.id)
    monkeypatch.setenv("PRACTICUM_GRADEBOOK_URL", url)
    monkeypatch.setenv("PRACTICUM_RECORDS_URL", url)
    return tiny_published.course


def grade(store: CourseGradebook) -> None:
    """Grade two submissions, mark, overrule, hand in again: what happens in a course."""
    store.record("tiny", "ada", SCORES, received_at=DUE + timedelta(days=2))
    store.record("tiny", "bob", SCORES, received_at=DUE - timedelta(hours=1))
    store.set_mark("tiny", "ada", "advice", 1.5, "Well said – ünïcode.")
    store.set_mark("tiny", "ada", "test-parts", 4.0)
    store.set_mark("tiny", "bob", "criterion-sound", 3.0)
    store.record("tiny", "bob", SCORES, received_at=DUE + timedelta(hours=1), changed=True)


def test_marks_are_those_of_a_file(
    course: Any, monkeypatch: pytest.MonkeyPatch, dump: Callable[[str], dict[str, list[str]]]
) -> None:
    """Everything that a course does to marks comes out as with SQLite, row by row."""
    file = f"sqlite:///{course.work / 'copy.db'}"
    copy_gradebook(course.gradebook_url, file, course.id)
    with CourseGradebook(course) as store:
        grade(store)
        ours = store.all_marks("tiny")
        names = store.briefs(), store.students("tiny"), store.cells("tiny")
    monkeypatch.setenv("PRACTICUM_GRADEBOOK_URL", file)
    with CourseGradebook(type(course).find(course.root)) as store:
        grade(store)
        assert store.all_marks("tiny") == ours
        assert (store.briefs(), store.students("tiny"), store.cells("tiny")) == names
    assert dump(course.gradebook_url) == dump(file)


def test_nbgrader_itself_reads_and_writes_it(course: Any) -> None:
    """Nbgrader's own gradebook, exporter and command work on what we wrote."""
    with CourseGradebook(course) as store:
        grade(store)
        ours = store.marks("tiny", "ada")
    with Gradebook(complete(course.gradebook_url), course.id) as gradebook:
        row = gradebook.find_submission_notebook("brief", "tiny", "ada")
        assert row.score == ours.points()
        assert len(gradebook.submission_dicts("tiny")) == 2
        assert len(gradebook.notebook_submission_dicts("brief", "tiny")) == 2
        assert gradebook.student_dicts()
        gradebook.find_grade("advice", "brief", "tiny", "ada").manual_score = 0.5
        gradebook.db.commit()
    with CourseGradebook(course) as store:
        assert store.marks("tiny", "ada").points("written") == 0.5
    assert {row["student_id"] for row in export_rows(course)} == {"ada", "bob"}
    (course.root / "nbgrader_config.py").write_text(
        "from practicum.gradebook import configure\nconfigure(get_config(), __file__)\n"
    )
    listed = subprocess.run(
        [sys.executable, "-m", "nbgrader", "db", "student", "list"],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "ada" in listed.stdout


def test_looking_sees_the_same(course: Any) -> None:
    """The quick look of `practicum status` reads the server, also before there are tables."""
    subjects = [(course.brief("tiny"), course.rubric("tiny"))]
    with CourseGradebook(course) as store:
        grade(store)
        ours = store.all_marks("tiny")
    for marks in read_marks(course, subjects)["tiny"]:
        assert marks.penalty == ours[marks.student].penalty
        assert {(c.cell, c.score) for c in marks.cells} == {
            (c.cell, c.score) for c in ours[marks.student].cells
        }


def test_an_empty_server_is_prepared(server: Server, tiny: Any, monkeypatch: Any) -> None:
    """Tables are made once, beside those of the records, also by two that open it at once."""
    url = server()
    monkeypatch.setenv("PRACTICUM_GRADEBOOK_URL", url)
    monkeypatch.setenv("PATH", "")
    assert read_marks(tiny.course, [(tiny.course.brief("tiny"), tiny.course.rubric("tiny"))]) == {
        "tiny": ()
    }
    assert not are_there(url)
    Records(url).close()
    assert are_there(url)
    threads = [
        threading.Thread(target=lambda: open_database(url, "tiny-course").dispose())
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Gradebook(complete(url), "tiny-course") as gradebook:
        assert gradebook.assignments == []


def test_publishing(server: Server, tiny: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A brief is proved on a stage and installed on the server, and the marks stay."""
    from practicum.publish import publish

    url = server()
    monkeypatch.setenv("PRACTICUM_GRADEBOOK_URL", url)
    monkeypatch.setenv("PRACTICUM_RECORDS_URL", url)
    publish(tiny.course, "tiny")
    with CourseGradebook(tiny.course) as store:
        grade(store)
        before = store.all_marks("tiny")
    publish(tiny.course, "tiny", again=True)
    with CourseGradebook(tiny.course) as store:
        assert store.all_marks("tiny") == before
    assert not (tiny.course.work / "gradebook.db").exists()


def test_a_digest_sees_a_change(course: Any) -> None:
    """The digest of a gradebook changes with a mark, and back with it."""
    with CourseGradebook(course) as store:
        grade(store)
        first = gradebook_digest(course.gradebook_url, course.id)
        store.set_mark("tiny", "ada", "advice", 1.0)
        second = gradebook_digest(course.gradebook_url, course.id)
        store.set_mark("tiny", "ada", "advice", 1.5)
    assert first != second
    assert gradebook_digest(course.gradebook_url, course.id) == first


def test_records(server: Server) -> None:
    """Receipts, states, gradings, findings, judgements and releases are kept and read."""
    url = server()
    with Records(url) as records:
        code = records.blind_code("demo", "ada")
        records.receive(
            "demo", "ada", received_at=DUE, sha256="a" * 64, source="zip", files=1, size=2**40
        )
        records.running("demo", ["ada"])
        grading = Grading(
            brief="demo", student="ada", basis="b" * 64, versions={"practicum": "0.1"}, at=NOW
        )
        records.graded(grading, [Finding(cell="t", kind="scored", message="ü" * 9000)])
        about: dict[str, Any] = {"brief": "demo", "student": "ada", "criterion": "sound", "at": NOW}
        records.assess(Assessment(**about, reviewer="rita", level=4, words="Ja."))
        records.assess(Assessment(**about, reviewer="hugo", level=1))
        records.decide(Decision(**about, level=3, reason="Because.", by="ines"))
        records.publish("demo", digest="d", proofs=({"proof": "runs", "points": 10.5},))
        records.released("demo", "ada", digest="f")
    with Records(url) as records:
        receipt = records.receipt("demo", "ada")
        assert receipt is not None
        assert (receipt.state, receipt.detail, receipt.size) == ("graded", "b" * 64, 2**40)
        assert receipt.received_at == DUE
        assert records.gradings("demo") == {"ada": grading}
        assert len(records.findings("demo")[0].message) == 9000
        assert [a.level for a in records.assessments("demo")] == [1, 4]
        assert records.decisions("demo")[0].level == 3
        publication, release = records.publication("demo"), records.release_of("demo", "ada")
        assert publication is not None
        assert publication.proofs[0]["points"] == 10.5
        assert release is not None
        assert release.digest == "f"
        assert records.blind_code("demo", "ada") == code
        assert len(records.audit()) == 10


def test_an_older_database_is_migrated(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of the first version get the new tables and lose nothing."""
    url = server()
    with Records(url) as records:
        records.log("before")
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(text(f"DROP TABLE gradings, {', '.join(LATER)}"))
        connection.execute(text("UPDATE records_version SET version_num = '0001'"))
    engine.dispose()
    with Records(url) as records:
        assert records.gradings("demo") == {}
        assert records.sheets("demo") == ()
        secret = records.invite("demo", "rita", timedelta(days=1))
        entered = records.come_in(secret)
        assert entered is not None
        assert records.guest(entered[1]) == entered[0]
        assert records.come_in(secret) is None
        assert [entry.action for entry in records.audit()] == ["before", "invite", "come in"]


def test_writers_at_once_lose_nothing(course: Any) -> None:
    """Two processes that mark different cells of one submission keep all marks and the penalty."""
    with CourseGradebook(course) as store:
        store.record("tiny", "ada", SCORES, received_at=DUE + timedelta(days=1, seconds=1))
    cells = ("advice", "criterion-sound")
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(course.root), cell, "40"])
        for cell in cells
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    with CourseGradebook(course) as store:
        marks = store.marks("tiny", "ada")
    scores = {cell.cell: cell.score for cell in marks.cells}
    assert [scores[cell] for cell in cells] == [0.39, 0.39]
    assert marks.penalty == pytest.approx(0.2 * (10 + 0.78), abs=0.01)


def test_one_command_at_a_time(course: Any) -> None:
    """A command on another machine, with a folder of its own, is kept out by the server."""
    url, held = course.gradebook_url, threading.Event()
    from practicum.databases import sole_session

    with sole_session(url, course.id, Patience(1)) as alone:
        assert alone
        with (
            pytest.raises(Busy, match="perhaps on another machine"),
            sole_writer(course, wait_seconds=0.2),
        ):
            held.set()
    assert not held.is_set()
    with sole_writer(course, wait_seconds=0.2):
        pass


def test_a_lock_is_waited_for_and_told(course: Any) -> None:
    """A writer waits for another one, tells it, and does its work afterwards."""
    told: list[Any] = []
    engine = open_engine(course.gradebook_url)
    started, end = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(engine) as connection:
            connection.execute(text("SELECT 1"))
            started.set()
            end.wait(1)

    thread = threading.Thread(target=hold)
    thread.start()
    started.wait(10)
    with CourseGradebook(course, patience=Patience(60, 0.1, told.append)) as store:
        store.record("tiny", "ada", SCORES, received_at=DUE)
        assert store.students("tiny") == ("ada",)
    thread.join()
    engine.dispose()
    assert "waiting for it" in told[0].now


def test_a_lock_that_stays_is_reported(course: Any) -> None:
    """A table that somebody else keeps locked ends in a message, not in a wait for ever."""
    engine = open_engine(course.gradebook_url)
    with (
        CourseGradebook(course, patience=Patience(0.2, 0.1)) as store,
        reading(engine) as connection,
    ):
        store.cells("tiny")
        connection.execute(text("LOCK TABLE grade"))
        with pytest.raises(Busy, match="another program keeps it locked"):
            store.record("tiny", "ada", SCORES, received_at=DUE)
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ines:geheim@localhost:1/marks",
        "postgresql://ines@localhost:1/marks?password=geheim",
        "postgresql://ines:geheim@[broken",
        "mysql://ines:geheim@localhost/marks",
    ],
)
def test_a_password_is_never_shown(url: str, tiny: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with an address, the message names it without the password."""
    monkeypatch.setenv("PRACTICUM_GRADEBOOK_URL", url)
    monkeypatch.setenv("PRACTICUM_RECORDS_URL", url)
    course = tiny.course
    for attempt in (lambda: CourseGradebook(course), lambda: Records(course.records_url)):
        with pytest.raises(PracticumError) as caught:
            attempt()
        assert "geheim" not in str(caught.value)
    assert "geheim" not in repr(course)


@pytest.mark.parametrize("url", ["postgresql://i:geheim@h/m", "postgresql://i@h/m?password=geheim"])
def test_a_password_in_course_yml_is_refused(url: str, tiny: Any) -> None:
    """A password in a file that is shared is refused, with the place where it belongs."""
    tiny.rewrite("course/course.yml", "briefs:", f"gradebook_url: '{url}'\nbriefs:")
    with pytest.raises(BadInput, match="PRACTICUM_GRADEBOOK_URL") as caught:
        _ = tiny.course
    assert "geheim" not in str(caught.value)
