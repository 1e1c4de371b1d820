"""The whole road on a small cohort, from an empty folder to released feedback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

Road = Any
Collected = Callable[[], Road]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

BRIEF = "first-steps"
GRADED = ("ada", "bea", "carl", "dora", "emil")
ABSENT = ("eve", "fay")
AUTOGRADED = {"ada": 50.0, "bea": 50.0, "carl": 40.0, "dora": 40.0, "emil": 50.0}
WRITTEN = 14.5
EMPLOYER = 22.5
LATE = {"ada": 8.7, "bea": 8.7}
"""A day late costs a tenth of 87 points."""


@pytest.mark.parametrize(
    "step", ["init", "check", "publish", "collect exchange", "grade", "grade again", "mark"]
)
def test_steps_before_the_review_succeed(road: Road, step: str) -> None:
    """Every step up to the written marks ends with exit code 0."""
    assert road.said[step].code == 0, road.said[step]


def test_collecting_names_what_it_refuses(road: Road) -> None:
    """A link in an LMS export is refused by name, and everybody else is collected."""
    exchange, lms = road.said["collect exchange"].json, road.said["collect lms"]
    assert [(e["student"], e["outcome"]) for e in exchange["entries"]] == [
        ("ada", "collected"),
        ("bea", "collected"),
    ]
    assert lms.code == 1
    outcomes = {e["student"]: (e["outcome"], e["reason"]) for e in lms.json["entries"]}
    assert [outcomes[student][0] for student in ("carl", "dora", "emil")] == ["collected"] * 3
    assert outcomes["eve"][0] == "refused"
    assert "symbolic link" in outcomes["eve"][1]
    assert tuple(lms.json["missing"]) == ABSENT


def test_collecting_again_changes_nothing(road: Road) -> None:
    """The same export a second time is unchanged for everybody whom it gave."""
    entries = road.said["collect again"].json["entries"]
    assert {e["outcome"] for e in entries if e["student"] != "eve"} == {"unchanged"}


def test_grading_gives_each_kind_its_points(road: Road) -> None:
    """Each kind of submission gets the points that its mistake leaves."""
    graded = road.said["grade"].json["graded"]
    assert {g["student"]: g["outcome"] for g in graded} == dict.fromkeys(GRADED, "graded")
    assert {g["student"]: g["points"] for g in graded} == AUTOGRADED
    findings = {g["student"]: [f["message"] for f in g["findings"]] for g in graded}
    assert "more than once" in findings["bea"][0]
    assert "missing" in findings["emil"][0]


def test_grading_again_finds_nothing_to_do(road: Road) -> None:
    """A second run grades nobody."""
    graded = road.said["grade again"].json["graded"]
    assert {g["outcome"] for g in graded} == {"unchanged"}


def test_nothing_is_released_before_everything_is_there(road: Road) -> None:
    """Release refuses while assessments or a moderation are missing, and names them."""
    early, disputed = road.said["release before review"], road.said["release before moderation"]
    assert (early.code, disputed.code) == (1, 1)
    assert "20 things are still missing" in early.err
    assert re.search(r"dora: advice waits for moderation", disputed.err)


def test_one_case_goes_to_moderation(road: Road) -> None:
    """Where reviewers are two levels apart, an instructor decides; nothing else waits."""
    cases = road.said["cases"].json
    assert [(case["student"], case["criterion"]) for case in cases] == [("dora", "advice")]
    decided = road.said["moderate"].json
    assert decided["new"]
    assert decided["marks"]["pending"] == []


def test_release_is_done_once(road: Road) -> None:
    """Everybody who handed in is given a page; a second release changes no file."""
    first, second = road.said["release"].json, road.said["release again"].json
    assert tuple(first["released"]) == GRADED
    assert tuple(first["not_handed_in"]) == ABSENT
    assert second["released"] == []
    assert road.snapshots["released"] == road.snapshots["released again"]


def test_status_tells_where_everybody_stands(road: Road) -> None:
    """At the end of the road, those who handed in are released and two are expected."""
    (brief,) = road.said["status"].json["briefs"]
    stations = {s["student"]: s["station"] for s in brief["students"]}
    assert stations == dict.fromkeys(GRADED, "released") | dict.fromkeys(ABSENT, "expected")


def test_the_report_is_one_page(road: Road) -> None:
    """The cohort report is written and names the brief."""
    page = Path(road.said["report"].json["page"])
    assert BRIEF in page.read_text(encoding="utf-8")


def test_nbgrader_exports_our_marks(road: Road) -> None:
    """What the real `nbgrader export` prints equals our marks for everybody."""
    rows = road.exported()
    assert tuple(sorted(s for s, row in rows.items() if row["raw_score"])) == GRADED
    for student in GRADED:
        marks, row = road.marks(student), rows[student]
        assert float(row["score"]) == pytest.approx(marks.total, abs=1e-9)
        assert float(row["raw_score"]) == pytest.approx(marks.points(), abs=1e-9)
        assert float(row["max_score"]) == pytest.approx(marks.max_points(), abs=1e-9)
        assert float(row["late_submission_penalty"] or 0) == pytest.approx(marks.penalty)
        expected = AUTOGRADED[student] + WRITTEN + EMPLOYER - LATE.get(student, 0)
        assert marks.total == pytest.approx(expected)


def test_nbgrader_makes_its_own_feedback(road: Road, tmp_path: Path) -> None:
    """The real `nbgrader generate_feedback` works on a course that we have graded."""
    copy = road.copy(tmp_path / "course")
    said = copy.nbgrader("generate_feedback", BRIEF, "--force")
    assert said.code == 0, said.err
    for student in GRADED:
        folder = copy.course.station("feedback", student=student, brief=BRIEF)
        page = (folder / "brief.html").read_text(encoding="utf-8")
        assert "Well said." in page
        assert "Score" in page


@pytest.mark.parametrize("student", ["ada", "bea"])
def test_students_fetch_their_feedback(road: Road, student: str) -> None:
    """The real `nbgrader fetch_feedback` finds our page in the exchange."""
    home = road.home(student)
    said = road.nbgrader(
        "fetch_feedback",
        BRIEF,
        f"--course={road.course.id}",
        f"--Exchange.root={road.course.work / 'exchange'}",
        f"--Exchange.cache={home / '.cache'}",
        f"--CourseDirectory.student_id={student}",
        at=home,
    )
    assert said.code == 0, said.err
    (page,) = (home / BRIEF / "feedback").rglob("brief.html")
    ours = road.course.station("feedback", student=student, brief=BRIEF) / "brief.html"
    assert page.read_bytes() == ours.read_bytes()


@contextmanager
def _server(root: Path, runtime: Path, token: str) -> Iterator[Callable[[str], str]]:
    """Start Jupyter with nbgrader's formgrader; give a reader of its pages."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"),
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.port=0",
            f"--IdentityProvider.token={token}",
            "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
        ],
        cwd=root,
        env=os.environ | {"JUPYTER_RUNTIME_DIR": str(runtime)},
        stdout=subprocess.DEVNULL,
        stderr=(root / "server.log").open("w"),
    )
    try:
        address = ""
        for _ in range(600):
            if files := [*runtime.glob("jpserver-*.json")]:
                address = json.loads(files[0].read_text(encoding="utf-8"))["url"]
                break
            assert process.poll() is None, (root / "server.log").read_text(encoding="utf-8")
            time.sleep(0.1)
        assert address.startswith("http://127.0.0.1:"), "the server did not start in a minute"

        def read(path: str) -> str:
            request = urllib.request.Request(  # noqa: S310 (our own server on loopback)
                address + path, headers={"Authorization": f"token {token}"}
            )
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (as above)
                assert answer.status == 200
                return str(answer.read().decode())

        yield read
    finally:
        process.terminate()
        process.wait(30)


def test_formgrader_shows_the_course(road: Road, tmp_path: Path) -> None:
    """Formgrader's pages and their tables show the students that we have graded."""
    copy = road.copy(tmp_path / "course")
    with _server(copy.root, tmp_path / "runtime", "a-token-for-this-test") as read:
        assert "formgrader" in read("formgrader/manage_assignments")
        (assignment,) = (
            a for a in json.loads(read("formgrader/api/assignments")) if a["name"] == BRIEF
        )
        assert assignment["num_submissions"] == len(GRADED)
        read("formgrader/gradebook")
        read(f"formgrader/gradebook/{BRIEF}")
        read(f"formgrader/gradebook/{BRIEF}/brief")
        shown = json.loads(read(f"formgrader/api/submitted_notebooks/{BRIEF}/brief"))
        assert sorted(entry["student"] for entry in shown) == list(GRADED)
        for entry in shown:
            marks = road.marks(entry["student"])
            assert entry["score"] == pytest.approx(marks.points())
            assert not entry["failed_tests"] or AUTOGRADED[entry["student"]] < 50
        page = read(f"formgrader/submissions/{shown[0]['id']}/")
        assert "criterion-advice" in page
        submissions = json.loads(read(f"formgrader/api/submissions/{BRIEF}"))
        known = {s["student"] for s in submissions if s["autograded"]}
        assert known == set(GRADED)


def test_a_resubmission_is_graded_and_asks_for_marks_again(road: Road, tmp_path: Path) -> None:
    """A newer submission is collected, graded, and waits until people have looked at it."""
    copy = road.copy(tmp_path / "course")
    copy.submit("ada", copy.notebook_of("off-by-one", "strong"))
    entries = copy.practicum("collect", BRIEF).json["entries"]
    assert {e["student"]: e["outcome"] for e in entries} == {"ada": "collected", "bea": "unchanged"}
    graded = {g["student"]: g for g in copy.practicum("grade", BRIEF).json["graded"]}
    assert graded["ada"]["outcome"] == "graded"
    assert graded["ada"]["points"] == 40
    assert {g["outcome"] for s, g in graded.items() if s != "ada"} == {"unchanged"}

    refused = copy.practicum("release", BRIEF)
    assert refused.code == 1
    assert "recommendation" in refused.err
    assert "bea:" not in refused.err
    assert {cell.kind for cell in copy.marks("ada").missing} == {"written", "employer"}

    for name in ("rita", "ron", "rosa"):
        file = str(road.root / "inbox" / f"{name}.csv")
        assert copy.practicum("review", BRIEF, file, "--reviewer", name).code == 0
    marks = str(road.root / "inbox" / "marks.csv")
    assert copy.practicum("mark", BRIEF, "--from", marks).json["changed"] == 2
    released = copy.practicum("release", BRIEF)
    assert released.json["released"] == ["ada"]
    assert copy.marks("ada").points() == pytest.approx(40 + WRITTEN + EMPLOYER)


def _states(road: Road) -> dict[str, str]:
    from practicum.records import Records

    with Records(road.course.records_url) as records:
        return {receipt.student: receipt.state for receipt in records.receipts(BRIEF)}


def test_killed_grading_goes_on_where_it_was(road: Road, collected: Collected) -> None:
    """After SIGKILL in the middle, a second run loses nothing and gives the same marks."""
    course = collected()
    command = [sys.executable, "-m", "practicum", "grade", BRIEF, "--workers", "1"]
    process = subprocess.Popen(
        command, cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(1200):
        if "graded" in _states(course).values() or process.poll() is not None:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    before = _states(course)
    assert "graded" in before.values()
    assert set(before.values()) != {"graded"}, "it ended before it could be killed"

    again = course.practicum("grade", BRIEF)
    assert again.code == 0, again.err
    outcomes = {g["student"]: g["outcome"] for g in again.json["graded"]}
    assert outcomes == {s: "unchanged" if before[s] == "graded" else "graded" for s in GRADED}
    assert set(_states(course).values()) == {"graded"}
    for student in GRADED:
        expected = road.marks(student).of_kind("autograded")
        assert course.marks(student).of_kind("autograded") == expected
        assert {cell.kind for cell in course.marks(student).missing} == {"written", "employer"}
