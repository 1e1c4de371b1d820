"""All examinations of a course, in the order in which a start would meet the trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from practicum.course import Course
from practicum.doctor.boxes import boxes
from practicum.doctor.clock import clock
from practicum.doctor.databases import gradebook, records
from practicum.doctor.folders import disk, files, folders
from practicum.doctor.hub import accounts, hub, ports
from practicum.doctor.symptoms import Symptom, fail
from practicum.doctor.versions import proxy, versions
from practicum.errors import PracticumError

__all__ = ["EXAMINATIONS", "examine"]

Examination = Callable[[Course], Iterator[Symptom]]

EXAMINATIONS: Final[dict[str, Examination]] = {
    "versions": versions,
    "proxy": proxy,
    "accounts": accounts,
    "ports": ports,
    "folders": folders,
    "files": files,
    "gradebook": gradebook,
    "records": records,
    "sandbox": boxes,
    "clock": clock,
    "disk": disk,
    "hub": hub,
}


def examine(course: Course) -> tuple[Symptom, ...]:
    """Look at everything that a course needs here; one trouble does not hide the next."""
    return tuple(symptom for name in EXAMINATIONS for symptom in _one(name, course))


def _one(name: str, course: Course) -> Iterator[Symptom]:
    try:
        yield from EXAMINATIONS[name](course)
    except PracticumError as error:
        yield fail(name, str(error), "mend that, then run `practicum doctor` again")
    except OSError as error:
        found = f"{error.filename or name}: {error.strerror or error}"
        yield fail(name, found, "check the path and its rights")
