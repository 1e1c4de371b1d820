"""How commands say things: whole lines, and numbers with their words."""

from __future__ import annotations

from practicum.cli.output import console

__all__ = ["say", "some"]


def say(line: str) -> None:
    """Print a line as it is; a command or a path in it is never broken."""
    console.print(line, markup=False, soft_wrap=True)


def some(number: int, thing: str, things: str = "") -> str:
    """Return "1 mark", "2 marks"; ``things`` is the plural that is not made by an s."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"
