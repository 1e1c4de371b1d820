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
from practicum.review.assigning import AssignmentReport, assign, declare_conflict, reassign
from practicum.review.basis import pages_basis
from practicum.review.calibration import (
    AnchorsReport,
    ReviewerCalibration,
    calibration_of,
    set_anchors,
)
from practicum.review.disputes import Dispute, Rating, disputes
from practicum.review.inviting import DAYS, ROOM_ADDRESS, invitation, room_address
from practicum.review.moderation import ModerationReport, moderate, pending
from practicum.review.pages import PagesReport, codes_shown, pages
from practicum.review.ports import Gradebook
from practicum.review.reliability_report import (
    CriterionReliability,
    ReliabilityReport,
    ReviewerSeverity,
    reliability_of,
)
from practicum.review.supervision import SupervisionView, supervision_of
from practicum.review.taking_in import TakenIn, take_in

__all__ = [
    "DAYS",
    "ROOM_ADDRESS",
    "AnchorsReport",
    "AssignmentReport",
    "CriterionReliability",
    "Dispute",
    "Gradebook",
    "MarksReport",
    "ModerationReport",
    "PagesReport",
    "Rating",
    "ReliabilityReport",
    "ReviewReport",
    "ReviewerCalibration",
    "ReviewerSeverity",
    "SupervisionView",
    "TakenIn",
    "TemplateRow",
    "apply_from_room",
    "apply_marks",
    "assign",
    "calibration_of",
    "codes_shown",
    "declare_conflict",
    "disputes",
    "invitation",
    "moderate",
    "pages",
    "pages_basis",
    "pending",
    "reassign",
    "reliability_of",
    "review",
    "room_address",
    "set_anchors",
    "supervision_of",
    "take_in",
    "template",
    "write_template",
]
