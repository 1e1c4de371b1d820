"""What keeps a hub from starting is said before, or shown from its log; never by a traceback."""

import fcntl
import socket
from collections.abc import Callable, Iterator

import pytest

from practicum.cli import main
from practicum.course import Course
from practicum.errors import Busy, PracticumError
from practicum.hub import plan_of, start
from practicum.hub.state import prepare_state

Courses = Callable[..., Course]


def free_ports() -> dict[str, object]:
    """Return the keys of a hub on ports that were free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = min(probe.getsockname()[1], 65_000)
    return {
        "address": f"http://127.0.0.1:{port}",
        "hub_port": port + 1,
        "first_service_port": port + 2,
        "spawner": "simple",
    }


@pytest.fixture
def listener() -> Iterator[int]:
    """A port that another program has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for a hub that is just ending: there is none."""
    monkeypatch.setattr("practicum.hub.starting.PATIENCE", 0)


def test_no_section_is_bad_input(course_with: Courses, capsys: pytest.CaptureFixture[str]) -> None:
    """A course without a hub section has no hub to start: exit code 2, and what to write."""
    course = course_with()

    with pytest.raises(SystemExit) as stopped:
        main(["hub", "start", "--course", str(course.root)])

    assert stopped.value.code == 2
    assert "hub: {}" in capsys.readouterr().err


def test_a_failure_of_the_doctor_stops_it(
    course_with: Courses, capsys: pytest.CaptureFixture[str]
) -> None:
    """The doctor's failures are shown and nothing is started."""
    course = course_with(free_ports(), address="http://learn.example")

    with pytest.raises(SystemExit) as stopped:
        main(["hub", "start", "--course", str(course.root)])

    assert stopped.value.code == 1
    said = capsys.readouterr()
    assert "authenticator" in said.out
    assert "accounts" in said.err
    assert not (course.work / "hub").exists()


def test_a_taken_port_is_named(course_with: Courses, listener: int) -> None:
    """A port of another program is named, and what to do about it."""
    with pytest.raises(Busy, match=str(listener)):
        start(course_with(free_ports(), hub_port=listener))


def test_one_hub_a_course(course_with: Courses) -> None:
    """A second hub of the same course is refused while the first one holds the lock."""
    course = course_with(free_ports())
    plan = plan_of(course)
    prepare_state(plan)
    with (plan.state / "hub.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Busy, match="runs already"):
            start(course)


def test_the_end_of_the_log_is_shown(course_with: Courses) -> None:
    """A hub that ends at once says why: the message has the end of its log."""
    course = course_with(free_ports())
    config = course.root / "course" / "jupyterhub_config.py"
    config.write_text("raise RuntimeError('the reason')\n")

    with pytest.raises(PracticumError, match="the reason"):
        start(course)
