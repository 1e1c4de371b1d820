"""The control room: from publishing to released feedback by clicks alone, on a real course."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.course.instructor_desk.conftest import made_of, seen

from practicum.cli.output import PROGRESS_SWITCH, show_progress
from practicum.course import Course
from practicum.errors import Busy
from practicum.gradebook import CourseGradebook
from practicum.instructor_desk import Desk
from practicum.instructor_desk.actions import actions, formgrader
from practicum.instructor_desk.jobs import Jobs
from practicum.progress import Step
from practicum.records import Assessment, Records, Said
from practicum.status import status

SECONDS = 120.0


def press(desk: Desk, label: str) -> None:
    """Press the button of a next step."""
    assert label in desk.control.steps.buttons, (seen(desk.trouble.value), step_words(desk))
    button = desk.control.steps.buttons[label]
    assert not button.disabled, label
    button.click()


def until(holds: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


def finished(desk: Desk, brief: str = "tiny") -> str:
    """Wait until nothing runs and the desk knows it; return what the panel says."""
    panel = desk.control.panels[brief]
    assert until(lambda: panel.row.layout.display == "none")
    assert until(lambda: desk.control._watcher is None)
    return seen(panel.head.value + panel.printed.value.partition("<details>")[0])


def hand_in(course: Course, student: str, *, solved: bool = True) -> None:
    """Lay a submission into the exchange, as nbgrader does."""
    release = course.station("release", brief="tiny")
    moment = "2027-02-01 10:00:00.000000 UTC"
    target = course.exchange / course.id / "inbound" / f"{student}+tiny+{moment}"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(release, target)
    if solved:
        shutil.copy(course.root / "assignments" / "tiny" / "brief.ipynb", target)
        content = json.loads((release / "brief.ipynb").read_text())
        source = json.loads((target / "brief.ipynb").read_text())
        made = {cell["id"]: cell["source"] for cell in source["cells"]}
        for cell in content["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                lines = "".join(made[cell["metadata"]["nbgrader"]["grade_id"]]).splitlines()
                cell["source"] = "\n".join(line for line in lines if "###" not in line)
        (target / "brief.ipynb").write_text(json.dumps(content))
    (target / "timestamp.txt").write_text(moment)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let every command of the desk be one that waits until it is stopped."""
    folder = tmp_path / "first-on-the-path"
    (folder / "practicum").mkdir(parents=True)
    (folder / "practicum" / "__init__.py").write_text("")
    program = (
        "import json, sys, time\n"
        "for n in range(3):\n"
        "    print(json.dumps({'progress': {'what': 'grading', 'done': n, 'total': 9,"
        " 'now': '<b>ada</b>'}}), file=sys.stderr, flush=True)\n"
        "print('begun', flush=True)\n"
        "try:\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('Stopped.', file=sys.stderr); sys.exit(130)\n"
    )
    (folder / "practicum" / "__main__.py").write_text(program)
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{before}")
    yield folder
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "job_process.py" in " ".join(process.cmdline()):
                process.terminate()
                process.wait(10)


@pytest.mark.suite
@pytest.mark.slow
def test_from_publishing_to_feedback_by_clicks(tiny: Any) -> None:
    """Publish, collect, grade, take in, release and report are each one click, or two."""
    desk = Desk(tiny.root)
    control = desk.control
    assert "tiny 2027-02-01 not yet – 0 of 2" in seen(control.table.value)

    press(desk, "Publish tiny")
    assert "2 students will be able to fetch tiny" in seen(control.steps.question.value)
    assert tiny.state() == {} or "records.db" not in tiny.state()
    control.steps.yes.click()
    assert finished(desk) == "practicum publish tiny: done."
    assert "holds" in seen(control.panels["tiny"].printed.value)
    assert "tiny 2027-02-01 yes – 0 of 2" in seen(control.table.value)

    hand_in(tiny.course, "ada")
    hand_in(tiny.course, "bob", solved=False)
    desk.renew_button.click()
    press(desk, "Collect tiny")
    assert finished(desk) == "practicum collect tiny: done."

    press(desk, "Grade tiny")
    assert finished(desk) == "practicum grade tiny: done."

    assert "Open formgrader" in "".join(step_words(desk))
    with CourseGradebook(tiny.course) as book:
        for student in ("ada", "bob"):
            for cell in book.cells("tiny"):
                if cell.kind == "written":
                    book.set_mark("tiny", student, cell.cell, 1.0)
    with Records(tiny.course.records_url) as records:
        records.assess_all(
            Assessment(
                brief="tiny",
                student=student,
                criterion=criterion,
                reviewer="rita",
                level=3,
                at=datetime.now(UTC),
            )
            for student in ("ada", "bob")
            for criterion in ("sound", "clear")
        )
    desk.renew_button.click()
    press(desk, "Take in tiny")
    assert finished(desk) == "practicum room apply tiny: done."

    assert [who.waits_for for who in status(tiny.course).briefs[0].students] == ["release"] * 2
    press(desk, "Release tiny")
    assert "2 students will see marks and feedback on tiny" in seen(control.steps.question.value)
    assert (control.steps.yes.description, control.steps.asking.layout.display) == (
        "Yes, release to 2 students",
        "",
    )
    control.steps.yes.click()
    assert finished(desk) == "practicum release tiny: done."
    assert {who.station for who in status(tiny.course).briefs[0].students} == {"released"}

    press(desk, "Make the report")
    assert finished(desk, "") == "practicum report: done."
    assert "Open the cohort report" in seen(report_html(desk))
    assert 'alt="Bars by brief. tiny: 2 has feedback."' in control.table.value
    commands = [" ".join(one.command) for one in Jobs(tiny.course).log()]
    assert commands == [
        "report",
        "release tiny",
        "room apply tiny",
        "grade tiny",
        "collect tiny",
        "publish tiny",
    ]
    assert {one.by for one in Jobs(tiny.course).log()} == {"ines"}
    assert "practicum release tiny" in seen(control.log.value)


def step_words(desk: Desk) -> list[str]:
    """Return what stands in the rows of the next steps."""
    rows = desk.control.steps.list.children
    return [seen(part.value) for row in rows for part in row.children if hasattr(part, "value")]


def report_html(desk: Desk) -> str:
    """Return the section on the cohort report."""
    (output,) = desk.control.report.outputs
    html: str = output["data"]["text/html"]
    return html


def test_a_double_click_is_one_run(tiny_published: Any, slow: Path) -> None:
    """A second press starts nothing, and what runs is named; another brief's lock is its own."""
    desk = Desk(tiny_published.root)
    button = desk.control.steps.buttons["Collect tiny"]

    button.click()
    pid = Jobs(tiny_published.course).running()[0].job.pid
    button.click()

    assert [run.job.pid for run in Jobs(tiny_published.course).running()] == [pid]
    said = seen(desk.control.said.value)
    assert said.startswith("tiny: `practicum collect tiny` runs since")
    assert "Nothing was started a second time" in said
    assert button.disabled


def test_a_question_is_not_answered_by_a_double_click(tiny: Any, slow: Path) -> None:
    """Two quick presses of Publish ask once and publish nothing; No takes the question back."""
    desk = Desk(tiny.root)
    button = desk.control.steps.buttons["Publish tiny"]

    button.click()
    button.click()

    assert Jobs(tiny.course).running() == ()
    assert desk.control.steps.asking.layout.display == ""
    desk.control.steps.no.click()
    assert desk.control.steps.asking.layout.display == "none"
    desk.control.steps.yes.click()
    assert Jobs(tiny.course).running() == ()


def test_progress_is_shown_and_stop_stops(tiny_published: Any, slow: Path) -> None:
    """The bar tells how far it is, Stop interrupts as Ctrl+C does, and that is said and logged."""
    desk = Desk(tiny_published.root)
    press(desk, "Collect tiny")
    panel = desk.control.panels["tiny"]

    assert until(lambda: panel.bar.value == pytest.approx(2 / 9), 20)
    assert seen(panel.words.value) == "grading: 2 of 9 <b>ada</b>"
    assert made_of(panel.words.value)[0] == {"p"}
    panel.stop_button.click()

    assert finished(desk).startswith("practicum collect tiny: stopped. Press its button again")
    assert [one.code for one in Jobs(tiny_published.course).log()] == [130]
    assert not desk.control.steps.buttons["Collect tiny"].disabled


def test_what_does_not_listen_is_ended_at_once(tiny_published: Any, slow: Path) -> None:
    """A second press of Stop ends a command that goes on after the first."""
    program = slow / "practicum" / "__main__.py"
    program.write_text(
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\ntime.sleep(60)\n"
    )
    desk = Desk(tiny_published.root)
    press(desk, "Collect tiny")
    panel = desk.control.panels["tiny"]
    said = tiny_published.course.work / "desk" / "tiny" / "said.txt"
    assert until(lambda: said.exists() and "deaf" in said.read_text(), 20)

    panel.stop_button.click()
    time.sleep(1)
    assert Jobs(tiny_published.course).running()
    assert panel.stop_button.description == "Stop at once"
    panel.stop_button.click()

    assert "stopped at once" in finished(desk)


def test_what_runs_is_found_again(tiny_published: Any, slow: Path) -> None:
    """A notebook that is opened later shows what runs, can stop it, and starts no second one."""
    press(Desk(tiny_published.root), "Collect tiny")

    later = Desk(tiny_published.root)

    assert "Running: practicum collect tiny" in seen(later.control.panels["tiny"].head.value)
    assert later.control.steps.buttons["Collect tiny"].disabled
    assert "something runs on it" in " ".join(
        seen(part.value)
        for row in later.control.steps.list.children
        for part in row.children
        if hasattr(part, "value")
    )
    later.control.panels["tiny"].stop_button.click()
    assert "stopped" in finished(later)


def test_a_run_that_was_killed_blocks_nothing(tiny_published: Any, slow: Path) -> None:
    """After a kill of everything the lock is free, and the desk says that it was cut off."""
    desk = Desk(tiny_published.root)
    press(desk, "Collect tiny")
    (run,) = Jobs(tiny_published.course).running()

    os.killpg(run.job.pid, signal.SIGKILL)

    assert "cut off" in finished(desk)
    press(desk, "Collect tiny")
    assert Jobs(tiny_published.course).running()


def test_errors_say_what_to_do(tiny_published: Any) -> None:
    """What a command refuses stands on the desk in its own words, without a traceback."""
    desk = Desk(tiny_published.root)
    (tiny_published.root / "course" / "roster.yml").write_text("schema_version: 1\nstudens: []\n")

    press(desk, "Collect tiny")

    panel = desk.control.panels["tiny"]
    assert "it did not work. What to do stands below." in finished(desk)
    assert "did you mean 'students'?" in seen(panel.printed.value)
    assert "Traceback" not in panel.printed.value


def test_an_answer_to_a_message(tiny_published: Any) -> None:
    """A question waits on the desk, is answered there, and then waits no more."""
    course = tiny_published.course
    asked = Said(
        student="ada",
        key="q1",
        author="student",
        text="Which <b>file</b>?",
        at=datetime(2026, 1, 30, tzinfo=UTC),
    )
    with Records(course.records_url) as records:
        records.say("tiny", [asked])
    desk = Desk(tiny_published.root)
    letters = desk.control.letters
    assert "1 question without an answer." in seen(letters.head.value)
    assert "Which <b>file</b>?" in seen(letters.thread.value)
    assert 'practicum room answer tiny ada "..."' in seen(letters.line.value)

    letters.button.click()
    assert seen(letters.said.value) == "Before you send: write an answer."
    letters.text.value = "The second one."
    letters.button.click()

    assert "No question waits" in seen(letters.head.value)
    assert letters.text.value == ""
    with Records(course.records_url) as records:
        said = records.messages("tiny", "ada")
        entries = [entry for entry in records.audit() if entry.action == "answer"]
    assert [(one.author, one.by, one.text) for one in said[1:]] == [
        ("instructor", "ines", "The second one.")
    ]
    assert [entry.by for entry in entries] == ["ines"]


def test_students_are_filtered(tiny_published: Any) -> None:
    """The table of students follows the chosen brief and station, and names its command."""
    tiny_published.hand_in("ada")
    with Records(tiny_published.course.records_url) as records:
        records.receive(
            "tiny",
            "ada",
            received_at=datetime(2027, 1, 30, tzinfo=UTC),
            sha256="0" * 64,
            source="test",
            files=1,
            size=1,
        )
    students = Desk(tiny_published.root).control.students

    assert "Lovelace, Ada (ada) tiny received grading" in seen(students.table.value)
    assert "Bob Beispiel (bob) tiny expected a submission" in seen(students.table.value)
    students.station.value = "received"
    assert "Bob" not in seen(students.table.value)
    students.brief.value = "tiny"
    assert "practicum status tiny --students" in seen(students.line.value)
    students.station.value = "released"
    assert seen(students.table.value) == "Nobody stands there."


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, "/formgrader"),
        (
            {"JUPYTERHUB_SERVICE_PREFIX": "/services/x/", "JUPYTERHUB_BASE_URL": "/"},
            "/services/tiny-course/formgrader",
        ),
        (
            {"JUPYTERHUB_SERVICE_PREFIX": "/a/user/ines/", "JUPYTERHUB_BASE_URL": "/a/"},
            "/a/services/tiny-course/formgrader",
        ),
    ],
)
def test_where_formgrader_is(tiny: Any, environ: dict[str, str], address: str) -> None:
    """On a hub formgrader is the course's own server, whoever has opened the desk."""
    assert formgrader(tiny.course, environ) == address


def test_progress_for_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the switch, each step of a command is a line of JSON on standard error."""
    monkeypatch.setenv(PROGRESS_SWITCH, "json")

    with show_progress(quiet=True) as progress:
        progress(Step("grading", 1, 2, "ada"))

    told = capsys.readouterr()
    assert told.out == ""
    assert json.loads(told.err) == {
        "progress": {"what": "grading", "done": 1, "total": 2, "now": "ada"}
    }


def test_a_locked_database_hides_nothing(
    tiny_published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another command keeps a database locked, the desk stays as it was and says so."""
    desk = Desk(tiny_published.root)

    def locked(*_: object) -> None:
        message = "the records are locked"
        raise Busy(message)

    monkeypatch.setattr("practicum.instructor_desk.control.read_overview", locked)
    desk.renew_button.click()

    assert seen(desk.trouble.value) == "the records are locked. Press Renew in a moment"
    assert desk.control.view.layout.display != "none"
    assert "tiny 2027-02-01 yes" in seen(desk.control.table.value)


def test_each_step_has_its_command(tiny: Any) -> None:
    """Everything that can be clicked shows the command that does the same."""
    found = status(tiny.course)

    for action in actions(found, "/formgrader"):
        assert action.line.startswith("practicum ")
        if action.kind == "run":
            assert action.line == f"practicum {' '.join(action.command)}"
