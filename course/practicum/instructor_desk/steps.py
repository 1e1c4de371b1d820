"""The next steps, each one click away."""

from __future__ import annotations

from collections.abc import Callable, Collection

import ipywidgets as widgets

from practicum.instructor_desk import markup
from practicum.instructor_desk.actions import Action

__all__ = ["Steps"]

MOST = 20


class Steps:
    """The list of what to do next: ``view`` is what is shown.

    What students see asks first: the answer is another button at another place, so that a double
    click never answers it.

    Args:
        run: Called with what is to be started.
        go: Called with the brief whose section is to be shown.

    """

    def __init__(self, run: Callable[[Action], None], go: Callable[[str], None]) -> None:
        self._run, self._go = run, go
        self._asked: Action | None = None
        self.buttons: dict[str, widgets.Button] = {}
        self._briefs: dict[str, str] = {}
        self.head = markup.block(markup.heading("What to do next"))
        self.list, self.question = widgets.VBox(), markup.block()
        self.yes = widgets.Button(button_style="danger")
        self.no = widgets.Button(description="No, leave it")
        answers = widgets.HBox([self.no, self.yes], layout=widgets.Layout(flex_flow="wrap"))
        self.asking = widgets.VBox([self.question, answers])
        self.asking.add_class("asking")
        self.asking.layout.display = "none"
        self.yes.on_click(lambda _: self._agreed())
        self.no.on_click(lambda _: self._dismiss())
        self.view = widgets.VBox([self.head, self.list, self.asking])

    def show(self, actions: tuple[Action, ...], busy: Collection[str]) -> None:
        """Show what to do; a button whose brief is ``busy`` waits until that is done."""
        self.buttons, self._briefs = {}, {}
        rows: list[widgets.Widget] = [self._row(action, busy) for action in actions[:MOST]]
        if not rows:
            rows = [markup.block(markup.paragraph("There is nothing to do."))]
        if len(actions) > MOST:
            more = f"And {len(actions) - MOST} more: practicum status names them all."
            rows.append(markup.block(markup.paragraph(more)))
        self.list.children = tuple(rows)
        if self._asked not in actions or self._asked.brief in busy:
            self._dismiss()

    def wait(self, brief: str) -> None:
        """Take the buttons of a brief out of reach until the list is made anew."""
        for label, button in self.buttons.items():
            if self._briefs.get(label) == brief:
                button.disabled = True

    def _row(self, action: Action, busy: Collection[str]) -> widgets.Widget:
        waits = action.kind == "run" and action.brief in busy
        reason = f"{action.reason} (something runs on it)" if waits else action.reason
        words = markup.block(markup.section(markup.paragraph(reason), markup.command(action.line)))
        if action.kind == "link":
            start: widgets.Widget = markup.block(markup.link(action.label, action.address))
        else:
            start = widgets.Button(
                description=action.label,
                button_style="primary" if action.kind == "run" else "",
                disabled=waits,
            )
            start.on_click(lambda _, chosen=action: self._clicked(chosen))
            self.buttons[action.label] = start
            if action.kind == "run":
                self._briefs[action.label] = action.brief
        start.add_class("start")
        row = widgets.HBox([start, words])
        row.add_class("step")
        return row

    def _clicked(self, action: Action) -> None:
        if action.kind == "section":
            self._go(action.brief)
        elif action.asks:
            self._asked = action
            self.question.value = markup.notice(action.asks)
            self.yes.description = action.agrees
            self.asking.layout.display = ""
        else:
            self._dismiss()
            self._run(action)

    def _agreed(self) -> None:
        action = self._asked
        self._dismiss()
        if action is not None:
            self._run(action)

    def _dismiss(self) -> None:
        self._asked = None
        self.asking.layout.display = "none"
