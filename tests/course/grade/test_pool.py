"""Several notebooks at once, and what stays when a process, or the command, ends early."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from practicum.errors import NoKernel, NoSandbox
from practicum.execution import Engine, Job
from practicum.grade.pool import run_all
from practicum.policies import Limits

SERVER = "practicum.execution.server"


def _job(name: str, source: str, **limits: Any) -> Job:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": source}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "cells": [cell | {"outputs": [], "execution_count": None}],
    }
    return Job(name, json.dumps(notebook), (), "brief", Limits(**limits))


def _printed(notebook: str) -> str:
    outputs = json.loads(notebook)["cells"][0]["outputs"]
    return "".join("".join(output.get("text", "")) for output in outputs)


def _family(pid: int | None = None) -> set[psutil.Process]:
    """Return the fork servers and their children that descend from a process."""
    found = set()
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and SERVER in " ".join(process.cmdline()):
                found.add(process)
    return found


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine with two places; nothing of it is left afterwards."""
    before = _family()
    with Engine((), 2) as engine:
        yield engine
    assert not _family() - before


def test_outcomes_have_their_jobs_names(engine: Engine) -> None:
    """Each outcome is that of the notebook whose name it bears."""
    jobs = [_job(name, f"print({name!r})") for name in "abcdef"]
    outcomes = {outcome.name: _printed(outcome.notebook) for outcome in run_all(engine, jobs, 2)}
    assert outcomes == {name: f"{name}\n" for name in "abcdef"}


def test_no_more_notebooks_are_taken_than_are_needed(engine: Engine) -> None:
    """A job is taken when there is a place: executed notebooks never pile up."""
    taken: list[str] = []

    def jobs() -> Iterator[Job]:
        for name in "abcdefgh":
            taken.append(name)
            yield _job(name, f"print({name!r})")

    with closing(run_all(engine, jobs(), 2)) as outcomes:
        for number, _outcome in enumerate(outcomes, 1):
            assert len(taken) <= number + 4
    assert taken == [*"abcdefgh"]


def test_a_job_that_cannot_be_run_takes_no_other_with_it(engine: Engine, tmp_path: Path) -> None:
    """A fault (here a folder that is not there) is that job's alone."""
    good = _job("good", "print(1)")
    bad = Job("bad", good.notebook, (tmp_path / "gone",), "brief", good.limits)
    outcomes = {outcome.name: outcome for outcome in run_all(engine, [bad, good], 2)}
    assert outcomes["bad"].fault
    assert _printed(outcomes["good"].notebook) == "1\n"


@pytest.mark.parametrize("error", [NoSandbox, NoKernel])
def test_without_a_box_nothing_more_is_run(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """A machine on which no box can be made ends the run at once."""

    def refuse(_job: Job) -> None:
        raise error("there is none")

    monkeypatch.setattr(engine, "run", refuse)
    with pytest.raises(error, match="there is none"):
        list(run_all(engine, [_job("a", "1")], 2))


def test_a_killed_server_is_started_again(engine: Engine) -> None:
    """When the fork server dies between two jobs, the second one is run all the same."""
    (first,) = run_all(engine, [_job("a", "print(1)")], 1)
    os.kill(engine.server.pid, signal.SIGKILL)
    (second,) = run_all(engine, [_job("b", "print(2)")], 1)
    assert [_printed(outcome.notebook) for outcome in (first, second)] == ["1\n", "2\n"]


def test_a_server_that_dies_with_its_children_loses_no_submission(engine: Engine) -> None:
    """Notebooks that run when the fork server is killed are run again by a new one."""
    waiting = "import time\ntime.sleep(2)\nprint('done')"
    outcomes = []
    with closing(run_all(engine, [_job(name, waiting) for name in "abc"], 2)) as running:
        assert engine.server.language_info
        os.kill(engine.server.pid, signal.SIGKILL)
        outcomes = [*running]
    assert {_printed(outcome.notebook) for outcome in outcomes} == {"done\n"}


def test_leaving_early_ends_everything() -> None:
    """A caller that stops after the first outcome leaves no process."""
    before = _family()
    jobs = [_job("a", "print(1)"), _job("b", "import time\ntime.sleep(50)")]
    with Engine((), 2) as engine:
        with closing(run_all(engine, jobs, 2)) as outcomes:
            assert next(outcomes).name == "a"
            assert _family() - before
        assert not _family() - before


SCRIPT = """
import sys
sys.path.insert(0, {here!r})
from test_pool import Engine, _job, run_all
if __name__ == "__main__":
    with Engine((), 2) as engine:
        jobs = [_job(name, "import time; time.sleep(50)") for name in "ab"]
        for outcome in run_all(engine, jobs, 2):
            pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ended_commands_leave_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, a polite and a rude end of the command: no server and no kernel stays."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(here=str(Path(__file__).parent)), encoding="utf-8")
    process = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.DEVNULL)
    for _ in range(600):
        family = _family(process.pid)
        if len(family) >= 3:
            break
        time.sleep(0.1)
    assert len(family) >= 3
    process.send_signal(number)
    process.wait(30)
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
