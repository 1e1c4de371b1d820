"""Status: where each brief and student stands on the road, and what to do next.

``status`` only looks: it changes nothing, and makes no database where there is none.
"""

from practicum.status.values import (
    STATIONS,
    BriefStatus,
    CourseStatus,
    NextStep,
    Station,
    StudentStatus,
)
from practicum.status.verb import status

__all__ = [
    "STATIONS",
    "BriefStatus",
    "CourseStatus",
    "NextStep",
    "Station",
    "StudentStatus",
    "status",
]
