"""Grading on arrival: each brief in its turn, again after a failure, and never with a token."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from practicum.service.arrivals import TRIES, Arrivals, run_command


class Commands:
    """Notes what is run, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.ran: list[tuple[str, ...]] = []
        self.failures = failures
        self.changed = threading.Condition()

    def __call__(self, _root: Path, arguments: Sequence[str]) -> bool:
        """Note a command, and say whether it succeeded."""
        with self.changed:
            self.ran.append(tuple(arguments))
            fails = self.failures > 0
            self.failures -= fails
            self.changed.notify_all()
            return not fails

    def wait_for(self, number: int) -> list[tuple[str, ...]]:
        """Wait until so many commands were run."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.ran) >= number, timeout=20), self.ran
            return list(self.ran)


def course(*, on_arrival: bool = True, hub: bool = True) -> Any:
    """Return as much of a course as is asked."""
    hosting = SimpleNamespace(grade_on_arrival=on_arrival) if hub else None
    return SimpleNamespace(settings=SimpleNamespace(hub=hosting), brief_names=("one", "two"))


@pytest.fixture
def working(tmp_path: Path) -> Iterator[Callable[[Commands], Arrivals]]:
    """Start something that grades on arrival, without pauses."""
    started: list[Arrivals] = []

    def start(commands: Commands) -> Arrivals:
        found = Arrivals(tmp_path, commands, pause=0.01, again=0.01)
        found.start()
        started.append(found)
        return found

    yield start
    for one in started:
        one.stop()


def test_what_comes_in_is_collected_then_graded(working: Any) -> None:
    """Each brief of which something has come in is collected, and then graded."""
    commands = Commands()
    found = working(commands)

    found.noticed(course(), "one")
    found.noticed(course(), "two")

    assert commands.wait_for(4) == [
        ("collect", "one", "--on-arrival"),
        ("grade", "one"),
        ("collect", "two", "--on-arrival"),
        ("grade", "two"),
    ]


def test_a_failure_is_tried_again(working: Any) -> None:
    """A brief that could not be collected is tried again, and is not graded before."""
    commands = Commands(failures=2)
    found = working(commands)

    found.noticed(course(), "one")

    assert commands.wait_for(4) == [*[("collect", "one", "--on-arrival")] * 3, ("grade", "one")]


def test_it_gives_up_in_the_end(working: Any, caplog: pytest.LogCaptureFixture) -> None:
    """What fails again and again is left to `practicum status`, and others are graded still."""
    commands = Commands(failures=TRIES)
    found = working(commands)

    found.noticed(course(), "one")
    commands.wait_for(TRIES)
    found.noticed(course(), "two")

    assert commands.wait_for(TRIES + 2)[-2:] == [
        ("collect", "two", "--on-arrival"),
        ("grade", "two"),
    ]
    assert "run `practicum status`" in caplog.text


@pytest.mark.parametrize(
    ("of", "brief"),
    [
        (course(on_arrival=False), "one"),
        (course(hub=False), "one"),
        (course(), "plain-nbgrader-assignment"),
    ],
    ids=["switched off", "no hub", "another course"],
)
def test_what_is_not_to_be_graded(working: Any, of: Any, brief: str) -> None:
    """Nothing is graded where course.yml says no, or what is none of the course's briefs."""
    commands = Commands()
    found = working(commands)

    found.noticed(of, brief)
    found.noticed(course(), "two")

    assert commands.wait_for(2) == [("collect", "two", "--on-arrival"), ("grade", "two")]


def test_the_command_is_told_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The commands, which run students' code in a box, do not have the service's tokens."""
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    monkeypatch.setenv("PRACTICUM_RECORDS_URL", "sqlite:///x")
    seen: dict[str, str] = {}

    def ran(_command: object, **about: Any) -> Any:
        seen.update(about["env"])
        return SimpleNamespace(returncode=2, stdout="", stderr="no course here")

    monkeypatch.setattr("subprocess.run", ran)

    assert run_command(tmp_path, ("grade", "one")) is False
    assert "JUPYTERHUB_API_TOKEN" not in seen
    assert seen["PRACTICUM_RECORDS_URL"] == os.environ["PRACTICUM_RECORDS_URL"]
    assert "practicum grade one: exit 2: no course here" in caplog.text
