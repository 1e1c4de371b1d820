"""Several notebooks at once, and what stays when a process, or the command, ends early."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from practicum.grade import pool
from practicum.grade.pool import DIED, GIVEN_UP, run_all
from practicum.grade.worker import Job, Worker
from practicum.policies import Limits

Notebook = dict[str, Any]
KILL_WORKER = (
    "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time\ntime.sleep(60)"
)


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


def _family() -> list[psutil.Process]:
    """Return the kernels that descend from this process."""
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if "ipykernel_launcher" in " ".join(process.cmdline())
    ]


@pytest.fixture
def own_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let temporary folders be made where the test can count them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert not [*tmp_path.glob("practicum-*")], "a folder of the run is left"


def test_each_job_is_run_in_a_folder_of_its_own(own_tmp: Path) -> None:
    """Two notebooks print the folder in which they run: it differs, and neither is left."""
    jobs = [_job(name, "import os\nprint(os.getcwd())") for name in ("a", "b")]
    outcomes = {outcome.name: outcome for outcome in run_all(jobs, 2)}
    folders = {_printed(outcome.notebook).strip() for outcome in outcomes.values()}
    assert len(folders) == 2
    assert not any(outcome.fault for outcome in outcomes.values())
    assert all(folder.startswith(str(own_tmp)) and "/a" not in folder for folder in folders)
    assert not any(Path(folder).exists() for folder in folders)


def test_temporary_files_of_a_notebook_are_removed(own_tmp: Path) -> None:
    """What a notebook leaves in its temporary folder is gone after the run."""
    source = "import tempfile, pathlib\npath = pathlib.Path(tempfile.mkdtemp())\nprint(path)"
    (outcome,) = run_all([_job("a", source)], 1)
    assert str(own_tmp) in _printed(outcome.notebook)
    assert not Path(_printed(outcome.notebook).strip()).exists()


def test_a_killed_process_takes_only_its_own_job(own_tmp: Path) -> None:
    """A notebook that kills its process twice is a fault, and the others are run."""
    jobs = [_job("a", KILL_WORKER), _job("b", "print(1)"), _job("c", "print(2)")]
    outcomes = {outcome.name: outcome for outcome in run_all(jobs, 1)}
    assert outcomes["a"].fault == DIED
    assert _printed(outcomes["b"].notebook) == "1\n"
    assert _printed(outcomes["c"].notebook) == "2\n"
    assert not _family()


def test_a_pool_that_only_dies_is_given_up(monkeypatch: pytest.MonkeyPatch, own_tmp: Path) -> None:
    """When no process ever ends a job, the rest is not tried and nothing is tried again."""
    hired = []

    class Dead(Worker):
        def __init__(self, folder: Path) -> None:
            super().__init__(folder)
            hired.append(folder)
            os.kill(self._process.pid or 0, signal.SIGKILL)

    monkeypatch.setattr(pool, "Worker", Dead)
    outcomes = [*run_all((_job(f"{number:02}", "print(1)") for number in range(40)), 2)]
    assert len(outcomes) == 40
    faults = [outcome.fault for outcome in outcomes]
    assert faults.count(DIED) == len(hired) < 8
    assert faults.count(GIVEN_UP) == 40 - len(hired)


def test_a_process_that_does_not_answer_is_ended(
    monkeypatch: pytest.MonkeyPatch, own_tmp: Path
) -> None:
    """A job that outlasts its patience is a fault and is not tried again; others are run."""
    monkeypatch.setattr(Job, "patience", property(lambda job: 4.0 if job.name == "a" else 60.0))
    jobs = [_job("a", "import time\ntime.sleep(50)"), _job("b", "print(1)")]
    outcomes = {outcome.name: outcome for outcome in run_all(jobs, 2)}
    assert outcomes["a"].fault == pool.TOO_LONG
    assert _printed(outcomes["b"].notebook) == "1\n"
    assert not _family()


def test_no_more_notebooks_are_taken_than_are_needed(own_tmp: Path) -> None:
    """A job is taken when a process is free: executed notebooks never pile up."""
    taken: list[str] = []

    def jobs() -> Iterator[Job]:
        for name in "abcdef":
            taken.append(name)
            yield _job(name, f"print({name!r})")

    with closing(run_all(jobs(), 2)) as outcomes:
        for number, _outcome in enumerate(outcomes, 1):
            assert len(taken) <= number + 2
    assert taken == [*"abcdef"]


def test_leaving_early_ends_everything(own_tmp: Path) -> None:
    """A caller that stops after the first outcome leaves no kernel and no folder."""
    jobs = [_job("a", "print(1)"), _job("b", "import time\ntime.sleep(50)")]
    with closing(run_all(jobs, 2)) as outcomes:
        assert next(outcomes).name == "a"
        assert _family()
    assert not _family()


def test_what_a_notebook_left_running_is_ended(own_tmp: Path) -> None:
    """A process that outlives its kernel in a session of its own is gone after the run."""
    source = (
        "import subprocess\n"
        "child = subprocess.Popen(['sleep', '50'], start_new_session=True)\nprint(child.pid)"
    )
    (outcome,) = run_all([_job("a", source)], 1)
    pid = int(_printed(outcome.notebook))
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


SCRIPT = """
import sys
sys.path.insert(0, {here!r})
from test_pool import _job
from practicum.grade.pool import run_all
if __name__ == "__main__":
    jobs = [_job(name, "import time; time.sleep(50)") for name in "ab"]
    print("begun", flush=True)
    for outcome in run_all(jobs, 2):
        pass
"""


def _marked(folder: Path) -> list[int]:
    """Return the processes whose temporary folder is inside ``folder``."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TMPDIR", "").startswith(str(folder)):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ended_commands_leave_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, a polite and a rude end of the command: no kernel and no folder stays."""
    script, tmp = tmp_path / "script.py", tmp_path / "tmp"
    tmp.mkdir()
    script.write_text(SCRIPT.format(here=str(Path(__file__).parent)), encoding="utf-8")
    environment = os.environ | {"TMPDIR": str(tmp)}
    process = subprocess.Popen(
        [sys.executable, str(script)], env=environment, stderr=subprocess.DEVNULL
    )
    for _ in range(600):
        if len([*tmp.glob("practicum-*/*/work-*")]) == 2 and len(_marked(tmp)) >= 5:
            break
        time.sleep(0.1)
    process.send_signal(number)
    process.wait(30)
    for _ in range(200):
        if not _marked(tmp) and not [*tmp.glob("practicum-*")]:
            break
        time.sleep(0.1)
    assert not _marked(tmp)
    assert not [*tmp.glob("practicum-*")]
