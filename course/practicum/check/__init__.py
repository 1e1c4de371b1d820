"""Check: tell every problem of a course's files at once, and what to do about each."""

from practicum.check.checking import check, problems_of
from practicum.check.findings import CheckReport

__all__ = ["CheckReport", "check", "problems_of"]
