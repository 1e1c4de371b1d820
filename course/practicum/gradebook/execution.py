"""Running a notebook with nbgrader's own executor. What runs here is UNTRUSTED code.

There is no sandbox here: the code runs with the rights of whoever grades, in a process
of its own and in a folder of its own.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute, LimitOutput
from nbgrader.preprocessors.execute import UnresponsiveKernelError

from practicum.gradebook.logs import kept_log

if TYPE_CHECKING:
    from pathlib import Path

    from practicum.policies import Limits

__all__ = ["KERNEL_DIED", "MAX_OUTPUT_CHARACTERS", "execute", "inline_plots", "quiet_kernel"]

MAX_OUTPUT_CHARACTERS = 100_000
MAX_PICTURE_CHARACTERS = 5_000_000
KERNEL_DIED = "DeadKernelError"


def execute(source: str, folder: Path, limits: Limits) -> str:
    """Run a notebook from top to bottom as nbgrader would, going on after errors.

    Args:
        source: The notebook as JSON text.
        folder: Where it runs; it sees the files that lie there.
        limits: Seconds for a cell and for the whole notebook.

    Returns:
        The executed notebook as JSON text. Where the kernel died, the code cells from
        there on hold an error named ``DeadKernelError`` instead of outputs.

    """
    notebook = nbformat.reads(source, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    end = time.monotonic() + limits.notebook_seconds

    def seconds_left(_cell: NotebookNode) -> int:
        return max(1, min(limits.cell_seconds, int(end - time.monotonic())))

    with kept_log() as log, inline_plots():
        runner = _Watched(
            timeout_func=seconds_left,
            log=log.logger,
            shutdown_kernel="immediate",
            extra_arguments=quiet_kernel(notebook.metadata.get("kernelspec", {})),
        )
        try:
            runner.preprocess(notebook, resources)
        except (DeadKernelError, UnresponsiveKernelError):
            _mark_unrun(notebook, runner.finished)
        _shorten_outputs(notebook)
        LimitOutput(log=log.logger).preprocess(notebook, resources)
    executed: str = nbformat.writes(notebook, version=4)
    return executed


@contextmanager
def inline_plots() -> Iterator[None]:
    """Let kernels that start in the block draw in the notebook, as they do for a student.

    A backend in our own environment, such as MPLBACKEND=agg on a server, would put a
    warning on stderr at each ``plt.show()``, which makes a test 0.
    """
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        yield
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend


def quiet_kernel(kernelspec: dict[str, str]) -> list[str]:
    """Return arguments that keep IPython's kernel from printing warnings on our terminal."""
    name = kernelspec.get("name", "python3")
    return ["--log-level=CRITICAL"] if name.startswith("python") else []


class _Watched(Execute):  # type: ignore[misc]  # nbgrader is untyped
    """Knows the cells that ran to their end: the kernel numbers a cell when it begins."""

    def __init__(self, **traits: Any) -> None:  # noqa: ANN401 (nbgrader is untyped)
        super().__init__(**traits)
        self.finished: set[int] = set()

    def on_cell_executed(self, **about: Any) -> None:  # noqa: ANN401 (nbgrader is untyped)
        super().on_cell_executed(**about)
        self.finished.add(about["cell_index"])


def _mark_unrun(notebook: NotebookNode, finished: set[int]) -> None:
    """Put an error into each code cell that has not run to its end.

    Without it, a test that kills the kernel would be silent, and silence is full marks.
    """
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip() and index not in finished:
            cell.outputs = [
                nbformat.v4.new_output(
                    "error",
                    ename=KERNEL_DIED,
                    evalue="the kernel died before this cell had run",
                    traceback=[f"{KERNEL_DIED}: the kernel died before this cell had run"],
                )
            ]


def _shorten_outputs(notebook: NotebookNode) -> None:
    """Cap every part of every output: a flood on one line passes nbgrader's line limit."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = _short(output.text)
            elif output.output_type == "error":
                output.evalue = _short(output.evalue)
                output.traceback = [_short(line) for line in output.traceback]
            for kind, content in list(output.get("data", {}).items()):
                if _is_text(kind, content):
                    output.data[kind] = _short(content)
                elif len(json.dumps(content)) > MAX_PICTURE_CHARACTERS:
                    del output.data[kind]
                    output.data.setdefault("text/plain", f"... {kind} left out: too large ...")


def _is_text(kind: str, content: object) -> bool:
    return isinstance(content, str) and not kind.startswith("image/")


def _short(text: str) -> str:
    if len(text) <= MAX_OUTPUT_CHARACTERS:
        return text
    return text[:MAX_OUTPUT_CHARACTERS] + "\n... Output truncated ..."
