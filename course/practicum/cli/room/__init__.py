"""practicum room: one command for each thing that an instructor does about the review room."""

from __future__ import annotations

import click

from practicum.cli.room.anchors import anchors
from practicum.cli.room.links import invite, revoke
from practicum.cli.room.marks import apply
from practicum.cli.room.progress import reminders, status
from practicum.cli.room.questions import answer, messages
from practicum.cli.room.serving import serve
from practicum.cli.room.work import assign, conflict, reassign

__all__ = ["command"]


@click.group()
def command() -> None:
    """Let employers' reviewers judge submissions on a page of their own.

    Say who judges what, make a link for each reviewer, serve the room while they work, and
    take what they said into the gradebook.

    \b
    Example:
      practicum room assign first-steps --each 2
      practicum room invite first-steps --all
      practicum room serve
      practicum room status first-steps
      practicum room apply first-steps
    """


for _command in (
    *(assign, reassign, conflict, anchors, invite, revoke, serve, status, reminders),
    *(messages, answer, apply),
):
    command.add_command(_command)
