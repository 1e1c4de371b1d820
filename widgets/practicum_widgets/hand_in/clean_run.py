"""The program that runs a notebook from top to bottom in a new kernel, and goes on after errors.

    python -m practicum_widgets.hand_in.clean_run IN OUT SECONDS-A-CELL

It is a process of its own, so that the student's own kernel stays usable. After each cell OUT
is written anew, with papermill's note of how far it is.
"""

from __future__ import annotations

import sys

__all__ = ["main"]

OUT_OF_TIME = {
    "status": "error",
    "ename": "CellTimeoutError",
    "evalue": "",
    "traceback": ["CellTimeoutError: no reply from the kernel in time"],
}


def main(source: str, target: str, seconds: int) -> int:
    """Run a notebook in the current folder; return 0 when it was run to its end."""
    import papermill  # noqa: PLC0415 (only this process needs it)
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    try:
        papermill.execute_notebook(
            source,
            target,
            cwd=".",
            execution_timeout=seconds,
            progress_bar=False,
            allow_errors=True,
            # As nbgrader: a cell that is out of time is stopped, and the next one runs.
            interrupt_on_timeout=True,
            error_on_timeout=OUT_OF_TIME,
        )
    except PapermillExecutionError:
        return 0  # the errors stand in the notebook
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
