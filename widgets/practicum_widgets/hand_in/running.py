"""A clean run: the notebook in a new kernel and a copy of its folder, watched from outside."""

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
from pathlib import Path
from typing import Any, Final, Literal

from practicum.errors import CheckFailed
from practicum_widgets.desk import Desk
from practicum_widgets.hand_in.saved import notebook_file

__all__ = ["INSIDE", "Progress", "Ran", "has_begun", "has_run", "run"]

INSIDE: Final = "PRACTICUM_CHECK"
"""The variable that a check's processes have, and by which they are found: a check's own place."""
EVERY: Final = 0.4
START_SECONDS: Final = 90
LEFT_OUT: Final = shutil.ignore_patterns(".*", "__pycache__", "*.zip")
Cell = dict[str, Any]
Progress = Callable[[int, int], bool]
"""Is told how many cells of how many are done, and answers whether to go on."""


@dataclass(frozen=True)
class Ran:
    """The cells with their outputs, and how it ended: at the end, out of time, or by a death."""

    cells: list[Cell]
    end: Literal["whole", "out_of_time", "died"]


def has_run(cell: Cell) -> bool:
    """Tell whether a cell ran; papermill calls those completed, too, that never began."""
    about = cell.get("metadata", {}).get("papermill", {})
    return about.get("status") in ("completed", "failed") and bool(about.get("start_time"))


def run(desk: Desk, progress: Progress) -> Ran:
    """Run the desk's notebook from top to bottom; the student's files and kernel stay as they are.

    Raises:
        CheckFailed: It cannot be run here, or the check was cancelled.

    """
    if os.environ.get(INSIDE):
        raise CheckFailed("this notebook is being checked: a check starts no other check")
    if importlib.util.find_spec("papermill") is None:
        message = "papermill is not installed here: pip install papermill, or check by hand"
        raise CheckFailed(message)
    with tempfile.TemporaryDirectory(
        prefix="practicum-check-", ignore_cleanup_errors=True
    ) as place:
        folder = Path(place) / desk.folder.name
        _copy(desk.folder, folder)
        return _watched(desk, folder, progress)


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copytree(source, target, ignore=LEFT_OUT, symlinks=True)
    except shutil.Error as error:
        name, _, reason = error.args[0][0]
        message = f"{Path(name).name} could not be copied for the check ({reason})"
        raise CheckFailed(f"{message}: take it out of the folder, or make room") from None
    except OSError as error:
        message = f"the folder could not be copied for the check ({error.strerror})"
        raise CheckFailed(f"{message}: make room or ask for help") from None


def _watched(desk: Desk, folder: Path, progress: Progress) -> Ran:
    """Start the process that runs the notebook, tell how far it is, and end it in time."""
    out, said, limits = folder.parent / "ran.ipynb", folder.parent / "said.txt", desk.terms.limits
    module, name = "practicum_widgets.hand_in.clean_run", notebook_file(desk).name
    command = [sys.executable, "-m", module, name, str(out), str(limits.cell_seconds)]
    around = os.environ | {INSIDE: str(folder.parent)}
    cells: list[Cell] = []
    until = time.monotonic() + START_SECONDS
    begun = False
    with said.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603 (our own module)
            command, cwd=folder, env=around, stdout=sink, stderr=sink, start_new_session=True
        )
        try:
            while process.poll() is None and time.monotonic() < until:
                cells = _cells(out) or cells
                if not begun and any(map(has_begun, cells)):
                    begun, until = True, time.monotonic() + limits.notebook_seconds
                if not progress(sum(map(_is_done, cells)), len(cells)):
                    raise CheckFailed("the check was cancelled: nothing was changed")
                time.sleep(EVERY)
            code = process.poll()
        finally:
            _end(process, str(folder.parent))
    cells = _cells(out) or cells
    if not any(map(has_begun, cells)):
        last = said.read_text("utf-8", errors="replace").strip().splitlines()[-1:]
        message = f"the notebook could not be started ({' '.join(last)[:200] or code})"
        raise CheckFailed(f"{message}: restart the kernel and try again")
    return Ran(cells, "whole" if code == 0 else "out_of_time" if code is None else "died")


def _end(process: subprocess.Popen[bytes], place: str) -> None:
    """End the process, its kernel, and all that the notebook started and left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # A kernel has a session of its own. Where there is no /proc it sees that its parent is gone.
    for _ in range(10):
        found = list(_marked(place))
        for number in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        if not found:
            return
        time.sleep(0.02)


def _marked(place: str) -> Iterator[int]:
    """Yield the processes that belong to the check of this place, by their environment."""
    mark = f"{INSIDE}={place}".encode()
    for about in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in about.read_bytes().split(b"\0"):
                yield int(about.parent.name)


def _cells(file: Path) -> list[Cell]:
    """Return the cells of papermill's notebook, without those that it puts in by itself."""
    try:
        cells: list[Cell] = json.loads(file.read_bytes())["cells"]
    except (OSError, ValueError, KeyError):
        return []  # not there yet, or being written
    return [
        cell
        for cell in cells
        if not any("papermill" in tag for tag in cell.get("metadata", {}).get("tags", ()))
    ]


def has_begun(cell: Cell) -> bool:
    """Tell whether a cell was begun, whether it ended or not."""
    return bool(cell.get("metadata", {}).get("papermill", {}).get("start_time"))


def _is_done(cell: Cell) -> bool:
    return cell["cell_type"] != "code" or has_run(cell)
