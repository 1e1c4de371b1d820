"""Where a new course's first brief comes from: this package, or another course."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass
from pathlib import Path

from practicum.briefs import Brief, read_brief
from practicum.course import Course
from practicum.errors import BadInput
from practicum.rubrics import read_rubric

__all__ = ["FIRST", "Material", "other_course", "own_seed"]

FIRST = "first-steps"


@dataclass(frozen=True)
class Material:
    """What a new course is made from: folders, and the briefs to take, in their order."""

    assignments: Path
    rubrics: Path
    notebooks: Path
    briefs: tuple[Brief, ...]
    pay_floor: float = 20


def package() -> Path:
    """Return the folder of the installed package."""
    return Path(str(importlib.resources.files("practicum")))


def repository() -> Path:
    """Return the folder around course/ when the package is used from a checkout."""
    return package().parents[1]


def schemas() -> Path:
    """Return the folder of the JSON Schemas."""
    inside = package() / "schemas"
    return inside if inside.is_dir() else repository() / "course" / "schemas"


def own_seed() -> Material:
    """Return the first-steps brief that comes with practicum.

    Raises:
        BadInput: The installation is not whole.

    """
    for base in (package() / "seed", repository()):
        if (base / "assignments" / FIRST / "brief.yml").is_file():
            return _material(base, (FIRST,), 20)
    raise BadInput(f"{package()}: the first brief is missing: install practicum again")


def other_course(place: Path, *, everything: bool = False) -> Material:
    """Return the briefs of the course or checkout at ``place``.

    Args:
        place: A folder with assignments/ and rubrics/.
        everything: All briefs in assignments/, not only those that course.yml offers.

    Raises:
        BadInput: There is no brief.
        InvalidDocument: A brief or rubric has problems.

    """
    found = sorted(file.parent.name for file in place.glob("assignments/*/brief.yml"))
    if not found:
        raise BadInput(f"{place}: no brief in assignments/: name the folder of a course")
    if not (place / "course" / "course.yml").is_file():
        return _material(place, tuple(found), 0)
    course = Course.find(place)
    names = tuple(found) if everything else course.brief_names
    return _material(place, names, course.policies.pay_floor)


def _material(base: Path, names: tuple[str, ...], pay_floor: float) -> Material:
    """Read the briefs, with those that they name as the way out, and their rubrics."""
    briefs: dict[str, Brief] = {}
    wanted = list(names)
    for name in wanted:
        if name in briefs:
            continue
        briefs[name] = read_brief(base / "assignments" / name / "brief.yml", pay_floor=pay_floor)
        read_rubric(base / "rubrics" / f"{briefs[name].rubric}.yml")
        if briefs[name].legal.alternative_brief:
            wanted.append(str(briefs[name].legal.alternative_brief))
    chosen = tuple(briefs.values())
    paid = [b.pay.per_hour(b.hours) for b in chosen if b.pay.kind != "unpaid"]
    places = (base / "assignments", base / "rubrics", base / "notebooks")
    return Material(*places, briefs=chosen, pay_floor=pay_floor or min([20, *paid]))
