"""A link for a reviewer who has no account, made by a click and shown once."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from practicum.errors import PracticumError
from practicum.instructor_desk import markup
from practicum.instructor_desk.moderation import LABEL, WIDE
from practicum.review import DAYS

__all__ = ["Invitations"]

SEND = (
    "Send this link to {name}. It works once, within {days} days, and is not shown again: "
    "of links only a digest is kept."
)
ACCOUNTS = (
    "Reviewers who have an account on the hub need no link: they log in at {address} and are in "
    "the review room."
)


class Invitations:
    """The lines below the reviewers' table: ``view`` is what is shown.

    Args:
        make: Makes a link for a reviewer, by id.

    """

    def __init__(self, make: Callable[[str], str]) -> None:
        self._make = make
        self.head = markup.block(markup.heading("Invite a reviewer", 3))
        self.who = widgets.Dropdown(description="Reviewer", style=LABEL, layout=_wide())
        self.button = widgets.Button(description="Make a link", button_style="primary")
        self.said, self.accounts = markup.block(), markup.block()
        self.link = widgets.Text(description="Link", style=LABEL, layout=_wide())
        self.link.layout.display = "none"
        self.view = widgets.VBox(
            [self.head, self.who, self.button, self.said, self.link, self.accounts]
        )
        self.button.on_click(lambda _: self._clicked())
        self.who.observe(lambda _: self._forget(), "value")

    def show(self, brief: str, reviewers: tuple[tuple[str, str], ...], hub: str = "") -> None:
        """Offer the reviewers of a brief as (name, id); ``hub`` is the address of the hub."""
        kept = self.who.value if self.who.value in {one for _, one in reviewers} else None
        self.who.options = reviewers
        self.who.value = kept or next((one for _, one in reviewers), None)
        self.view.layout.display = "" if reviewers else "none"
        lines = [markup.paragraph(ACCOUNTS.format(address=hub))] if hub else []
        line = markup.command(f"practicum room invite {brief} --all")
        self.accounts.value = markup.section(*lines, line)

    def _forget(self) -> None:
        """Take away a link that was made for somebody else."""
        self.said.value, self.link.value, self.link.layout.display = "", "", "none"

    def _clicked(self) -> None:
        reviewer = self.who.value
        if reviewer is None:
            return
        self._forget()
        try:
            link = self._make(reviewer)
        except PracticumError as error:
            self.said.value = markup.notice(f"There is no link: {error}")
            return
        name = next(name for name, one in self.who.options if one == reviewer)
        self.said.value = markup.notice(SEND.format(name=name, days=DAYS))
        self.link.value, self.link.layout.display = link, ""


def _wide() -> widgets.Layout:
    """Return a layout of one's own: what shares one is hidden together."""
    return widgets.Layout(width="auto", max_width=WIDE)
