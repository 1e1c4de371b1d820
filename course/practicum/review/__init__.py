"""Review: employers' assessments become a consensus, and the consensus becomes marks.

``review`` takes in a file of assessments, ``moderate`` decides where reviewers are far
apart, and both bring the gradebook up to date through ``apply_marks``.
"""

from practicum.review.applying import MarksReport, apply_marks
from practicum.review.assessing import (
    ReviewReport,
    TemplateRow,
    review,
    template,
    write_template,
)
from practicum.review.moderation import ModerationReport, moderate, pending
from practicum.review.ports import Gradebook

__all__ = [
    "Gradebook",
    "MarksReport",
    "ModerationReport",
    "ReviewReport",
    "TemplateRow",
    "apply_marks",
    "moderate",
    "pending",
    "review",
    "template",
    "write_template",
]
