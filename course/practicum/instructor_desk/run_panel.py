"""What a run shows while it goes on, and what it said when it is over."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from practicum.instructor_desk import markup
from practicum.instructor_desk.jobs import Run

__all__ = ["RunPanel", "outcome"]

INTERRUPTED = (130, -2)
AGAIN = "Press its button again to go on: what is done is not done twice."


class RunPanel:
    """The newest run on one brief: ``view`` is what is shown.

    Args:
        brief: The brief; "" for the whole course.
        stop: Called with whether to stop at once: a second press does not wait any longer.

    """

    def __init__(self, brief: str, stop: Callable[[str, bool], None]) -> None:
        self.brief, self._stop, self._pressed = brief, stop, False
        self.head, self.words, self.printed = markup.block(), markup.block(), markup.block()
        self.bar = widgets.FloatProgress(min=0, max=1, description="")
        self.bar.add_class("bar")
        self.stop_button = widgets.Button(description="Stop", button_style="warning")
        self.stop_button.on_click(lambda _: self._clicked())
        self.row = widgets.HBox(
            [self.bar, self.words, self.stop_button],
            layout=widgets.Layout(flex_flow="wrap", align_items="center"),
        )
        self.view = widgets.VBox([self.head, self.row, self.printed])
        self.view.add_class("run")

    def begin(self) -> None:
        """Forget how the last run was stopped."""
        self._pressed = False
        self.stop_button.description = "Stop"

    def show(self, run: Run) -> None:
        """Show how far a run is, or how it ended."""
        line = f"practicum {' '.join(run.job.command)}"
        self.row.layout.display = "" if run.runs else "none"
        if run.runs:
            self.head.value = markup.paragraph(f"Running: {line}")
            what, done, total, now = run.step or ("starting", 0, 0, "")
            self.bar.value = done / total if total else 0
            counted = f"{what}: {done} of {total}" if total else f"{what} …"
            self.words.value = markup.paragraph(f"{counted} {now}".strip())
            self.printed.value = ""
            return
        self.head.value = markup.notice(f"{line}: {outcome(run)}")
        said = markup.folded("What it printed", markup.printed(run.said)) if run.said else ""
        self.printed.value = markup.section(markup.printed(run.errors), said)

    def _clicked(self) -> None:
        self._stop(self.brief, self._pressed)
        self._pressed = True
        self.stop_button.description = "Stop at once"
        self.words.value = markup.paragraph("Stopping …")


def outcome(run: Run) -> str:
    """Return in words how a run ended, and what to do."""
    if run.ended is None:
        return f"it was cut off, by a restart of this machine perhaps. {AGAIN}"
    code = run.ended.code
    if code == 0:
        return "done."
    if code in INTERRUPTED:
        return f"stopped. {AGAIN}"
    if code < 0:
        return f"stopped at once. {AGAIN}"
    if run.errors:
        return "it did not work. What to do stands below."
    return "done, but not for all: what it printed says for whom, and why."
