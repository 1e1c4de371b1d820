"""Review: employers' assessments become a consensus, and the consensus becomes marks.

``pages`` shows the submissions to employers, ``review`` takes in a file of assessments,
``moderate`` decides where reviewers are far apart; the last two bring the gradebook up to
date through ``apply_marks``. ``reliability_of`` tells how far reviewers can be relied on.
"""

from practicum.review.applying import MarksReport, apply_from_room, apply_marks
from practicum.review.assessing import (
    ReviewReport,
    TemplateRow,
    review,
    template,
    write_template,
)
from practicum.review.disputes import Dispute, Rating, disputes
from practicum.review.moderation import ModerationReport, moderate, pending
from practicum.review.pages import PagesReport, codes_shown, pages
from practicum.review.ports import Gradebook
from practicum.review.reliability_report import (
    CriterionReliability,
    ReliabilityReport,
    ReviewerSeverity,
    reliability_of,
)

__all__ = [
    "CriterionReliability",
    "Dispute",
    "Gradebook",
    "MarksReport",
    "ModerationReport",
    "PagesReport",
    "Rating",
    "ReliabilityReport",
    "ReviewReport",
    "ReviewerSeverity",
    "TemplateRow",
    "apply_from_room",
    "apply_marks",
    "codes_shown",
    "disputes",
    "moderate",
    "pages",
    "pending",
    "reliability_of",
    "review",
    "template",
    "write_template",
]
