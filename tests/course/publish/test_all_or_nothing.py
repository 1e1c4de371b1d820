"""Publishing changes gradebook, release and exchange together, or none of them."""

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum import gradebook
from practicum.errors import NotReady, ProofFailed
from practicum.gradebook import assignment_released, exchange, installation
from practicum.publish import proofs, publish, verb
from practicum.records import Records
from practicum.status import status

MADE_ONCE = {
    "records.db",
    "exchange/tiny-course",
    "exchange/tiny-course/outbound",
    "exchange/tiny-course/inbound",
}
"""What the first command makes, empty, and never removes."""
STEPS = ("check", "database", "release", "exchange", "records", "undo")


@pytest.fixture(params=["first time", "again"])
def course(request: pytest.FixtureRequest) -> Any:
    """The tiny course, before it is published for the first time, and before it is so again."""
    name = "tiny" if request.param == "first time" else "tiny_published"
    tiny = request.getfixturevalue(name)
    if name == "tiny_published":
        tiny.rewrite("assignments/tiny/brief.yml", "What do they come to?", "What is their sum?")
    return tiny


def fail(*_arguments: object, **_options: object) -> None:
    """Be a full disk."""
    raise OSError(28, "No space left on device")


def half_removed(course: Any, brief: str) -> None:
    """Be an exchange that fails when it has removed the old release."""
    outbound = course.work / "exchange" / course.id / "outbound" / brief
    shutil.rmtree(outbound, ignore_errors=True)
    outbound.mkdir(parents=True)
    (outbound / "half").write_text("half a release")
    message = f"{brief}: nbgrader's exchange refuses: no"
    raise NotReady(message)


@pytest.mark.parametrize(
    ("module", "name", "broken", "error"),
    [
        (exchange, "release_assignment", half_removed, NotReady),
        (exchange, "release_assignment", fail, OSError),
        (installation, "replace_gradebook", fail, OSError),
        (Records, "publish", fail, OSError),
    ],
    ids=["exchange refuses", "exchange is full", "gradebook is full", "records are full"],
)
def test_a_failure_half_way_leaves_all_as_it_was(
    course: Any,
    already_proved: None,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    broken: Callable[..., None],
    error: type[Exception],
) -> None:
    """Whichever step of the release fails, gradebook, release and exchange are as before."""
    before = course.state()
    calls = []

    def once(*arguments: Any, **options: Any) -> Any:
        calls.append(name)
        if len(calls) == 1:
            return broken(*arguments, **options)
        return real(*arguments, **options)

    real = getattr(module, name)
    monkeypatch.setattr(module, name, once)

    with pytest.raises(error):
        publish(course.course, "tiny")

    after = course.state()
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert changed <= MADE_ONCE
    assert course.leftovers() == []
    assert not publish(course.course, "tiny").unchanged


def test_generate_fails_half_way(
    course: Any, solution_proved: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When nbgrader fails after it has written to its gradebook, ours is as before."""
    before = course.state()
    solution_proved()
    generate = gradebook.generate

    def half_way(*arguments: Any, **options: Any) -> None:
        generate(*arguments, **options)
        message = "tiny: nbgrader refuses the notebook: it was a test"
        raise ProofFailed(message)

    monkeypatch.setattr(verb, "generate", half_way)

    with pytest.raises(ProofFailed, match="it was a test"):
        publish(course.course, "tiny")
    assert {**course.state(), "records.db": ""} == {**before, "records.db": ""}
    assert course.leftovers() == []


@pytest.mark.parametrize("proof", ["prove_untouched", "prove_no_leak", "prove_limits"])
def test_a_late_proof_fails(
    tiny_published: Any,
    solution_proved: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    proof: str,
) -> None:
    """A proof that fails after nbgrader has made the release leaves the old release."""
    before = tiny_published.state()
    solution_proved()

    def refuse(*_arguments: object) -> None:
        message = "tiny: it does not hold"
        raise ProofFailed(message)

    monkeypatch.setattr(proofs, proof, refuse)

    with pytest.raises(ProofFailed, match="does not hold"):
        publish(tiny_published.course, "tiny", again=True)
    assert tiny_published.state() == before
    assert tiny_published.leftovers() == []


def kill_at(step: str, root: Path) -> None:
    """Publish, and be killed before (``undo``: after) a step, as by a power cut."""
    from practicum.course import Course

    def die(*_arguments: object, **_options: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if step == "check":
        verb._tell = die
    elif step == "database":
        setattr(installation, "replace_gradebook", die)  # noqa: B010 (mypy: it is not exported)
    elif step == "release":
        installation._remove = lambda folder: die() if folder.name == "tiny" else None
    elif step == "exchange":
        exchange.release_assignment = lambda *_: die()
    elif step == "records":
        Records.publish = die  # type: ignore[method-assign]
    else:
        exchange.release_assignment = half_removed
        installation._remove = lambda folder: die() if folder.name == "tiny" else None
    publish(Course.find(root), "tiny", again=True)


@pytest.mark.parametrize("step", STEPS)
def test_killed(course: Any, already_proved: None, step: str) -> None:
    """Killed at any step, the course can be looked at, and publishing again completes it."""
    before = course.state()
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=kill_at, args=(step, course.root))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL

    (found,) = status(course.course).briefs
    assert found.problem == ""
    publication = publish(course.course, "tiny")

    assert not publication.unchanged
    assert course.leftovers() == []
    assert assignment_released(course.course, "tiny")
    (found,) = status(course.course).briefs
    assert found.published
    after = course.state()
    assert after["release/tiny/new.txt"].split()[1] == after[NEW].split()[1]
    assert after["gradebook.db"] != before.get("gradebook.db", "")


NEW = "exchange/tiny-course/outbound/tiny/new.txt"


def test_the_next_writer_puts_back(
    tiny_published: Any, already_proved: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a kill, whatever command writes next finds the old release, not half of the new."""
    before = tiny_published.state()
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=kill_at, args=("exchange", tiny_published.root))
    process.start()
    process.join()
    assert tiny_published.state() != before

    with gradebook.sole_writer(tiny_published.course):
        assert tiny_published.state() == before
