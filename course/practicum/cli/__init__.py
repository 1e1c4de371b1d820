"""The command ``practicum``: it parses, calls a verb, and prints what came back."""

from practicum.cli.main import main

__all__ = ["main"]
