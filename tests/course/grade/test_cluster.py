"""Notebooks on Dask's workers: what crosses, what a lost worker costs, who gets no work."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from practicum.course import Course
from practicum.errors import BadInput, BadSubmission, NoKernel, NoSandbox
from practicum.execution import Engine, Job
from practicum.grade import cluster, grade
from practicum.grade.cluster import Cluster
from practicum.grade.cluster_data import files_of, write_files
from practicum.grade.environment import difference, installed
from practicum.grade.pool import run_all
from practicum.gradebook import CourseGradebook
from practicum.policies import Limits

distributed = pytest.importorskip("distributed", reason="practicum[cluster] is not installed")

PROBE = "probe"
SERVER = "practicum.execution.server"
CELL: dict[str, Any] = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": []}


def _job(name: str, source: str, files: tuple[Path, ...] = (), course: Path | None = None) -> Job:
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "cells": [CELL | {"source": source, "execution_count": None}],
    }
    courses = (course,) if course else ()
    return Job(name, json.dumps(notebook), (*files, *courses), "brief", Limits(), courses)


def _printed(notebook: str) -> str:
    outputs = json.loads(notebook)["cells"][0]["outputs"]
    return "".join("".join(output.get("text", "")) for output in outputs)


def _servers() -> set[int]:
    """Return the fork servers below this process, on its workers."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and SERVER in " ".join(process.cmdline()):
                found.add(process.pid)
    return found


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two workers, each a process of its own with one thread, that come back when killed."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as local:
        yield local


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody be waited for longer than a moment."""
    monkeypatch.setattr(cluster, "JOIN_SECONDS", 1.0)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)


@pytest.mark.slow
def test_files_travel_and_outcomes_come_back(dask: Any, tmp_path: Path) -> None:
    """A job finds the course's files and its own on the worker; its outcome has its name."""
    course = tmp_path / "course"
    course.mkdir()
    (course / "data.csv").write_text("shared")
    jobs = []
    for name in "abcd":
        own = tmp_path / name
        (own / "deep").mkdir(parents=True)
        (own / "deep" / "own.txt").write_text(name)
        source = "print(open('data.csv').read(), open('deep/own.txt').read())"
        jobs.append(_job(name, source, (own,), course))

    with Cluster(dask.scheduler_address, ()) as there:
        outcomes = {outcome.name: _printed(outcome.notebook) for outcome in there.run_all(jobs)}

    assert outcomes == {name: f"shared {name}\n" for name in "abcd"}


@pytest.mark.slow
def test_the_same_outcome_as_here(dask: Any) -> None:
    """An executed notebook from a worker is the one that an engine here returns."""
    job = _job("a", "print(1)\n[1, 2]")
    with Cluster(dask.scheduler_address, (), judging=True) as there:
        (far,) = there.run_all([job])
    with Engine((), 1, judging=True) as engine:
        (near,) = run_all(engine, [job], 1)
    assert far.notebook == near.notebook
    assert (far.fault, far.died, far.judged) == (near.fault, near.died, near.judged)
    assert set(far.steps) == set(near.steps)


@pytest.mark.slow
def test_a_killed_worker_loses_no_submission(dask: Any) -> None:
    """A worker that is killed in the middle: its jobs, running or done, come from another."""
    names = [f"s{number}" for number in range(10)]
    jobs = (_job(name, f"import time; time.sleep(.5); print({name!r})") for name in names)
    outcomes = {}
    with Cluster(dask.scheduler_address, ()) as there, closing(there.run_all(jobs)) as running:
        for number, outcome in enumerate(running):
            if number == 2:
                victim = next(iter(dask.workers.values()))
                os.kill(victim.pid, signal.SIGKILL)
            assert outcome.name not in outcomes
            outcomes[outcome.name] = _printed(outcome.notebook)
    assert outcomes == {name: f"{name}\n" for name in names}


def test_no_more_jobs_are_taken_than_have_a_place(dask: Any) -> None:
    """However many jobs there are, only a few are in memory at once."""
    taken: list[str] = []

    def jobs() -> Iterator[Job]:
        for number in range(12):
            taken.append(str(number))
            yield _job(str(number), "1")

    with Cluster(dask.scheduler_address, ()) as there, closing(there.run_all(jobs())) as outcomes:
        for number, _outcome in enumerate(outcomes, 1):
            assert len(taken) <= number + 4
    assert len(taken) == 12


def test_leaving_early_ends_the_engines(dask: Any) -> None:
    """A caller that stops after the first outcome leaves no fork server on any worker."""
    # Other tests of this session keep an engine of their own.
    before = _servers()
    jobs = [_job("a", "print(1)"), _job("b", "import time\ntime.sleep(50)")]
    with Cluster(dask.scheduler_address, ()) as there, closing(there.run_all(jobs)) as outcomes:
        assert next(outcomes).name == "a"
        assert _servers() - before
    end = time.monotonic() + 20
    while _servers() - before and time.monotonic() < end:
        time.sleep(0.1)
    assert not _servers() - before


def test_a_worker_without_a_box_gets_no_work(dask: Any) -> None:
    """The worker whose box does not hold is named with its reason, and the other does it all."""
    cloudpickle = pytest.importorskip("cloudpickle")

    def break_box() -> None:
        from practicum.errors import NoSandbox
        from practicum.execution import Engine
        from practicum.grade import cluster_worker

        class Open(Engine):
            def proved(self) -> None:
                raise NoSandbox("the self-test could read the gradebook")

        vars(cluster_worker)["Engine"] = Open

    def mend_box() -> None:
        from practicum.execution import Engine
        from practicum.grade import cluster_worker

        vars(cluster_worker)["Engine"] = Engine

    said: list[str] = []
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with distributed.Client(dask, set_as_default=False) as client:
        broken, sound = sorted(client.scheduler_info(n_workers=-1)["workers"])
        client.run(break_box, workers=[broken])
        try:
            with Cluster(dask.scheduler_address, (), told=said.append) as there:
                jobs = [_job(name, "print(1)") for name in "abcd"]
                assert {_printed(o.notebook) for o in there.run_all(jobs)} == {"1\n"}
            client.run(break_box, workers=[sound])
            with (
                Cluster(dask.scheduler_address, ()) as there,
                pytest.raises(NoSandbox, match="could read the gradebook"),
            ):
                list(there.run_all(jobs))
        finally:
            client.run(mend_box)
    assert any(broken in line and "could read the gradebook" in line for line in said)
    assert f"worker {sound} is ready" in said


@pytest.mark.usefixtures("hasty")
def test_other_libraries_are_refused(dask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers with other libraries than here get no work, and the message names the library."""
    ours = (installed()[0], "pandas-0.1")
    monkeypatch.setattr(cluster, "installed", lambda: ours)
    with (
        Cluster(dask.scheduler_address, ()) as there,
        pytest.raises(NoKernel, match="its libraries differ"),
    ):
        list(there.run_all([_job("a", "1")]))


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (("3.11", "pandas-3.0", "numpy-2.1"), ""),
        (("3.12 (main)", "pandas-3.0", "numpy-2.1"), "Python 3.12, and here is 3.11"),
        (("3.11", "pandas-2.2", "numpy-2.1"), "pandas 2.2 (here: 3.0)"),
        (("3.11", "numpy-2.1"), "pandas is missing (here: 3.0)"),
        (("3.11", "pandas-3.0", "numpy-2.1", "torch-9"), "torch 9 (here: none)"),
    ],
)
def test_differences_are_named(there: tuple[str, ...], said: str) -> None:
    """What differs between two machines is named with both versions."""
    told = difference(("3.11", "pandas-3.0", "numpy-2.1"), there)
    assert said in told
    assert bool(said) == bool(told)


@pytest.mark.usefixtures("hasty")
def test_a_scheduler_without_workers_is_named() -> None:
    """Where no worker joins, the message names the command that starts one."""
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty,
        Cluster(empty.scheduler_address, ()) as there,
        pytest.raises(NoKernel, match="dask worker tcp://"),
    ):
        list(there.run_all([_job("a", "1")]))


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere"])
def test_an_address_without_a_scheduler(address: str) -> None:
    """An address at which nothing answers is bad input, with what to do."""
    with pytest.raises(BadInput, match="dask scheduler"):
        Cluster(address, ())


def test_only_regular_files_travel(tmp_path: Path) -> None:
    """Links, pipes, hidden files and what is skipped stay behind."""
    for name in ("kept.txt", ".hidden", "brief.ipynb"):
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "pipe")
    assert files_of(tmp_path, most=1000, skip=["brief.ipynb"]) == (
        (b"folder", None),
        (b"kept.txt", b"kept.txt"),
    )


def test_too_much_does_not_travel(tmp_path: Path) -> None:
    """Files that are too large together are the submission's fault, and are not read."""
    (tmp_path / "large").write_bytes(b"x" * 100)
    with pytest.raises(BadSubmission, match="too large together"):
        files_of(tmp_path, most=99)


@pytest.mark.parametrize("name", [b"../out", b"/etc/out", b"a/../../out"])
def test_paths_do_not_lead_out(tmp_path: Path, name: bytes) -> None:
    """A path that would be written outside of the submission's folder is refused."""
    with pytest.raises(BadSubmission, match="leads out"):
        write_files(((name, b""),), tmp_path / "new")


@pytest.mark.slow
def test_marks_are_the_same(
    dask: Any, make_desk: Callable[..., Any], probe_source: Any, tmp_path: Path
) -> None:
    """A course that is graded on the cluster has the marks of one that is graded here."""
    near = make_desk(PROBE)
    near.add_brief(PROBE, probe_source)
    near.hand_in(PROBE, "ada", near.answered())
    near.hand_in(PROBE, "bob", near.answered({"answer": "answer = 1"}))
    near.hand_in(PROBE, "eve", "no notebook")
    shutil.copytree(near.course.root, tmp_path / "far")
    far = Course.find(tmp_path / "far")

    here = grade(near.course, PROBE)
    with Cluster(dask.scheduler_address, (), judging=True) as engine:
        there = grade(far, PROBE, engine=engine)

    shown = [
        [(g.student, g.outcome, g.points, g.standing, g.findings) for g in report.graded]
        for report in (here, there)
    ]
    assert shown[0] == shown[1]
    stores = [CourseGradebook(course) for course in (near.course, far)]
    with stores[0], stores[1]:
        assert stores[0].all_marks(PROBE) == stores[1].all_marks(PROBE)
