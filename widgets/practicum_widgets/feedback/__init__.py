"""Feedback: after release, marks by criterion, the employer's words, what to do next."""

from practicum_widgets.feedback.widget import Feedback

__all__ = ["Feedback"]
