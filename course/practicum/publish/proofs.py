"""Proofs that a brief is fit for students: each one runs something and reports a figure."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from practicum.briefs.variants import Variant, examples
from practicum.errors import ProofFailed
from practicum.gradebook import CourseGradebook, execute, quiet_kernel, restore, score_cells
from practicum.publish.leaks import cells_of, leaks_in
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = [
    "Proof",
    "Run",
    "prove_limits",
    "prove_no_leak",
    "prove_reproducible",
    "prove_solution",
    "prove_untouched",
    "prove_variants",
]

MEGABYTE = 1_000_000
NBVAL_SECONDS = 600
SAMPLE_SECONDS = 0.05
TOLERANCE = 1e-9
"""Points this close together are the same."""


class Proof(Value):
    """Something that was tried and held, with the figure that was measured."""

    name: str
    figure: str


@dataclass
class Run:
    """What a run of a notebook took: seconds, and megabytes at the peak of its kernel."""

    seconds: float = 0.0
    megabytes: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure the block, with all processes that it starts."""
        start = time.perf_counter()
        sampler = threading.Thread(target=self._sample, daemon=True)
        sampler.start()
        try:
            yield
        finally:
            self._stop.set()
            sampler.join()
            self.seconds = time.perf_counter() - start

    def _sample(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            total = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.Error:
                    continue
            self.megabytes = max(self.megabytes, total / MEGABYTE)


def prove_solution(stage: Course, brief: str, executed: Path) -> tuple[Proof, Run]:
    """Run the solution with papermill: it must finish and earn every autograded point.

    Args:
        stage: The staged course.
        brief: Whose notebook is run.
        executed: Where the executed notebook is written, for the next proof.

    Raises:
        ProofFailed: Naming the cell that failed, or the points that are missing.

    """
    run = Run()
    with run.measured():
        _run_solution(stage, brief, executed, {})
    possible = _earned(brief, executed)
    figure = f"{possible:g} of {possible:g} autograded points in {run.seconds:.1f} s"
    return Proof(name="the solution earns every point", figure=figure), run


def _earned(brief: str, executed: Path) -> float:
    """Return the points of the tests, all of which the executed solution must earn."""
    possible = 0.0
    scores = {s.cell: s for s in score_cells(executed.read_text(encoding="utf-8"))}
    for name, points in points_of_tests(executed).items():
        possible += points
        score, finding = scores[name].score, scores[name].finding
        if score is None or abs(score - points) > TOLERANCE:
            earned = "no" if score is None else f"{score:g}"
            why = f" ({finding})" if finding else ""
            message = (
                f"{brief}: the solution earns {earned} of {points:g} points in {name}{why}: "
                "mend the solution or its test"
            )
            raise ProofFailed(message)
        if finding:
            message = f"{brief}: {name}: {finding}: end the test with a plain number or an assert"
            raise ProofFailed(message)
    return possible


def _run_solution(stage: Course, brief: str, executed: Path, variant: Variant) -> None:
    import papermill  # noqa: PLC0415 (slow to import, used here only)

    source = _notebook(stage, brief)
    mend = "mend the solution or its test"
    try:
        papermill.execute_notebook(
            source,
            executed,
            parameters=variant,
            cwd=source.parent,
            progress_bar=False,
            log_output=False,
            execution_timeout=stage.settings.limits.cell_seconds,
            extra_arguments=quiet_kernel(_kernelspec(source)),
        )
    except papermill.PapermillExecutionError as error:
        what = f"fails in cell {error.cell_index + 1} of {source.name}: "
        what += f"{error.ename}: {error.evalue}"
    except CellTimeoutError:
        what = f"has a cell that runs longer than {stage.settings.limits.cell_seconds} s"
        mend = "make it quicker, or raise limits.cell_seconds in course.yml"
    except DeadKernelError:
        what = f"kills the kernel that runs {source.name}"
    except NoSuchKernel as error:
        what = f"needs the kernel {error.name!r}, which is not installed"
        mend = f"install it, or choose another one in {source.name}"
    except ValueError as error:  # papermill's word for a notebook without a kernel
        what, mend = f"cannot be run ({error})", f"open {source.name}, choose a kernel and save it"
    else:
        return
    message = f"{brief}: the solution {what}: {mend}"
    raise ProofFailed(message)


def prove_variants(stage: Course, brief: str, folder: Path) -> Proof | None:
    """Run the solution with several variants: it must earn every autograded point with each.

    Args:
        stage: The staged course.
        brief: Whose notebook is run; None is returned if it has no variants.
        folder: Where the executed notebooks are written.

    Raises:
        ProofFailed: Naming the variant, and the points that are missing.

    """
    tried = examples(stage.brief(brief).variants)
    for number, variant in enumerate(tried):
        executed = folder / f"variant-{number}.ipynb"
        try:
            _run_solution(stage, brief, executed, variant)
            _earned(brief, executed)
        except ProofFailed as error:
            values = ", ".join(f"{name} = {value!r}" for name, value in variant.items())
            message = f"{error} (with {values})"
            raise ProofFailed(message) from None
    if not tried:
        return None
    return Proof(
        name="the solution earns every point in each variant", figure=f"{len(tried)} tried"
    )


def prove_reproducible(brief: str, executed: Path, folder: Path) -> Proof:
    """Run the executed solution again with nbval: its outputs must be the same.

    Cells whose outputs may differ carry the tag ``nbval-ignore-output``.

    Raises:
        ProofFailed: With nbval's first difference.

    """
    inside = folder / f".nbval-{executed.name}"
    inside.write_bytes(executed.read_bytes())
    command = [
        sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-x",
        "-p", "no:cacheprovider", "--no-header", "--rootdir", str(folder), "-c", "/dev/null",
        str(inside),
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter, a staged file)
            command, cwd=folder, capture_output=True, text=True, timeout=NBVAL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        message = f"{brief}: nbval did not finish in {NBVAL_SECONDS} s: shorten the notebook"
        raise ProofFailed(message) from None
    finally:
        inside.unlink(missing_ok=True)
    if done.returncode:
        message = (
            f"{brief}: the solution's outputs do not reproduce: {_first_difference(done.stdout)}: "
            "make the cell deterministic or tag it nbval-ignore-output"
        )
        raise ProofFailed(message)
    compared = re.search(r"(\d+) passed", done.stdout)
    cells = compared[1] if compared else "0"
    return Proof(name="its outputs reproduce", figure=f"{cells} cells, twice the same")


def prove_untouched(stage: Course, brief: str) -> Proof:
    """Run the release as it is: it must earn what brief.yml promises, normally nothing.

    Raises:
        ProofFailed: With the cells that give points away.

    """
    promised = stage.brief(brief).grading.untouched_points
    release = stage.station("release", brief=brief)
    with CourseGradebook(stage) as gradebook:
        key = gradebook.answer_key(brief)
    untouched = (release / f"{key.notebook}.ipynb").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(dir=stage.work) as folder:
        place = Path(folder) / brief
        shutil.copytree(release, place)
        executed = execute(restore(key, untouched).notebook, place, stage.settings.limits)
    given = {s.cell: s.score for s in score_cells(executed) if s.score}
    earned = sum(given.values())
    if abs(earned - promised) > TOLERANCE:
        cells = ", ".join(f"{name} ({points:g})" for name, points in given.items()) or "none"
        message = (
            f"{brief}: an untouched release earns {earned:g} points instead of {promised:g}: "
            f"{cells}: make these tests fail without an answer, or set grading.untouched_points"
        )
        raise ProofFailed(message)
    name = f"an untouched release earns {f'{promised:g} points' if promised else 'nothing'}"
    return Proof(name=name, figure=f"{earned:g} points")


def prove_no_leak(stage: Course, brief: str) -> Proof:
    """Search the whole release for solutions and hidden tests.

    Raises:
        ProofFailed: Naming the file and the text that must not be there.

    """
    release = stage.station("release", brief=brief)
    found, searched, lines = leaks_in(_notebook(stage, brief), release)
    if found:
        file, text = found[0]
        message = (
            f"{brief}: {file} in the release holds text of a solution or hidden test "
            f"({text!r}): remove it from the visible cells and files"
        )
        raise ProofFailed(message)
    figure = f"{lines} secret lines, {searched} files searched"
    return Proof(name="no solution and no hidden test leaks", figure=figure)


def prove_limits(stage: Course, brief: str, run: Run) -> Proof:
    """Compare time, memory and size with the course's limits.

    Raises:
        ProofFailed: Naming the limit.

    """
    limits = stage.settings.limits
    release = stage.station("release", brief=brief)
    size = sum(f.stat().st_size for f in release.rglob("*") if f.is_file()) / MEGABYTE
    for name, value, most, unit in (
        ("run time", run.seconds, limits.notebook_seconds, "s"),
        ("memory", run.megabytes, limits.memory_mb, "MB"),
        ("size of the release", size, limits.submission_mb, "MB"),
    ):
        if value > most:
            message = (
                f"{brief}: {name} is {value:.1f} {unit}, more than the limit of {most:g} {unit}: "
                "make the notebook lighter, or raise `limits:` in course.yml"
            )
            raise ProofFailed(message)
    figure = f"{run.seconds:.1f} s, {run.megabytes:.0f} MB of memory, {size:.2f} MB of files"
    return Proof(name="time, memory and size are within limits", figure=figure)


def points_of_tests(notebook: Path) -> dict[str, float]:
    """Return the points of each autograded test cell of a notebook."""
    points = {}
    for cell in cells_of(notebook):
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("grade") and not meta.get("solution"):
            points[meta["grade_id"]] = float(meta["points"])
    return points


def _notebook(stage: Course, brief: str) -> Path:
    return stage.brief_folder(brief) / f"{stage.brief(brief).grading.notebook}.ipynb"


def _kernelspec(notebook: Path) -> dict[str, str]:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    kernelspec: dict[str, str] = content.get("metadata", {}).get("kernelspec", {})
    return kernelspec


def _first_difference(report: str) -> str:
    """Return the cell and the kind of the first failure in nbval's report."""
    lines = [line.strip() for line in report.splitlines()]
    cell = next((line for line in lines if line.startswith(("Cell", "Notebook cell", "_"))), "")
    why = next((line for line in lines if "mismatch" in line or "Error" in line), "")
    return f"{cell.strip('_ ')} {why}".strip() or "see nbval"
