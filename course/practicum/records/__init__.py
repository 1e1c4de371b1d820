"""The records: what nbgrader's gradebook does not hold, kept in a database of our own.

Who handed in what and when, what was published, what each employer said, what an
instructor decided, what was released, and a log of all of it.
"""

from practicum.records.allocations import Allocation, AllocationState
from practicum.records.anchors import Anchor
from practicum.records.blind import normal_code
from practicum.records.cases import Case, CaseState, cases_of
from practicum.records.decided import PlacementState, PlacementStep
from practicum.records.invitations import Guest, Invitation
from practicum.records.ledger import Given, HandedIn, Ledger, Offer, SentFile, SoFar, Upload
from practicum.records.logbooks import Logbook, Worked
from practicum.records.messages import Said
from practicum.records.ratings import Rated
from practicum.records.sheets import Draft, Sheet, SubmittedSheet
from practicum.records.store import Records, are_there, with_decided
from practicum.records.values import (
    MAX_WORDS,
    Assessment,
    AuditEntry,
    Decision,
    Finding,
    Grading,
    Publication,
    Receipt,
    Release,
    State,
    plain,
)

__all__ = [
    "MAX_WORDS",
    "Allocation",
    "AllocationState",
    "Anchor",
    "Assessment",
    "AuditEntry",
    "Case",
    "CaseState",
    "Decision",
    "Draft",
    "Finding",
    "Given",
    "Grading",
    "Guest",
    "HandedIn",
    "Invitation",
    "Ledger",
    "Logbook",
    "Offer",
    "PlacementState",
    "PlacementStep",
    "Publication",
    "Rated",
    "Receipt",
    "Records",
    "Release",
    "Said",
    "SentFile",
    "Sheet",
    "SoFar",
    "State",
    "SubmittedSheet",
    "Upload",
    "Worked",
    "are_there",
    "cases_of",
    "normal_code",
    "plain",
    "with_decided",
]
