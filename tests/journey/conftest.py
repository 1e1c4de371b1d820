"""A small cohort that walks the whole road, once for all tests of the journey.

The walk calls the commands as a person does and keeps what each said; the tests only read
that, or go on from copies of the course.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from practicum.cli.main import main
from practicum.course import Course
from practicum.demo.mistakes import Quality, hand_in, read_answers, read_notebook

REPOSITORY = Path(__file__).parents[2]
BRIEF = "first-steps"
SOURCE = REPOSITORY / "assignments" / BRIEF / "brief.ipynb"
LATE_BY = timedelta(minutes=90)

KINDS: dict[str, tuple[str, Quality]] = {
    "ada": ("late", "strong"),
    "bea": ("duplicated-cell", "fair"),
    "carl": ("reads-solution", "weak"),
    "dora": ("off-by-one", "strong"),
    "emil": ("missing-cell", "fair"),
}
BY_EXCHANGE = ("ada", "bea")
REFUSED, ABSENT = "eve", "fay"
STUDENTS = (*KINDS, REFUSED, ABSENT)
REVIEWERS = ("rita", "ron", "rosa")
LEVELS = {"rita": 3, "ron": 2, "rosa": 3}
MODERATED = ("dora", "advice")


@dataclass(frozen=True)
class Said:
    """What a command said: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON object on the last line."""
        return json.loads(self.out.splitlines()[-1])


@dataclass
class Road:
    """A course, and what the commands of the walk said, by the name of the step."""

    root: Path
    said: dict[str, Said] = field(default_factory=dict)
    snapshots: dict[str, dict[str, bytes]] = field(default_factory=dict)

    @property
    def course(self) -> Course:
        """The course, read anew."""
        return Course.find(self.root)

    def practicum(self, *arguments: str) -> Said:
        """Run a command of practicum on this course, in this process."""
        out, err = io.StringIO(), io.StringIO()
        course = () if arguments[0] == "check" else ("--course", str(self.root))
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main([*arguments, *course, "--json"])
        code = ended.value.code
        return Said(code if isinstance(code, int) else 1, out.getvalue(), err.getvalue())

    def step(self, name: str, *arguments: str) -> Said:
        """Run a command and keep what it said under ``name``."""
        self.said[name] = self.practicum(*arguments)
        return self.said[name]

    def nbgrader(self, *arguments: str, at: Path | None = None) -> Said:
        """Run the real nbgrader in the course's folder, or in another."""
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=at or self.root,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def notebook_of(self, kind: str, quality: Quality) -> dict[str, Any]:
        """Return what a student of that kind hands in."""
        return hand_in(
            kind,
            quality,
            release=read_notebook(self.course.station("release", brief=BRIEF) / "brief.ipynb"),
            source=read_notebook(SOURCE),
            answers=read_answers(REPOSITORY / "course" / "cohort" / f"{BRIEF}.yml"),
        )

    def home(self, student: str) -> Path:
        """Where a student who uses the exchange keeps his things."""
        return self.root.parent / "homes" / student

    def submit(self, student: str, notebook: Mapping[str, Any]) -> None:
        """Hand in through nbgrader's exchange, from a student's own copy of the release."""
        from practicum.gradebook import submit

        folder = self.home(student) / BRIEF
        release = self.course.station("release", brief=BRIEF)
        shutil.copytree(release, folder, dirs_exist_ok=True)
        (folder / "brief.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        submit(self.course, BRIEF, student, self.home(student))

    def marks(self, student: str) -> Any:
        """Return a student's marks as they stand in the gradebook."""
        from practicum.gradebook import CourseGradebook

        with CourseGradebook(self.course) as store:
            return store.marks(BRIEF, student)

    def copy(self, target: Path) -> Road:
        """Return a copy of the course; nothing in it says where it lies."""
        shutil.copytree(self.root, target, symlinks=True)
        return Road(target)

    def exported(self) -> dict[str, dict[str, str]]:
        """Return the rows that the real ``nbgrader export`` writes, by student."""
        table = self.root / "grades.csv"
        said = self.nbgrader("export", f"--CsvExportPlugin.to={table}")
        assert said.code == 0, said.err
        with table.open(encoding="utf-8", newline="") as file:
            return {
                row["student_id"]: row for row in csv.DictReader(file) if row["assignment"] == BRIEF
            }

    def files(self, *stations: str) -> dict[str, bytes]:
        """Return the contents of all files of some stations, by path."""
        return {
            str(file.relative_to(self.root)): file.read_bytes()
            for station in stations
            for file in sorted((self.course.work / station).rglob("*"))
            if file.is_file()
        }


@pytest.fixture(scope="session")
def road(tmp_path_factory: pytest.TempPathFactory) -> Road:
    """Walk from an empty folder to a release, and keep what every command said."""
    road = Road(tmp_path_factory.mktemp("journey") / "course")
    _init(road)
    road.step("check", "check", str(road.root))
    road.step("publish", "publish", BRIEF)
    _hand_in(road)
    _grade(road)
    _assess(road)
    _release(road)
    return road


@pytest.fixture(scope="session")
def collected(road: Road, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Road]:
    """Return a maker of courses in which everything is collected and nothing is graded."""

    def make() -> Road:
        copy = road.copy(tmp_path_factory.mktemp("collected") / "course")
        for name in ("gradebook.db", "records.db"):
            (copy.course.work / name).write_bytes(road.snapshots["collected"][name])
        for station in ("autograded", "feedback", "marks", "reports"):
            shutil.rmtree(copy.course.work / station, ignore_errors=True)
        return copy

    return make


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tester's own Jupyter settings and runtime files out of the journey."""
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name.lower()))


def _init(road: Road) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(["init", str(road.root), "--json"])
    road.said["init"] = Said(int(ended.value.code or 0), out.getvalue(), "")
    due = datetime.now(UTC).replace(second=0, microsecond=0) - LATE_BY
    settings = road.root / "course" / "course.yml"
    text = settings.read_text(encoding="utf-8")
    dated = text.replace(
        f"  - brief: {BRIEF}\n", f"  - {{brief: {BRIEF}, due: {due:%Y-%m-%dT%H:%M:%S}}}\n"
    )
    assert dated != text
    settings.write_text(dated, encoding="utf-8")
    people = ["schema_version: 1", "students:"]
    people += [
        f'  - {{id: {name}, name: {name.title()} Journey, lms_id: "{1001 + number}"}}'
        for number, name in enumerate(STUDENTS)
    ]
    people += ["instructors:", "  - {id: ines, name: Ines Instructor}", "reviewers:"]
    people += [
        f"  - {{id: {name}, name: {name.title()} Reviewer, employer: Coldwater Seabird Trust, "
        f"briefs: [{BRIEF}]}}"
        for name in REVIEWERS
    ]
    (road.root / "course" / "roster.yml").write_text("\n".join(people) + "\n", encoding="utf-8")


def _hand_in(road: Road) -> None:
    for student in BY_EXCHANGE:
        road.submit(student, road.notebook_of(*KINDS[student]))
    road.step("collect exchange", "collect", BRIEF)
    inbox = road.root / "inbox"
    inbox.mkdir()
    due = road.course.due(BRIEF)
    assert due is not None
    with zipfile.ZipFile(inbox / "lms.zip", "w") as archive:
        for number, student in enumerate(STUDENTS):
            place = f"{student.title()} Journey_{1001 + number}_assignsubmission_file_/brief.ipynb"
            if student == REFUSED:
                link = zipfile.ZipInfo(place)
                link.create_system = 3
                link.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(link, str(SOURCE))
            elif student in KINDS and student not in BY_EXCHANGE:
                archive.writestr(place, json.dumps(road.notebook_of(*KINDS[student])))
    table = ["student,received_at"]
    table += [f"{student},{(due - timedelta(hours=5)).isoformat()}" for student in KINDS]
    (inbox / "times.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    lms = ("--from", str(inbox / "lms.zip"), "--receipts", str(inbox / "times.csv"))
    road.step("collect lms", "collect", BRIEF, *lms)
    road.step("collect again", "collect", BRIEF, *lms)
    road.snapshots["collected"] = {
        name: (road.course.work / name).read_bytes() for name in ("gradebook.db", "records.db")
    }


def _grade(road: Road) -> None:
    road.step("grade", "grade", BRIEF)
    road.step("grade again", "grade", BRIEF)
    rows = ["student,cell,score,comment"]
    for student in KINDS:
        rows += [f"{student},recommendation,10,Well said.", f"{student},reflection,4.5,"]
    marks = road.root / "inbox" / "marks.csv"
    marks.write_text("\n".join(rows) + "\n", encoding="utf-8")
    road.step("mark", "mark", BRIEF, "--from", str(marks))


def _assess(road: Road) -> None:
    from practicum.records import Records

    road.step("release before review", "release", BRIEF)
    with Records(road.course.records_url) as records:
        codes = {student: records.blind_code(BRIEF, student) for student in KINDS}
    for reviewer in REVIEWERS:
        rows = [["submission", "criterion", "level", "words"]]
        for student, code in codes.items():
            for criterion in ("analysis", "advice", "chart", "habits"):
                apart = reviewer == "ron" and (student, criterion) == MODERATED
                level = 0 if apart else LEVELS[reviewer]
                rows.append([code, criterion, str(level), f"{criterion}: seen"])
        file = road.root / "inbox" / f"{reviewer}.csv"
        with file.open("w", encoding="utf-8", newline="") as table:
            csv.writer(table).writerows(rows)
        road.step(f"review {reviewer}", "review", BRIEF, str(file), "--reviewer", reviewer)


def _release(road: Road) -> None:
    road.step("release before moderation", "release", BRIEF)
    road.step("cases", "moderate", BRIEF)
    student, criterion = MODERATED
    decision = ("--level", "3", "--reason", "Two agree.")
    road.step("moderate", "moderate", BRIEF, student, criterion, *decision)
    road.step("release", "release", BRIEF)
    kept = ("feedback", "marks", "exchange")
    road.snapshots["released"] = road.files(*kept)
    road.step("release again", "release", BRIEF)
    road.snapshots["released again"] = road.files(*kept)
    road.step("status", "status")
    road.step("report", "report")
