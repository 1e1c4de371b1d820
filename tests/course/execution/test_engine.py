"""The engine: limits that hold, files that are found, and what is told of a run."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.execution import Engine, Executed, Job
from practicum.notebooks import KERNEL_DIED, read_notebook
from practicum.policies import Limits

Cells = Callable[..., list[dict[str, Any]]]
Execute = Callable[..., Executed]


def _text(cell: dict[str, Any]) -> str:
    parts = (
        o.get("text") or o.get("data", {}).get("text/plain") or o["ename"] for o in cell["outputs"]
    )
    return "".join(parts)


def test_files_lie_beside_the_notebook(run: Cells, tmp_path: Path) -> None:
    """Of two files with one name that of the later folder is found; the notebook itself is not."""
    for folder, text in (("theirs", "theirs"), ("course", "the course's")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "data.txt").write_text(text)
    (tmp_path / "theirs" / "own.txt").write_text("own")
    (tmp_path / "theirs" / "brief.ipynb").write_text("{}")
    files = (tmp_path / "theirs", tmp_path / "course")
    cells = run(
        "import os\nsorted(os.listdir())",
        "open('data.txt').read()",
        "open('own.txt').read()",
        files=files,
    )
    assert [_text(cell) for cell in cells] == [
        "['data.txt', 'own.txt']",
        '"the course\'s"',
        "'own'",
    ]


def test_a_module_beside_the_notebook_is_found_and_shadows_nothing(
    run: Cells, tmp_path: Path
) -> None:
    """A course's own module can be imported; a file called numpy.py is not numpy."""
    (tmp_path / "course_tools.py").write_text("answer = 42")
    (tmp_path / "numpy.py").write_text("ones = None")
    (tmp_path / "json.py").write_text("loads = None")
    cells = run(
        "import course_tools\ncourse_tools.answer",
        "import json, numpy\nnumpy.ones(2).sum(), json.loads('1')",
        files=(tmp_path,),
    )
    assert _text(cells[0]) == "42"
    assert _text(cells[1]) == "(np.float64(2.0), 1)"


def test_no_submission_finds_what_another_left(run: Cells) -> None:
    """Files, names, imports and settings of a run are gone in the next."""
    run("open('left.txt', 'w').write('x')\nimport pandas\npandas.set_option('display.width', 7)")
    cells = run("import os, pandas\nos.listdir(), pandas.get_option('display.width')")
    assert _text(cells[0]) == "([], 80)"


def test_a_kernel_that_dies_leaves_errors(execute: Execute) -> None:
    """What ran before keeps its outputs; each cell from there on says that the kernel died."""
    executed = execute("'alive'", "import os\nos._exit(3)", "'never'", "")
    cells = read_notebook(executed.notebook)["cells"]
    assert executed.died
    assert _text(cells[0]) == "'alive'"
    assert [_text(cell) for cell in cells[1:3]] == [KERNEL_DIED, KERNEL_DIED]
    assert cells[3]["outputs"] == []


def test_a_loop_that_ignores_the_interrupt_is_ended(execute: Execute) -> None:
    """A cell that ignores SIGINT is ended soon after its time, and the rest with it."""
    loop = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    executed = execute(loop, "1", cell_seconds=1, notebook_seconds=30)
    assert "interrupted" in executed.died
    assert KERNEL_DIED in executed.notebook


def test_the_notebooks_time_is_limited(run: Cells) -> None:
    """When the notebook's time is over, each further cell has one second."""
    waits = "import time\ntime.sleep(20)"
    cells = run(waits, waits, "'done'", cell_seconds=2, notebook_seconds=2)
    assert ["CellTimeoutError" in _text(cell) for cell in cells] == [True, True, False]


def test_memory_is_limited(execute: Execute) -> None:
    """One process gets a MemoryError; several together are ended, and that is told."""
    one = execute("data = bytearray(900_000_000)", "'goes on'", memory_mb=256)
    cells = read_notebook(one.notebook)["cells"]
    assert [_text(cell) for cell in cells] == ["MemoryError", "'goes on'"]
    several = (
        "import os, time\n"
        "for _ in range(6):\n"
        "    if os.fork() == 0:\n"
        "        data = b'x' * 120_000_000\n"
        "        time.sleep(20)\n"
        "time.sleep(20)"
    )
    executed = execute(several, memory_mb=256)
    assert "memory" in executed.overuse


def test_a_flood_of_output_is_capped(execute: Execute) -> None:
    """A gigabyte on stdout leaves a small notebook, and the next cell runs."""
    flood = "line = 'x' * 1_000_000\nfor _ in range(300): print(line)"
    executed = execute(flood, "'goes on'", cell_seconds=60)
    cells = read_notebook(executed.notebook)["cells"]
    assert len(executed.notebook) < 500_000
    assert _text(cells[1]) == "'goes on'"


def test_widgets_keep_their_state(execute: Execute) -> None:
    """The state of a widget is in the notebook's metadata, for formgrader to show."""
    executed = execute("import ipywidgets\nipywidgets.IntSlider(value=7)")
    widgets = json.loads(executed.notebook)["metadata"]["widgets"]
    states = widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert 7 in [state["state"].get("value") for state in states]


def test_the_environment_holds_nothing_of_the_graders(run: Cells) -> None:
    """Neither the environment nor the command line tells of tokens, of a home or of a course."""
    cells = run("import os\nsorted(os.environ)", "open('/proc/self/environ').read()")
    names = _text(cells[0])
    assert "TOKEN" not in names
    assert "PYTHONPATH" not in names
    assert "JUPYTERHUB" not in _text(cells[1])


def test_steps_are_timed(execute: Execute) -> None:
    """A run tells how long each of its steps took, and they make up the whole."""
    executed = execute("1")
    assert {"fork", "box", "cells", "end", "write"} <= executed.steps.keys()
    assert sum(executed.steps.values()) <= executed.seconds


def test_a_judged_run_has_a_verdict_for_each_test(make_notebook: Callable[..., Any]) -> None:
    """Tests are judged on the values before they run; other cells are not."""
    about = {"grade": True, "solution": False, "locked": True, "points": 1, "schema_version": 3}
    answer = "x = 3\ndef f(y):\n    return y + x"
    notebook = make_notebook(answer, "assert x == 3", "assert f(1) == 5")
    for number, cell in enumerate(notebook["cells"][1:]):
        cell["metadata"]["nbgrader"] = about | {"grade_id": f"test-{number}"}
    job = Job("ada", json.dumps(notebook), (), "brief", Limits())
    with Engine((), 1, judging=True) as engine:
        executed = engine.run(job)
    outcomes = {name: judged.verdict.outcome for name, judged in executed.judged.items()}
    assert outcomes == {"test-0": "passed", "test-1": "failed"}


def test_a_judge_that_is_killed_is_asked_again(
    make_notebook: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A judge that dies once may be our fault: the notebook runs once more, and no mark waits."""
    about = {"grade": True, "solution": False, "locked": True, "points": 1, "schema_version": 3}
    notebook = make_notebook("x = 3", "assert x == 3")
    notebook["cells"][1]["metadata"]["nbgrader"] = about | {"grade_id": "test"}
    job = Job("ada", json.dumps(notebook), (), "brief", Limits())
    killed: list[int] = []
    begin = Engine._begin

    def begin_and_kill(engine: Engine, *arguments: Any) -> Any:
        kernel, judge = begin(engine, *arguments)
        assert judge is not None
        if not killed:
            killed.append(judge.pid)
            judge.channel.receive(time.monotonic() + 30)  # it stands in its box
            judge._signal(signal.SIGKILL)
            monkeypatch.setattr(judge.channel, "receive", _ready_then(judge.channel.receive))
        return kernel, judge

    monkeypatch.setattr(Engine, "_begin", begin_and_kill)
    with Engine((), 1, judging=True) as engine:
        executed = engine.run(job)

    assert killed
    assert not executed.judge_died
    assert executed.judged["test"].verdict.outcome == "passed"


def _ready_then(receive: Callable[[float], Any]) -> Callable[[float], Any]:
    """Say once more that the box stands, then go on as before."""
    frames: list[Any] = [{"kind": "ready"}]
    return lambda deadline: frames.pop() if frames else receive(deadline)
