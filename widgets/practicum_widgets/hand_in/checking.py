"""A check of a notebook: a clean run, and all that it and a look at the folder uncover."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from practicum_widgets.desk import Desk
from practicum_widgets.hand_in.findings import (
    Cell,
    Finding,
    heading_above,
    in_notebook,
    is_test,
    name_of,
)
from practicum_widgets.hand_in.packing import own_files
from practicum_widgets.hand_in.running import Progress, Ran, has_begun, has_run, run
from practicum_widgets.hand_in.saved import has_unsaved, notebook_file, read_notebook

__all__ = ["Check", "check", "digest_of"]

OUT_OF_TIME: Final = ("KeyboardInterrupt", "CellTimeoutError")
MB: Final = 1_000_000


@dataclass(frozen=True)
class Check:
    """What a check found; ``passed`` of ``tests`` visible tests passed.

    ``notebook`` is the digest of the notebook that was checked.
    """

    at: datetime
    findings: tuple[Finding, ...]
    tests: int
    passed: int
    notebook: str

    @property
    def grave(self) -> int:
        """How many findings will cost points."""
        return sum(finding.grave for finding in self.findings)


def digest_of(desk: Desk) -> str:
    """Return the digest of the notebook on the disk; "" where it cannot be read."""
    try:
        return hashlib.sha256(notebook_file(desk).read_bytes()).hexdigest()
    except OSError:
        return ""


def check(desk: Desk, now: datetime, progress: Progress) -> Check:
    """Run the notebook in a clean kernel, and look at everything that is to be handed in.

    What the student's own file reminds of is not in it: that is looked at when it is told.

    Raises:
        BadInput: There is no notebook.
        CheckFailed: It cannot be run here, or the check was cancelled.

    """
    digest = digest_of(desk)
    findings = [*in_notebook(desk, read_notebook(desk)), *_sizes(desk)]
    if has_unsaved(desk):
        findings.insert(0, Finding("unsaved", grave=True))
    ran = run(desk, progress)
    unwritten = {f.about["cell"] for f in findings if f.key in ("no_code", "placeholder")}
    tasks = {f.about["heading"] for f in findings if f.key == "no_code"}
    failures = list(_failures(ran, desk))
    # That a task without code ends with an error need not be told twice or thrice.
    findings += [
        f
        for f in failures
        if not (f.key == "cell_fails" and f.about["cell"] in unwritten)
        and not (f.key == "test_fails" and f.about["heading"] in tasks)
    ]
    findings.sort(key=lambda finding: not finding.grave)
    tests = [name_of(cell) for cell in ran.cells if is_test(cell)]
    run_whole = {name_of(cell) for cell in ran.cells if has_run(cell)}
    failed = {finding.about["cell"] for finding in failures}
    passed = sum(name in run_whole - failed for name in tests)
    return Check(now, tuple(findings), len(tests), passed, digest)


def _failures(ran: Ran, desk: Desk) -> Iterator[Finding]:
    """Yield what went wrong in the run; a run that was cut off ends with the cell that did it."""
    cut_off = _last_begun(ran.cells) if ran.end != "whole" else None
    seconds = {"seconds": str(desk.terms.limits.cell_seconds)}
    for index, cell in enumerate(ran.cells):
        about = {
            "cell": name_of(cell),
            "heading": heading_above(ran.cells, index),
            "n": str(index + 1),
        }
        error = _error(cell)
        if index == cut_off:
            whole = {"seconds": str(desk.terms.limits.notebook_seconds)}
            key = "notebook_out_of_time" if ran.end == "out_of_time" else "kernel_died"
            yield Finding(key, grave=True, about=about | whole)
            return  # what follows did not run
        if error.startswith(OUT_OF_TIME):
            yield Finding("out_of_time", grave=True, about=about | seconds)
        elif error:
            key = "test_fails" if is_test(cell) else "cell_fails"
            yield Finding(key, grave=True, about=about | {"error": error})
        elif is_test(cell) and (warning := _warning(cell)):
            yield Finding("test_warns", grave=True, about=about | {"error": warning})


def _sizes(desk: Desk) -> Iterator[Finding]:
    limits = desk.terms.limits
    size = notebook_file(desk).stat().st_size
    if size > limits.notebook_mb * MB:
        about = {"size": f"{size / MB:.1f}", "most": f"{limits.notebook_mb:g}"}
        yield Finding("notebook_large", grave=True, about=about)
    sizes = sorted(((file.stat().st_size, file.name) for file in own_files(desk)), reverse=True)
    whole = sum(size for size, _ in sizes)
    if whole > limits.submission_mb * MB:
        about = {"size": f"{whole / MB:.1f}", "most": f"{limits.submission_mb:g}"}
        yield Finding("folder_large", grave=True, about=about | {"what": sizes[0][1]})


def _last_begun(cells: list[Cell]) -> int | None:
    begun = [i for i, cell in enumerate(cells) if cell["cell_type"] == "code" and has_begun(cell)]
    return begun[-1] if begun else None


def _error(cell: Cell) -> str:
    """Return the error that a cell ended with, in one line; "" if it has none."""
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "error":
            said = f"{output.get('ename')}: {output.get('evalue')}".strip(": ")
            return " ".join(said.split())[:300]
    return ""


def _warning(cell: Cell) -> str:
    """Return what a test wrote to stderr: by nbgrader's rule that makes it 0 points."""
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "execute_result":
            return ""  # the first output that says something decides
        if output.get("output_type") == "stream" and output.get("name") == "stderr":
            text = output.get("text", "")
            text = text if isinstance(text, str) else "".join(text)
            return " ".join(text.split())[:300] or "?"
    return ""
