"""Check and hand in: a clean run, what is missing, the way to the course, a receipt."""

from practicum_widgets.hand_in.widget import HandIn

__all__ = ["HandIn"]
