"""A check of a notebook: a clean run in a copy of the folder, and all that it uncovers."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from practicum.errors import BadInput, CheckFailed
from practicum.internship import Internship
from practicum_widgets.desk import Desk
from practicum_widgets.hand_in.findings import (
    Finding,
    heading_above,
    in_notebook,
    in_the_file,
    is_test,
)

__all__ = ["Check", "check", "read_notebook"]

EVERY: Final = 0.4
START_SECONDS: Final = 90
STOPPED: Final = ("KeyboardInterrupt", "CellTimeoutError")
MB: Final = 1_000_000
LEFT_OUT: Final = shutil.ignore_patterns(".*", "__pycache__", "*.zip", "feedback")
Progress = Callable[[int, int], bool]
"""Is told how many cells of how many are done, and answers whether to go on."""


@dataclass(frozen=True)
class Check:
    """What a check found; ``passed`` of ``tests`` visible tests passed."""

    at: datetime
    findings: tuple[Finding, ...]
    tests: int
    passed: int

    @property
    def grave(self) -> int:
        """How many findings will cost points."""
        return sum(finding.grave for finding in self.findings)


def read_notebook(desk: Desk) -> tuple[Path, dict[str, Any]]:
    """Return the desk's notebook as it lies on the disk.

    Raises:
        BadInput: There is none, or it is none.

    """
    file = desk.folder / f"{desk.brief.grading.notebook}.ipynb"
    try:
        content = json.loads(file.read_bytes())
        for cell in content["cells"]:
            if cell["cell_type"] not in ("code", "markdown", "raw") or "source" not in cell:
                raise TypeError  # noqa: TRY301 (the same message as for what is no JSON)
    except FileNotFoundError:
        message = f"{file.name} is not in this folder: rename your notebook back to {file.name}"
        raise BadInput(message) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        message = f"{file.name} is no notebook any more: take an older one from its checkpoints"
        raise BadInput(message) from None
    return file, content


def check(desk: Desk, internship: Internship, now: datetime, progress: Progress) -> Check:
    """Run the notebook in a clean kernel, and look at everything that is to be handed in.

    Raises:
        BadInput: There is no notebook.
        CheckFailed: It cannot be run here, or the check was cancelled.

    """
    file, notebook = read_notebook(desk)
    findings = [*in_notebook(desk, notebook), *_sizes(desk, file)]
    with tempfile.TemporaryDirectory(prefix="practicum-check-") as place:
        folder = Path(place) / desk.folder.name
        shutil.copytree(desk.folder, folder, ignore=LEFT_OUT, symlinks=True)
        ran, ended = _run(desk, folder, file.name, progress)
    unwritten = {finding.about["cell"] for finding in findings if finding.key == "no_code"}
    failures = _failures(ran, ended, desk.terms.limits.cell_seconds)
    # That a cell without code ends with an error need not be told twice.
    findings += [f for f in failures if f.key != "cell_fails" or f.about["cell"] not in unwritten]
    findings += in_the_file(desk, internship)
    tests = [cell for cell in ran if is_test(cell)]
    passed = sum(not _error(cell) and _is_done(cell) for cell in tests)
    findings.sort(key=lambda finding: not finding.grave)
    return Check(now, tuple(findings), len(tests), passed)


def _run(
    desk: Desk, folder: Path, name: str, progress: Progress
) -> tuple[list[dict[str, Any]], bool]:
    """Return the cells as they ran, and whether the run came to its end."""
    if importlib.util.find_spec("papermill") is None:
        message = "papermill is not installed here: pip install papermill, or check by hand"
        raise CheckFailed(message)
    out, limits = folder.parent / "ran.ipynb", desk.terms.limits
    module = "practicum_widgets.hand_in.clean_run"
    command = [sys.executable, "-m", module, name, str(out), str(limits.cell_seconds)]
    said = folder.parent / "said.txt"
    with said.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603 (our own module)
            command, cwd=folder, stdout=sink, stderr=sink, start_new_session=True
        )
        try:
            end = time.monotonic() + limits.notebook_seconds + START_SECONDS
            while process.poll() is None and time.monotonic() < end:
                cells = _cells(out)
                if not progress(sum(map(_is_done, cells)), len(cells)):
                    raise CheckFailed("the check was cancelled: nothing was changed")
                time.sleep(EVERY)
        finally:
            # The kernel with it: it is of the same session.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
    cells = _cells(out)
    if not cells:
        last = said.read_text("utf-8", errors="replace").strip().splitlines()[-1:]
        message = f"the notebook could not be started ({' '.join(last)[:200] or code})"
        raise CheckFailed(f"{message}: restart the kernel and try again")
    return cells, code == 0


def _failures(cells: list[dict[str, Any]], ended: bool, seconds: int) -> Iterator[Finding]:  # noqa: FBT001 (said by its name)
    for index, cell in enumerate(cells):
        name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
        about = {"cell": name, "heading": heading_above(cells, index), "n": str(index + 1)}
        error = _error(cell)
        if error.startswith(STOPPED) or (not ended and _status(cell) in ("running", "pending")):
            yield Finding("out_of_time", grave=True, about=about | {"seconds": str(seconds)})
            if not ended:
                return  # what follows did not run
        elif error:
            key = "test_fails" if is_test(cell) else "cell_fails"
            yield Finding(key, grave=True, about=about | {"error": error})


def _sizes(desk: Desk, notebook: Path) -> Iterator[Finding]:
    limits = desk.terms.limits
    size = notebook.stat().st_size
    if size > limits.notebook_mb * MB:
        about = {"size": f"{size / MB:.1f}", "most": f"{limits.notebook_mb:g}"}
        yield Finding("notebook_large", grave=True, about=about)
    whole = sum(
        file.stat().st_size
        for file in desk.folder.rglob("*")
        if file.is_file() and not file.is_symlink() and "feedback" not in file.parts
    )
    if whole > limits.submission_mb * MB:
        about = {"size": f"{whole / MB:.1f}", "most": f"{limits.submission_mb:g}"}
        yield Finding("folder_large", grave=True, about=about)


def _cells(file: Path) -> list[dict[str, Any]]:
    """Return the cells of papermill's notebook, without those that it puts in by itself."""
    try:
        cells: list[dict[str, Any]] = json.loads(file.read_bytes())["cells"]
    except (OSError, ValueError, KeyError):
        return []  # not there yet, or being written
    return [
        cell
        for cell in cells
        if not any("papermill" in tag for tag in cell.get("metadata", {}).get("tags", ()))
    ]


def _status(cell: dict[str, Any]) -> str:
    return str(cell.get("metadata", {}).get("papermill", {}).get("status", ""))


def _is_done(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] != "code" or _status(cell) in ("completed", "failed")


def _error(cell: dict[str, Any]) -> str:
    """Return the error that a cell ended with, in one line; "" if it has none."""
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "error":
            return f"{output.get('ename')}: {output.get('evalue')}".strip(": ")[:300]
    return ""
