"""The internship: what a student writes about the work, beside the notebook. Values only."""

from practicum.internship.record import (
    Achievement,
    Contact,
    HandedFile,
    HandIn,
    Internship,
    Message,
    MilestoneState,
    Objective,
    SelfLevel,
    Supervision,
    SupervisionQuestion,
    TimeEntry,
    Timer,
)
from practicum.internship.released import (
    Released,
    ReleasedCriterion,
    ReleasedRow,
    ReleasedStep,
    read_released,
)
from practicum.internship.terms import WIDGETS, Terms, WidgetName, read_terms
from practicum.internship.text import LARGEST, internship_text, read_internship

__all__ = [
    "LARGEST",
    "WIDGETS",
    "Achievement",
    "Contact",
    "HandIn",
    "HandedFile",
    "Internship",
    "Message",
    "MilestoneState",
    "Objective",
    "Released",
    "ReleasedCriterion",
    "ReleasedRow",
    "ReleasedStep",
    "SelfLevel",
    "Supervision",
    "SupervisionQuestion",
    "Terms",
    "TimeEntry",
    "Timer",
    "WidgetName",
    "internship_text",
    "read_internship",
    "read_released",
    "read_terms",
]
