"""Running a restored notebook in a child of the fork server, cell by cell, from outside.

The rules are those of nbclient as nbgrader configures it: all cells run, whatever fails; a cell
that is out of time is interrupted and marked so; a kernel that has died leaves an error in each
cell that had not run to its end.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from practicum.execution.channel import Closed, Flooded, TimedOut
from practicum.execution.fork_server import Child
from practicum.execution.judging import CHECK_SECONDS, Witness
from practicum.execution.outputs import Outputs, error_output
from practicum.notebooks import KERNEL_DIED, TIMED_OUT, Notebook
from practicum.policies import Limits

__all__ = ["Ran", "run_cells"]

INTERRUPT_SECONDS = 4.0
"""How long an interrupted cell may take to end, as in nbclient."""

OUTPUT_BYTES = 64 << 20
"""How much one cell may send; what comes after is read and thrown away."""

TIMED_OUT_REPLY = {
    "status": "error",
    "ename": TIMED_OUT,
    "evalue": "",
    "traceback": ["\x1b[0;31mCellTimeoutError\x1b[0m: No reply from kernel before timeout"],
}


class _Died(Exception):
    """The kernel has ended, or will not answer any more; the reason is its argument."""


@dataclass
class Ran:
    """How a run ended: why the kernel died (or ``""``), and the seconds of each cell."""

    died: str = ""
    seconds: dict[int, float] = field(default_factory=dict)


def run_cells(
    child: Child, notebook: Notebook, limits: Limits, witness: Witness | None = None
) -> Ran:
    """Run a notebook's code cells in order and write their outputs into it.

    Args:
        child: A kernel that is ready.
        notebook: The restored notebook; its cells are changed in place.
        limits: Seconds for a cell and for the whole notebook.
        witness: Has the test cells judged; without one they only run in place.

    """
    outputs, ran = Outputs(notebook["cells"]), Ran()
    end = time.monotonic() + limits.notebook_seconds
    finished: set[int] = set()
    try:
        for index, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] != "code" or not cell["source"].strip():
                continue
            if witness is not None:
                witness.before(index)
            start = time.perf_counter()
            seconds = max(1, min(limits.cell_seconds, int(end - time.monotonic())))
            _run_cell(child, index, cell["source"], seconds, outputs)
            ran.seconds[index] = time.perf_counter() - start
            finished.add(index)
            if witness is not None:
                check = witness.check()
                witness.after(index, _check(child, check) if check else None)
    except _Died as died:
        ran.died = str(died)
        _mark_unrun(notebook, finished)
    if outputs.widgets:
        notebook["metadata"]["widgets"] = outputs.widgets
    return ran


def _run_cell(child: Child, index: int, source: str, seconds: float, outputs: Outputs) -> None:
    """Run one cell to its end, interrupting it when its time is over.

    Raises:
        _Died: The kernel has ended, or does not answer any more.

    """
    outputs.begin(index)
    name = f"cell-{index}"
    try:
        child.channel.send({"execute": source, "id": name})
        reply = _listen(child, index, name, seconds, outputs)
    except Closed:
        reason = "it ended"
        raise _Died(reason) from None
    except Flooded:
        reason = "it sent an output that is too large"
        raise _Died(reason) from None
    outputs.end(index, reply)


def _listen(
    child: Child, index: int, name: str, seconds: float, outputs: Outputs
) -> dict[str, Any]:
    """Take a cell's outputs until the kernel is idle again; return its reply."""
    reply: dict[str, Any] = {}
    deadline = time.monotonic() + seconds
    most = child.channel.received + OUTPUT_BYTES
    while True:
        try:
            frame = child.channel.receive(deadline)
        except TimedOut:
            if reply is TIMED_OUT_REPLY:
                reason = "it could not be interrupted when its time was over"
                raise _Died(reason) from None
            child.interrupt()
            reply, deadline = TIMED_OUT_REPLY, time.monotonic() + INTERRUPT_SECONDS
            continue
        kind, content = _message(frame, name)
        if kind == "idle":
            return reply
        if kind == "execute_reply":
            reply = reply or content
        elif child.channel.received < most:
            outputs.take(index, kind, content)


def _message(frame: dict[str, Any] | bytes, name: str) -> tuple[str, dict[str, Any]]:
    """Return a message's kind and content; an empty kind for what does not belong to the cell."""
    if isinstance(frame, bytes) or frame.get("request") != name:
        return "", {}
    kind, content = frame.get("kind"), frame.get("content")
    usable = isinstance(kind, str) and isinstance(content, dict)
    return (str(kind), dict(content or {})) if usable else ("", {})


def _check(child: Child, source: str) -> dict[str, Any] | None:
    """Run source apart, in a fork of the kernel; return the error it ended with, if it came.

    Raises:
        _Died: The kernel has ended, or does not answer any more.

    """
    checked, deadline = None, time.monotonic() + CHECK_SECONDS
    try:
        child.channel.send({"execute": source, "id": "check", "apart": True})
        while True:
            frame = child.channel.receive(deadline)
            if isinstance(frame, bytes) or frame.get("request") != "check":
                continue
            if frame.get("kind") == "idle":
                return checked
            content = frame.get("content")
            if isinstance(content, dict) and {"ename", "evalue"} <= content.keys():
                checked = content
    except (Closed, Flooded, TimedOut):
        raise _Died("it did not come back from a check of its asserts") from None


def _mark_unrun(notebook: Notebook, finished: set[int]) -> None:
    """Put an error into each code cell that has not run to its end.

    Without it, a test that kills the kernel would be silent, and silence is full marks.
    """
    words = "the kernel died before this cell had run"
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code" and cell["source"].strip() and index not in finished:
            cell["outputs"] = [error_output(KERNEL_DIED, words, [f"{KERNEL_DIED}: {words}"])]
