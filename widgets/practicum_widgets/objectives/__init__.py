"""Objectives: learning goals made specific and measurable, looked back at in the end."""

from practicum_widgets.objectives.widget import Objectives

__all__ = ["Objectives"]
