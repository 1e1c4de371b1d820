"""The floor: what the cells alone cost, in a warm process, without IPython, box or gradebook.

    python benchmarks/floor.py COURSE [--pictures]

Each submission's executed notebook in COURSE (a folder with notebooks in it, tests included)
runs by plain ``exec`` in a child that is forked from a process that has everything imported
and has drawn a picture; matplotlib draws nothing (Agg), but with `--pictures` each figure that is
open after a cell becomes a PNG, as a notebook shows it. Prints one JSON object: CPU seconds a
submission, without those that an empty child takes.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import io
import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

__all__ = ["cells_alone"]

EMPTY_CHILDREN = 15
MAGIC = "%time "


def cells_alone(
    notebooks: Sequence[Path], folder: Path, model: Path, *, pictures: bool = False
) -> float:
    """Return the CPU seconds that the code cells of a notebook take, on average.

    Args:
        notebooks: The notebooks as they were executed, hidden tests included.
        folder: Where the cells find the data.
        model: The notebook with the solutions; it warms the process.
        pictures: Draw the figures, too.

    """
    os.environ.update(MPLBACKEND="agg", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    os.chdir(folder)
    after = _draw if pictures else _nothing
    _run(_sources(model), after)
    from matplotlib import pyplot as plt  # noqa: PLC0415 (the backend is chosen first)

    plt.close("all")
    work = [_sources(notebook) for notebook in notebooks]
    gc.freeze()
    nothing = statistics.median(_cpu_of_child(_nothing) for _ in range(EMPTY_CHILDREN))
    spent = [_cpu_of_child(partial(_run, sources, after)) for sources in work]
    return statistics.fmean(spent) - nothing


def _sources(file: Path) -> list[str]:
    notebook: dict[str, Any] = json.loads(file.read_bytes())
    code = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return ["".join(source).removeprefix(MAGIC) for source in code]


def _nothing() -> None:
    """Do nothing."""


def _draw() -> None:
    """Make a picture of each open figure, as the inline backend does after a cell."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 (see above)

    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight", dpi=72)
    plt.close("all")


def _run(sources: Sequence[str], after: Callable[[], None]) -> None:
    """Run cells one after the other, going on after errors, as a notebook is graded."""
    names: dict[str, object] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for source in sources:
            with contextlib.suppress(Exception):
                exec(compile(ast.parse(source), "<cell>", "exec"), names)  # noqa: S102 (the point)
            after()


def _cpu_of_child(work: Callable[[], None]) -> float:
    """Return the CPU seconds of a forked child that does ``work``."""
    pid = os.fork()
    if not pid:
        try:
            work()
        finally:
            os._exit(0)
    _, _, used = os.wait4(pid, 0)
    return used.ru_utime + used.ru_stime


def main(root: Path, *, pictures: bool) -> None:
    """Measure the submissions of a laid-out and graded benchmark course."""
    notebooks = sorted((root / "course" / "work" / "autograded").glob("*/*/*.ipynb"))
    source = next((root / "assignments").iterdir()).absolute()
    model = next(source.glob("*.ipynb"))
    seconds = cells_alone([file.absolute() for file in notebooks], source, model, pictures=pictures)
    print(json.dumps({"cpu_seconds": round(seconds, 4), "submissions": len(notebooks)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), pictures="--pictures" in sys.argv[2:])
