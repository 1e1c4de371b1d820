"""Briefs: what employers ask for. Values only; nothing here touches nbgrader or a database."""

from practicum.briefs.agreement import agreement_problems
from practicum.briefs.brief import Brief, Deliverable, Milestone, Pay, Skill
from practicum.briefs.checks import brief_problems, read_brief

__all__ = [
    "Brief",
    "Deliverable",
    "Milestone",
    "Pay",
    "Skill",
    "agreement_problems",
    "brief_problems",
    "read_brief",
]
