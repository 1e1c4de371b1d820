"""Milestones and hours: a board, a timer, a log, and a picture of what is left."""

from practicum_widgets.milestones.widget import Milestones

__all__ = ["Milestones"]
