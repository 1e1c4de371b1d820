"""How far reviewers' levels can be trusted: agreement, severity, drift.

Pure: no database, no clock. Nothing here changes a mark; it tells an instructor where to look.
NumPy is imported when a figure is asked for.
"""

from practicum.reliability.agreement import agreement, pooled_agreement
from practicum.reliability.chance import fleiss_kappa, gwet, kappa
from practicum.reliability.disagreement import Metric, alpha
from practicum.reliability.drift import Drift, drift
from practicum.reliability.icc import Icc, icc
from practicum.reliability.ratings import Figure, Rating, Ratings, Reliability
from practicum.reliability.severity import Adjusted, Severity, adjusted, severity

__all__ = [
    "Adjusted",
    "Drift",
    "Figure",
    "Icc",
    "Metric",
    "Rating",
    "Ratings",
    "Reliability",
    "Severity",
    "adjusted",
    "agreement",
    "alpha",
    "drift",
    "fleiss_kappa",
    "gwet",
    "icc",
    "kappa",
    "pooled_agreement",
    "severity",
]
