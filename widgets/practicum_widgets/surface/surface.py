"""The base of the desk's widgets: it shows the student's file, and changes it when it is asked to.

What the page says was saved is on the disk: the change is made to the file first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from practicum.errors import BadInput
from practicum.internship import Internship, WidgetName
from practicum_widgets.desk import Desk
from practicum_widgets.surface.panel import Asked, Panel, whole
from practicum_widgets.surface.twin import Node, h

__all__ = ["Action", "Asked", "Surface"]

Action = Callable[[Internship, Asked], Internship]
"""A change of the student's file that the page may ask for: pure, and validated by the values."""


class Surface(Panel):
    """A widget of the desk. A subclass names itself, and says what it shows and what it changes."""

    widget: ClassVar[WidgetName]
    actions: ClassVar[Mapping[str, Action]] = {}

    def __init__(self, desk: Desk | str | Path | None = None) -> None:
        """Show what stands in the student's file.

        Args:
            desk: The desk, or the folder with the brief; the notebook's own folder by default.

        Raises:
            BadInput: There is no brief there, or its files cannot be read.

        """
        self.desk = desk if isinstance(desk, Desk) else Desk.here(desk or ".")
        super().__init__(self.desk.terms.language)
        self.refresh()

    # --- what a subclass says ---------------------------------------------------------------

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return what the page shows, as plain data."""
        raise NotImplementedError

    def twin(self, internship: Internship) -> Node:
        """Return the same as plain HTML."""
        raise NotImplementedError

    # --- what it does -------------------------------------------------------------------------

    @property
    def is_on(self) -> bool:
        """Whether the course has this widget switched on."""
        return self.widget in self.desk.terms.widgets

    def refresh(self) -> Internship:
        """Show what the file says now."""
        internship = self.desk.sidecar.read()
        self._show(internship)
        return internship

    def do(self, action: str, asked: Asked) -> Internship:
        """Make a change, as the page would ask for it, and show it.

        Raises:
            BadInput: There is no such change, or what is asked for makes no sense.
            PracticumError: It could not be saved.

        """
        asked = whole(asked)
        change = self.actions.get(action)
        if change is None:
            message = f"{self.widget} cannot {action!r}"
            raise BadInput(message)
        try:
            internship = self.desk.sidecar.change(lambda before: change(before, asked))
        except ValidationError as error:
            raise BadInput(_why(error)) from None
        except (KeyError, TypeError, ValueError) as error:
            message = f"{action!r} does not say all that is needed ({type(error).__name__})"
            raise BadInput(message) from None
        self._show(internship)
        return internship

    def now(self) -> datetime:
        """Return the time, in the course's zone."""
        return datetime.now(ZoneInfo(self.desk.terms.timezone))

    def look(self) -> None:
        """Show what another window or kernel has written."""
        if self.desk.sidecar.is_stale():
            self.refresh()

    def still(self) -> Node:
        """Return the twin of what the file says now."""
        return self.twin(self.refresh())

    def _show(self, internship: Internship) -> None:
        self.view = self.seen(internship)
        self.notices = list(self.desk.sidecar.notices)

    def _repr_mimebundle_(self, **options: Any) -> Any:  # noqa: ANN401 (the base class's)
        if not self.is_on:
            off = str(self.words["off"])
            return {"text/plain": off, "text/html": str(h("p", off))}
        return super()._repr_mimebundle_(**options)


def _why(error: ValidationError) -> str:
    """Say in one line what is wrong with what was asked for."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = " ".join(str(part) for part in first["loc"] if isinstance(part, str))
    return f"{place}: {first['msg']}" if place else str(first["msg"])
