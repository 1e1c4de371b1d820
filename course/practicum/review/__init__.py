"""Review: employers' assessments become a consensus, and the consensus becomes marks.

``pages`` shows the submissions to employers, ``review`` takes in a file of assessments,
``moderate`` decides where reviewers are far apart; the last two bring the gradebook up to
date through ``apply_marks``.
"""

from practicum.review.applying import MarksReport, apply_marks
from practicum.review.assessing import (
    ReviewReport,
    TemplateRow,
    review,
    template,
    write_template,
)
from practicum.review.disputes import Dispute, Rating, disputes
from practicum.review.moderation import ModerationReport, moderate, pending
from practicum.review.pages import PagesReport, pages
from practicum.review.ports import Gradebook

__all__ = [
    "Dispute",
    "Gradebook",
    "MarksReport",
    "ModerationReport",
    "PagesReport",
    "Rating",
    "ReviewReport",
    "TemplateRow",
    "apply_marks",
    "disputes",
    "moderate",
    "pages",
    "pending",
    "review",
    "template",
    "write_template",
]
