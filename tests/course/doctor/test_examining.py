"""Each trouble that the doctor knows, made on purpose."""

import json
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from practicum.cli import main
from practicum.course import Course
from practicum.doctor import Symptom, boxes, examine, versions
from practicum.records import Records

COURSE_YML = """\
schema_version: 1
id: tiny-course
title: A course
briefs: [{brief: tiny}]
"""
ROSTER_YML = "schema_version: 1\ninstructors: [{id: ines, name: Ines}]\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course without a hub."""
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "course.yml").write_text(COURSE_YML)
    (tmp_path / "course" / "roster.yml").write_text(ROSTER_YML)
    return Course.find(tmp_path)


@pytest.fixture
def hosted(course: Course) -> Callable[[str], Course]:
    """Give the course a hub section with these keys."""

    def add(keys: str = "") -> Course:
        (course.root / "course" / "course.yml").write_text(f"{COURSE_YML}hub: {{{keys}}}\n")
        return Course.find(course.root)

    return add


def of(symptoms: tuple[Symptom, ...], about: str) -> Symptom:
    """Return the worst that was said of one thing."""
    found = [symptom for symptom in symptoms if symptom.about == about]
    assert found, f"nothing was said about {about}"
    return max(found, key=lambda symptom: ("ok", "warn", "fail").index(symptom.state))


def test_a_new_course_is_well(course: Course) -> None:
    """A course that has done nothing yet has no failure, and looking at it makes nothing."""
    before = sorted(course.root.rglob("*"))

    symptoms = examine(course)

    assert not [symptom for symptom in symptoms if symptom.state == "fail"]
    assert sorted(course.root.rglob("*")) == before


def test_whatever_is_wrong_has_advice(hosted: Callable[[str], Course]) -> None:
    """Each warning and failure says what to do."""
    course = hosted("spawner: simple, address: 'http://learn.example'")

    troubles = [symptom for symptom in examine(course) if symptom.state != "ok"]

    assert troubles
    assert all(symptom.advice for symptom in troubles)


@pytest.fixture
def listener() -> Iterator[int]:
    """A port that another program has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_named(hosted: Callable[[str], Course], listener: int) -> None:
    """A port that another program has is named, with the key that changes it."""
    found = of(examine(hosted(f"hub_port: {listener}")), "ports")

    assert found.state == "fail"
    assert str(listener) in found.found
    assert "hub_port" in found.advice


def test_demo_for_all_the_world_fails(hosted: Callable[[str], Course]) -> None:
    """One password for all is a warning at home, and a failure at an address for others."""
    assert of(examine(hosted("")), "accounts").state == "warn"
    assert of(examine(hosted("address: 'https://learn.example'")), "accounts").state == "fail"
    assert of(examine(hosted("authenticator: pam")), "accounts").state == "ok"


def test_a_loose_secret_is_found(hosted: Callable[[str], Course]) -> None:
    """A password that others may read fails, with the command that mends it."""
    course = hosted("")
    state = course.work / "hub"
    state.mkdir(parents=True, mode=0o700)
    (state / "password").write_text("x")
    (state / "password").chmod(0o644)

    found = of(examine(course), "hub's folder")

    assert found.state == "fail"
    assert found.advice == f"chmod go= {state / 'password'}"
    (state / "password").chmod(0o600)
    assert of(examine(course), "hub's folder").state == "ok"


def test_an_open_gradebook_is_found(course: Course) -> None:
    """A gradebook that every account may read fails."""
    course.work.mkdir(parents=True)
    (course.work / "gradebook.db").touch(mode=0o644)
    (course.work / "gradebook.db").chmod(0o644)

    assert of(examine(course), "folders").state == "fail"


def test_a_broken_database_does_not_hide_the_rest(course: Course) -> None:
    """A file that is no database fails, and everything after it is still looked at."""
    course.work.mkdir(parents=True)
    (course.work / "records.db").write_bytes(b"no database at all, but long enough" * 100)

    symptoms = examine(course)

    assert of(symptoms, "records").state == "fail"
    assert of(symptoms, "disk").state in {"ok", "warn"}


def test_a_newer_database_is_left_alone(course: Course) -> None:
    """Records of a newer practicum fail, and say that it is practicum that is old."""
    course.work.mkdir(parents=True)
    with closing(sqlite3.connect(course.work / "records.db")) as database:
        database.execute("CREATE TABLE records_version (version_num VARCHAR)")
        database.execute("INSERT INTO records_version VALUES ('9999')")
        database.commit()

    found = of(examine(course), "records")

    assert found.state == "fail"
    assert "pip install -U practicum" in found.advice


def test_a_clock_that_went_backwards_is_found(course: Course) -> None:
    """A receipt from the future tells that the clock is wrong now, or was."""
    with Records(course.records_url) as records:
        records.receive(
            "tiny",
            "ada",
            received_at=datetime.now(UTC) + timedelta(hours=2),
            source="inbox",
            sha256="0" * 64,
            files=1,
            size=1,
        )

    found = of(examine(course), "clock")

    assert found.state == "fail"
    assert "backwards" in found.found


def test_a_disk_in_another_time_is_found(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk whose clock is off, as on a network, is a warning."""
    now = time.time()
    monkeypatch.setattr("practicum.doctor.clock.time.time", lambda: now - 60)

    assert of(examine(course), "clock").state == "warn"


def test_a_full_disk_is_found(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little room for a submission fails; little room warns."""
    for megabytes, state in ((50, "fail"), (500, "warn"), (50_000, "ok")):
        usage = (0, 0, megabytes << 20)
        monkeypatch.setattr(shutil, "disk_usage", lambda _place, usage=usage: _Usage(usage[2]))
        assert of(examine(course), "disk").state == state


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free


def test_a_missing_box_is_found(
    hosted: Callable[[str], Course], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without bwrap a boxed hub fails, and the advice names what to install or to choose."""
    monkeypatch.setattr(boxes, "rungs", lambda: ("landlock",))

    found = of(examine(hosted("spawner: boxed")), "users' servers")

    assert found.state == "fail"
    assert "bubblewrap" in found.advice


def test_a_missing_account_is_found(
    hosted: Callable[[str], Course], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real accounts need root, and one on the system for each student and instructor."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    symptoms = [one for one in examine(hosted("spawner: unix")) if one.state == "fail"]

    assert any("only root" in one.found for one in symptoms)
    assert any("useradd --create-home ines" in one.advice for one in symptoms)


def test_another_nbgrader_is_found(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of nbgrader fails; another JupyterLab is a warning."""
    monkeypatch.setattr(versions, "version", lambda _package: "0.8.1")

    symptoms = examine(course)

    assert of(symptoms, "nbgrader").state == "fail"
    assert of(symptoms, "jupyterlab").state == "warn"


def test_the_command_fails_with_a_failure(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 1 when something does not work, and each line says what to do."""
    course.work.mkdir(parents=True)
    with pytest.raises(SystemExit) as well:
        main(["doctor", "--course", str(course.root)])
    assert well.value.code == 0
    (course.work / "records.db").write_bytes(b"no database at all, but long enough" * 100)

    with pytest.raises(SystemExit) as ill:
        main(["doctor", "--course", str(course.root)])

    assert ill.value.code == 1
    assert "-> " in capsys.readouterr().out


def test_the_command_speaks_to_machines(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json there is one object with every symptom."""
    with pytest.raises(SystemExit):
        main(["doctor", "--json", "--course", str(course.root)])

    said = json.loads(capsys.readouterr().out)

    assert said["failed"] == 0
    assert {"about", "state", "found", "advice"} == set(said["symptoms"][0])
