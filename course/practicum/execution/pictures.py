"""Figures that are drawn once at the end of a cell, not twice.

There matplotlib brings its open figures up to date, and right after that the inline backend
draws each once more, into the picture that is shown. On a screen one sees the first drawing; here
nobody does. Where a layout engine moves things at each drawing both take place, so that pictures
are those of any other kernel, byte by byte.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["draw_once"]

INLINE = "module://matplotlib_inline.backend_inline"


def draw_once(shell: Any) -> None:  # noqa: ANN401 (IPython's shell is untyped)
    """Let figures wait for the drawing that is shown; once, where matplotlib is in memory."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    first: Any = getattr(pyplot, "_draw_all_if_interactive", None)
    if first not in shell.events.callbacks["post_execute"]:
        return

    def draw_what_is_not_shown() -> None:
        """Stand where matplotlib's own function stood, among what follows each cell."""
        managers = pyplot._pylab_helpers.Gcf.get_all_fig_managers()  # noqa: SLF001 (no other way)
        laid_out = any(manager.canvas.figure.get_layout_engine() for manager in managers)
        if laid_out or pyplot.matplotlib.get_backend() not in (INLINE, "inline"):
            first()

    shell.events.unregister("post_execute", first)
    shell.events.callbacks["post_execute"].insert(0, draw_what_is_not_shown)
    # By this name matplotlib takes it away again when another display is chosen.
    pyplot._draw_all_if_interactive = draw_what_is_not_shown  # noqa: SLF001
