"""The judge's process, and how the trusted side lets it judge a notebook's test cells.

The judge stands in a box of its own, with the course's files and without the student's. It asks
the student's process over a socket that joins only these two; what it finds goes to the trusted
side, which is the only one that ever sends it a test.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from practicum.briefs.variants import INJECTED
from practicum.execution.channel import Channel, Closed, Flooded, TimedOut
from practicum.execution.fork_server import Child
from practicum.judge import CAP, Judge, TamperCheck, Verdict, tamper_check
from practicum.judge.tamper import TamperOutcome
from practicum.notebooks import Notebook

__all__ = ["LARGEST", "Judged", "Witness", "serve_judge"]

LARGEST = 2 * CAP + 1024
"""The largest message between the judge and the student's process, in bytes."""

PATIENCE = 5.0
"""How much longer than its own deadline the judge is waited for, in seconds."""

CHECK_SECONDS = 10.0
"""How long a tamper check may run."""

FOREVER = 10.0**9


@dataclass(frozen=True)
class Judged:
    """What is known of a test apart from its run in place."""

    verdict: Verdict
    tamper: TamperOutcome | None = None


def serve_judge(channel: Channel, asks: Channel) -> None:
    """Judge what the channel asks for until it is closed: the body of the judge's process."""

    def ask(request: bytes) -> bytes:
        try:
            asks.send(request)
            answer = asks.receive(time.monotonic() + FOREVER)
        except (Closed, Flooded, TimedOut) as error:
            raise EOFError(str(error)) from None
        if isinstance(answer, bytes):
            return answer
        raise EOFError

    judge = Judge(ask)
    with suppress(Closed):
        while True:
            frame = channel.receive(time.monotonic() + FOREVER)
            if isinstance(frame, bytes):
                continue
            if "test" in frame:
                deadline = time.monotonic() + float(frame["seconds"])
                verdict = judge.judge(frame["test"], deadline=deadline)
                channel.send({"kind": "verdict", "content": asdict(verdict)})
            elif "course" in frame:
                judge.course_ran(frame["course"])
            else:
                judge.student_ran(frame["student"])


class Witness:
    """Follows a run cell by cell, and has its test cells judged."""

    def __init__(self, judge: Child, notebook: Notebook, seconds: float) -> None:
        """Begin with a judge that is ready; ``seconds`` is what one test may take."""
        self.judged: dict[str, Judged] = {}
        self.died = False
        self._judge, self._cells, self._seconds = judge, notebook["cells"], seconds
        self._gone = ""
        self._check: TamperCheck | None = None

    def before(self, index: int) -> None:
        """Let a test cell be judged on the values as they are before it runs in place."""
        cell = self._cells[index]
        if not _is_test(cell):
            return
        verdict = self._verdict(cell["source"])
        self.judged[cell["metadata"]["nbgrader"]["grade_id"]] = Judged(verdict)
        # Where the student's process did not answer, it would not answer to a check either.
        uncrossable = verdict.outcome == "uncrossable" and not verdict.silent
        self._check = tamper_check(cell["source"]) if uncrossable else None

    def check(self) -> str:
        """Return what has to run in place, beside the test that ran last, or an empty string."""
        return self._check.source if self._check is not None else ""

    def after(self, index: int, checked: dict[str, Any] | None = None) -> None:
        """Note that a cell ran in place; ``checked`` is the error of the check, if it ran."""
        cell = self._cells[index]
        if not _is_test(cell):
            self._tell("course" if _is_ours(cell) else "student", cell["source"])
        elif self._check is not None and checked is not None:
            name = cell["metadata"]["nbgrader"]["grade_id"]
            outcome = self._check.read(str(checked["ename"]), str(checked["evalue"]))
            self.judged[name] = Judged(self.judged[name].verdict, outcome)
        self._check = None

    def _verdict(self, source: str) -> Verdict:
        if self._gone:
            return Verdict("uncrossable", self._gone, silent=True)
        try:
            self._judge.channel.send({"test": source, "seconds": self._seconds})
            frame = self._judge.channel.receive(time.monotonic() + self._seconds + PATIENCE)
        except (Closed, Flooded):
            self.died = True
            return self._lost("the judge's process ended")
        except TimedOut:
            return self._lost("the judge did not answer in time")
        if isinstance(frame, bytes) or frame.get("kind") != "verdict":
            return self._lost("the judge's process failed")
        return Verdict(**frame["content"])

    def _lost(self, reason: str) -> Verdict:
        self._gone = reason
        return Verdict("uncrossable", reason, silent=True)

    def _tell(self, whose: str, source: str) -> None:
        with suppress(Closed):
            self._judge.channel.send({whose: source})


def _is_test(cell: Notebook) -> bool:
    about = cell["metadata"].get("nbgrader", {})
    return bool(cell["cell_type"] == "code" and about.get("grade") and not about.get("solution"))


def _is_ours(cell: Notebook) -> bool:
    """Whether a cell is the course's: locked, or a student's own values as they were given out.

    The tag is ours: restoring takes all metadata from the cells that a student has added.
    """
    about = cell["metadata"].get("nbgrader", {})
    if about.get("locked") and not about.get("solution"):
        return True
    return not about and INJECTED in cell["metadata"].get("tags", [])
