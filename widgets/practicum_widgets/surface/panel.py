"""What every widget is to a page: words, a view of plain data, and answers to what it asks.

The page never changes state by itself. It asks, ``{"ask": 7, "do": "add", ...}``; what it asks
for is done; only then comes the answer, ``{"answer": 7, "ok": true, "at": "12:03"}``, and the
new ``view``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from practicum.errors import PracticumError
from practicum_widgets.surface.twin import Node
from practicum_widgets.surface.words import words_of

__all__ = ["Asked", "Panel", "whole"]

Asked = Mapping[str, Any]
"""What a page asks for: ``do`` names it, the rest says with what."""

_HERE = Path(__file__).parent


class Panel(anywidget.AnyWidget):
    """A widget whose folder holds ``widget.js`` (which defines ``paint``), CSS and words."""

    view = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    notices: Any = traitlets.List().tag(sync=True)

    def __init_subclass__(cls, **options: Any) -> None:  # noqa: ANN401 (the base class's)
        """Put the page's parts together: what all widgets share, then the widget's own."""
        folder = _folder(cls)
        # anywidget makes a class of its own for each widget, with traits of these names.
        if (folder / "widget.js").is_file() and "_esm" not in vars(cls):
            cls._esm = _joined(_HERE / "surface.js", folder / "widget.js")
            cls._css = _joined(_HERE / "surface.css", folder / "widget.css")
        super().__init_subclass__(**options)

    def __init__(self, language: str = "en") -> None:
        """Begin with the words of a language, and nothing to see."""
        super().__init__(words=words_of(_folder(type(self)), language))
        self.on_msg(self._asked)

    def still(self) -> Node:
        """Return what is there now as plain HTML, the static twin of what the page shows."""
        raise NotImplementedError

    def look(self) -> None:
        """Show what has been changed elsewhere; pages ask for it every few seconds."""
        raise NotImplementedError

    def do(self, action: str, asked: Asked) -> object:
        """Do what the page asks for.

        Raises:
            PracticumError: It cannot be done; the page shows the message.

        """
        raise NotImplementedError

    def now(self) -> datetime:
        """Return the time, in the zone that the page is told."""
        return datetime.now().astimezone()

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
                self.look()
            else:
                self.do(action, content)
        except PracticumError as error:
            answer = {"answer": number, "ok": False, "why": str(error)}
        answer["at"] = self.now().strftime("%H:%M")
        self.send(answer)

    def _repr_mimebundle_(self, **options: Any) -> Any:  # noqa: ANN401 (the base class's)
        bundle = super()._repr_mimebundle_(**options)
        data, about = bundle if isinstance(bundle, tuple) else (bundle, {})
        data = dict(data or {}) | {"text/html": str(self.still())}
        data["text/plain"] = str(self.words["title"])
        return data, about


def whole(value: Any) -> Any:  # noqa: ANN401 (whatever a page sends)
    """Return what a page sent with half characters replaced, which no file can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {str(whole(name)): whole(entry) for name, entry in value.items()}
    return [whole(entry) for entry in value] if isinstance(value, list) else value


def _joined(*parts: Path) -> str:
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)


def _folder(kind: type) -> Path:
    """Return the folder in which a widget's class is written."""
    return Path(str(sys.modules[kind.__module__].__file__)).parent
