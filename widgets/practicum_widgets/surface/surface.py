"""The base of all widgets: it shows the student's file, and changes it when it is asked to.

The page never changes state by itself. It asks, ``{"ask": 7, "do": "add", ...}``; the change is
made to the file; only then comes the answer, ``{"answer": 7, "ok": true, "at": "12:03"}``, and
the new ``view``. What the page says was saved is on the disk.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import anywidget
import traitlets
from pydantic import ValidationError

from practicum.errors import BadInput, PracticumError
from practicum.internship import Internship, WidgetName
from practicum_widgets.desk import Desk
from practicum_widgets.surface.twin import Node, h
from practicum_widgets.surface.words import words_of

__all__ = ["Action", "Surface"]

Asked = Mapping[str, Any]
Action = Callable[[Internship, Asked], Internship]
"""A change of the student's file that the page may ask for: pure, and validated by the values."""

_HERE = Path(__file__).parent


class Surface(anywidget.AnyWidget):
    """A widget of the desk. A subclass names itself, and says what it shows and what it changes.

    Its folder holds ``widget.js`` (which defines ``paint``), ``widget.css`` and ``words.json``.
    """

    widget: ClassVar[WidgetName]
    actions: ClassVar[Mapping[str, Action]] = {}

    view = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    notices: Any = traitlets.List().tag(sync=True)

    def __init_subclass__(cls, **options: Any) -> None:  # noqa: ANN401 (the base class's)
        """Put the page's parts together: what all widgets share, then the widget's own."""
        folder = _folder(cls)
        # anywidget makes a class of its own for each widget, with traits of these names.
        if (folder / "widget.js").is_file() and "_esm" not in vars(cls):
            parts = (_HERE / "surface.js", folder / "widget.js")
            cls._esm = "\n".join(part.read_text(encoding="utf-8") for part in parts)
            parts = (_HERE / "surface.css", folder / "widget.css")
            cls._css = "\n".join(part.read_text(encoding="utf-8") for part in parts)
        super().__init_subclass__(**options)

    def __init__(self, desk: Desk | str | Path | None = None) -> None:
        """Show what stands in the student's file.

        Args:
            desk: The desk, or the folder with the brief; the notebook's own folder by default.

        Raises:
            BadInput: There is no brief there, or its files cannot be read.

        """
        self.desk = desk if isinstance(desk, Desk) else Desk.here(desk or ".")
        super().__init__(words=words_of(_folder(type(self)), self.desk.terms.language))
        self.on_msg(self._asked)
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

    def tell(self, content: dict[str, Any]) -> None:
        """Send the page a message that is no state, such as progress."""
        self.send(content)

    def _asked(self, _widget: object, content: object, _buffers: object) -> None:
        if not isinstance(content, dict) or not isinstance(content.get("do"), str):
            return
        action, number = content["do"], content.get("ask")
        answer: dict[str, Any] = {"answer": number, "ok": True}
        try:
            if action == "look":
                if self.desk.sidecar.is_stale():
                    self.refresh()
            else:
                self.do(action, content)
        except PracticumError as error:
            answer = {"answer": number, "ok": False, "why": str(error)}
        answer["at"] = self.now().strftime("%H:%M")
        self.send(answer)

    def _show(self, internship: Internship) -> None:
        self.view = self.seen(internship)
        self.notices = list(self.desk.sidecar.notices)

    def _repr_mimebundle_(self, **options: Any) -> Any:  # noqa: ANN401 (the base class's)
        if not self.is_on:
            off = str(self.words["off"])
            return {"text/plain": off, "text/html": str(h("p", off))}
        bundle = super()._repr_mimebundle_(**options)
        data, about = bundle if isinstance(bundle, tuple) else (bundle, {})
        data = dict(data or {}) | {"text/html": str(self.twin(self.refresh()))}
        data["text/plain"] = str(self.words["title"])
        return data, about


def _folder(kind: type) -> Path:
    """Return the folder in which a widget's class is written."""
    return Path(str(sys.modules[kind.__module__].__file__)).parent


def _why(error: ValidationError) -> str:
    """Say in one line what is wrong with what was asked for."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = " ".join(str(part) for part in first["loc"] if isinstance(part, str))
    return f"{place}: {first['msg']}" if place else str(first["msg"])
