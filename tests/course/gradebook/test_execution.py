"""What students' code may do while it runs, and what is seen of it afterwards."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from practicum.gradebook import execute, execution, score_cells
from practicum.policies import Limits

KERNEL = {"name": "python3", "display_name": "Python 3"}
LIMITS = Limits(cell_seconds=20, notebook_seconds=60)


def outputs_of(executed: str) -> list[list[dict[str, Any]]]:
    """The outputs of each cell."""
    return [cell["outputs"] for cell in json.loads(executed)["cells"]]


def text_of(output: dict[str, Any]) -> str:
    """The text of an output, wherever its kind keeps it."""
    text = output.get("text") or output.get("data", {}).get("text/plain") or output.get("evalue")
    return "".join(text or "")


def test_a_complete_kernel(notebook_of: Callable[..., str], tmp_path: Path) -> None:
    """Magics, await, display, rich results and files beside the notebook work as in Jupyter."""
    (tmp_path / "data.txt").write_text("from the file")
    executed = execute(
        notebook_of(
            "%precision 3\n3.14159",
            "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
            "from IPython.display import display, HTML\ndisplay(HTML('<b>bold</b>'), 'two')",
            "open('data.txt').read()",
            "%%capture kept\nprint('captured')",
            "kept.stdout",
            "1 / 0",
            "'after the error'",
        ),
        tmp_path,
        LIMITS,
    )

    found = outputs_of(executed)
    assert text_of(found[0][-1]) == "3.142"
    assert text_of(found[1][0]) == "'awaited'"
    assert [o["output_type"] for o in found[2]] == ["display_data", "display_data"]
    assert "".join(found[2][0]["data"]["text/html"]) == "<b>bold</b>"
    assert text_of(found[3][0]) == "'from the file'"
    assert text_of(found[5][0]) == "'captured\\n'"
    assert found[6][0]["ename"] == "ZeroDivisionError"
    assert text_of(found[7][0]) == "'after the error'"


def test_a_cell_that_takes_too_long(notebook_of: Callable[..., str], tmp_path: Path) -> None:
    """A cell that never ends is stopped and marked, and the cells after it run."""
    executed = execute(
        notebook_of("before = 1", "while True:\n    pass", "before"),
        tmp_path,
        Limits(cell_seconds=1, notebook_seconds=60),
    )

    found = outputs_of(executed)
    assert "CellTimeoutError" in [o.get("ename") for o in found[1]]
    assert text_of(found[2][0]) == "1"


def test_a_kernel_that_dies(notebook_of: Callable[..., str], tmp_path: Path) -> None:
    """Where the kernel dies, that cell and all later ones are marked; earlier outputs stay."""
    executed = execute(
        notebook_of("'alive'", "import os\nos._exit(1)", "'never'", "", "'never'"),
        tmp_path,
        LIMITS,
    )

    found = outputs_of(executed)
    assert text_of(found[0][0]) == "'alive'"
    assert [[o["ename"] for o in outputs] for outputs in found[1:]] == [
        ["DeadKernelError"],
        ["DeadKernelError"],
        [],
        ["DeadKernelError"],
    ]


def test_a_test_that_kills_the_kernel_earns_nothing(tmp_path: Path) -> None:
    """A function that ends the process while a test runs it does not pass that test."""
    test = {"schema_version": 3, "grade": True, "solution": False, "locked": True, "task": False}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
    notebook.cells = [
        nbformat.v4.new_code_cell("import os, time\ndef answer(): time.sleep(0.5); os._exit(0)"),
        nbformat.v4.new_code_cell(
            "assert answer() == 42",
            metadata={"nbgrader": test | {"grade_id": "test", "points": 4}},
        ),
    ]

    (score,) = score_cells(execute(nbformat.writes(notebook), tmp_path, LIMITS))

    assert (score.score, score.finding) == (0, "the kernel died before this test had run")


def test_floods_are_capped(notebook_of: Callable[..., str], tmp_path: Path) -> None:
    """A flood on one line, in many lines, in an error, in a result or in JSON is cut short."""
    flood = 3_000_000
    executed = execute(
        notebook_of(
            f"print('x' * {flood}, end='')",
            "for number in range(50_000): print(number)",
            f"raise ValueError('e' * {flood})",
            f"'r' * {flood}",
            "from IPython.display import display\n"
            f"display({{'application/json': {{'j': 'j' * {2 * flood}}}}}, raw=True)",
        ),
        tmp_path,
        LIMITS,
    )

    most = execution.MAX_OUTPUT_CHARACTERS
    assert len(executed) < 20 * most
    assert "Output truncated" in executed
    assert "application/json left out: too large" in executed
    assert outputs_of(executed)[2][0]["ename"] == "ValueError"
