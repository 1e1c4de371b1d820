"""`practicum grade` in a course directory that holds nothing of ours."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from practicum.errors import BadInput, NotACourse, NotReady, UnknownName
from practicum.execution import Engine
from practicum.grade import grade_plain
from practicum.grade.plain_log import GradingLog, Line
from practicum.gradebook import find_foreign_course

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Notebook = dict[str, Any]
CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'plain'\n"
GENERATE = (
    "from nbgrader.apps.nbgraderapp import NbGraderApp; import sys;"
    "NbGraderApp.launch_instance(['generate_assignment', 'Set 1'])"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, probe_source: Notebook) -> Path:
    """Return a course that nbgrader has made: two notebooks, four submissions; not to change."""
    root = tmp_path_factory.mktemp("foreign") / "course"
    (root / "source" / "Set 1").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    for name in ("p1", "p2"):
        text = json.dumps(probe_source)
        (root / "source" / "Set 1" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    (root / "source" / "Set 1" / "data.txt").write_text("of the course", encoding="utf-8")
    subprocess.run([sys.executable, "-c", GENERATE], cwd=root, check=True, capture_output=True)
    for student, names in {"Ada L": ("p1", "p2"), "bob": ("p1",), "Cy": ("p9",)}.items():
        folder = root / "submitted" / student / "Set 1"
        folder.mkdir(parents=True)
        (folder / "data.txt").write_text("of the student", encoding="utf-8")
        for name in names:
            shutil.copyfile(root / "source" / "Set 1" / "p1.ipynb", folder / f"{name}.ipynb")
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the course."""
    shutil.copytree(made, tmp_path / "course")
    return tmp_path / "course"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Keep one engine for all tests."""
    with Engine((), 2, judging=True) as engine:
        yield engine


@pytest.fixture
def run(root: Path, engine: Engine) -> Callable[..., dict[str, Any]]:
    """Return what grades the course as its configuration now is; outcomes by student."""

    def grade_it(**options: Any) -> dict[str, Any]:
        report = grade_plain(find_foreign_course(root), "Set 1", engine=engine, **options)
        return {graded.student: graded for graded in report.graded}

    return grade_it


def _configure(root: Path, line: str) -> None:
    (root / "nbgrader_config.py").write_text(f"{CONFIG}{line}\n", encoding="utf-8")


def _ask(root: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(root / "gradebook.db")) as database:
        return database.execute(query).fetchall()


def test_several_notebooks_are_one_submission(root: Path, run: Callable[..., Any]) -> None:
    """All notebooks of a submission are marked; findings tell which one they are about."""
    ada = run()["Ada L"]
    assert (ada.outcome, ada.points, ada.max_points) == ("graded", 32.0, 54.0)
    assert {name.partition("/")[0] for name in ada.standing} == {"p1", "p2"}
    folder = root / "autograded" / "Ada L" / "Set 1"
    assert {file.name for file in folder.iterdir()} == {"p1.ipynb", "p2.ipynb", "data.txt"}
    assert (folder / "data.txt").read_text(encoding="utf-8") == "of the course"
    assert (folder / "p1.ipynb").stat().st_mode & 0o777 == 0o444


def test_a_missing_notebook_is_zero_and_a_wrong_name_an_error(run: Callable[..., Any]) -> None:
    """What is missing earns nothing, with a finding; a name that is unknown is never a zero."""
    graded = run()
    assert graded["bob"].outcome == "graded"
    assert any("missing" in f.message and f.cell == "p2" for f in graded["bob"].findings)
    assert graded["Cy"].outcome == "error"
    assert "p9" in graded["Cy"].detail


def test_only_what_changed_is_graded_again(root: Path, run: Callable[..., Any]) -> None:
    """A second run leaves all as it is, but for a submission that was changed meanwhile."""
    run()
    file = root / "submitted" / "bob" / "Set 1" / "p1.ipynb"
    file.write_text(file.read_text(encoding="utf-8").replace("answer = 42", "answer = 4"))
    again = run()
    assert again["Ada L"].outcome == "unchanged"
    assert (again["bob"].outcome, again["bob"].why) == ("graded", ("the submission",))


def test_what_nbgrader_has_graded_is_left(root: Path, run: Callable[..., Any]) -> None:
    """A folder that nbgrader would skip is skipped; with `again` it is graded."""
    (root / "autograded" / "bob" / "Set 1").mkdir(parents=True)
    assert run()["bob"].outcome == "unchanged"
    assert run(again=True)["bob"].outcome == "graded"


def test_marks_of_people_stay(root: Path, run: Callable[..., Any]) -> None:
    """A mark that a person gave is kept, and looked at again where nbgrader would ask for it."""
    run()
    with closing(sqlite3.connect(root / "gradebook.db")) as database, database:
        database.execute("UPDATE grade SET manual_score = 2, needs_manual_grade = 0")
    run(again=True, students=["bob"])
    query = (
        "SELECT DISTINCT student_id, manual_score, needs_manual_grade FROM grade "
        "JOIN submitted_notebook n ON n.id = grade.notebook_id "
        "JOIN submitted_assignment s ON s.id = n.assignment_id ORDER BY 1, 3"
    )
    assert ("Ada L", 2, 0) in _ask(root, query)
    assert ("bob", 2, 1) in _ask(root, query)
    assert ("Ada L", 2, 1) not in _ask(root, query)


@pytest.mark.parametrize(
    "line",
    [
        "c.Execute.enabled = False",
        "c.Execute.kernel_name = 'julia'",
        "c.Autograde.autograde_preprocessors = []",
        "c.Autograde.pre_convert_hook = print",
        "c.SaveAutoGrades.enabled = False",
    ],
)
def test_settings_that_are_not_followed_are_refused(root: Path, line: str) -> None:
    """A setting that could change a mark, and is not followed, is named; nothing is graded."""
    _configure(root, line)
    setting = line[2:].partition(" ")[0]
    with pytest.raises(BadInput, match=setting):
        find_foreign_course(root)


def test_settings_that_change_marks_are_followed(root: Path) -> None:
    """Limits, folders, choices and steps of the configuration are those of the course."""
    lines = (
        "c.Execute.timeout = 7", "c.CourseDirectory.submitted_directory = 'in'",
        "c.OverwriteCells.add_missing_cells = True", "c.Autograde.create_student = False",
        "c.IgnorePattern.enabled = True", "c.IgnorePattern.pattern = 'noise'",
        "c.CourseDirectory.student_id_exclude = 'bob'",
    )  # fmt: skip
    _configure(root, "\n".join(lines))
    course = find_foreign_course(root / "source")
    assert (course.root, course.submitted, course.limits.cell_seconds) == (root, "in", 7)
    assert (course.add_missing, course.create_students) == (True, False)
    assert course.excluded == {"bob"}
    loud = {"output_type": "stream", "name": "stderr", "text": "some noise"}
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [loud]}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    assert course.finish is not None
    assert course.finish(notebook)["cells"][0]["outputs"] == []


def test_an_unknown_kernel_is_named_and_can_be_replaced(
    root: Path, run: Callable[..., Any]
) -> None:
    """A kernel that is not here stops the run before it begins; a substitute is a finding."""
    with closing(sqlite3.connect(root / "gradebook.db")) as database, database:
        database.execute("""UPDATE notebook SET kernelspec = '{"name": "r-4"}'""")
    with pytest.raises(BadInput, match=r"r-4.*--kernel python3"):
        run()
    findings = run(kernel="python3")["Ada L"].findings
    assert {f.cell for f in findings if f.kind == "kernel"} == {"p1", "p2"}


def test_what_is_not_there_is_said(root: Path, tmp_path: Path, engine: Engine) -> None:
    """A wrong folder, assignment or student, and a gradebook that is missing, are named."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotACourse):
        find_foreign_course(tmp_path / "empty")
    with pytest.raises(UnknownName, match="Set 1"):
        grade_plain(find_foreign_course(root), "Set 2", engine=engine)
    with pytest.raises(UnknownName, match="bob"):
        grade_plain(find_foreign_course(root), "Set 1", students=["bo"], engine=engine)
    (root / "gradebook.db").unlink()
    with pytest.raises(NotReady, match="generate_assignment"):
        grade_plain(find_foreign_course(root), "Set 1", engine=engine)


def test_a_log_survives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    """After a crash in the middle of a line, the lines before and after it are read."""
    log = GradingLog(tmp_path)
    log.add([Line("a", "ada", "graded", basis="1"), Line("a", "bob", "running")])
    with log.file.open("ab") as stream:
        stream.write(b'{"assignment": "a", "stud')
    log.add([Line("a", "bob", "graded", basis="2")])
    assert {s: line.basis for s, line in log.newest("a").items()} == {"ada": "1", "bob": "2"}


SERVER = (
    "--no-browser", "--allow-root", "--ServerApp.token=", "--ServerApp.password=",
    "--ServerApp.disable_check_xsrf=True", "--ServerApp.open_browser=False",
    '--ServerApp.jpserver_extensions={"nbgrader.server_extensions.formgrader": True}',
)  # fmt: skip


def _get(url: str, data: bytes | None = None) -> Any:
    with urllib.request.urlopen(url, data=data, timeout=120) as answer:  # noqa: S310 (our own)
        return json.loads(answer.read())


@pytest.fixture
def formgrader(root: Path, unused_port: int) -> Iterator[str]:
    """Start a real server with formgrader on the course, switched to our engine."""
    _configure(root, "from practicum.grade import use_engine; use_engine()")
    command = [sys.executable, "-m", "jupyter_server", f"--port={unused_port}", *SERVER]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(root / "config")}
    base = f"http://127.0.0.1:{unused_port}"
    with (root / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={root}"],
            cwd=root, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            for _ in range(240):
                try:
                    _get(f"{base}/api/status")
                    break
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.25)
            yield base
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def unused_port() -> int:
    """Return a port that nobody uses."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_button_grades_with_our_engine(root: Path, formgrader: str) -> None:
    """Formgrader's button gets the answer that it expects; the server answers meanwhile."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        url = f"{formgrader}/formgrader/api/submission/Set%201/bob/autograde"
        click = pool.submit(_get, url, b"")
        meanwhile = 0
        while not click.done():
            _get(f"{formgrader}/api/status")
            meanwhile += 1
            time.sleep(0.02)
        answer = click.result()
    assert answer["success"], answer
    assert "Set 1 of bob: graded" in answer["log"]
    # A server that is blocked answers once or twice.
    assert meanwhile > 10
    assert (root / ".practicum" / "gradings.jsonl").is_file()
    wrong = _get(f"{formgrader}/formgrader/api/submission/Set%201/Cy/autograde", b"")
    assert not wrong["success"]
    assert "p9" in wrong["log"]
