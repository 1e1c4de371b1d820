"""A whole course: its settings, people and placements, and every brief and rubric in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from practicum.check.briefs import check_brief, check_rubric, nearest
from practicum.check.findings import Findings
from practicum.course import CourseSettings, settings_problems
from practicum.documents import read_document
from practicum.errors import InvalidDocument
from practicum.people import Roster, read_roster
from practicum.placements import Placements, read_placements
from practicum.problems import Problem
from practicum.validation import value_from

__all__ = [
    "check_course",
    "check_placements",
    "check_roster",
    "check_settings",
    "course_root",
    "pay_floor",
]

DEFAULT_FLOOR = 20.0


def course_root(place: Path) -> Path | None:
    """Return the folder of the course at ``place`` or above it, or None."""
    start = place.absolute()
    for folder in (start, *start.parents):
        if (folder / "course" / "course.yml").is_file():
            return folder
    return None


def pay_floor(place: Path) -> float:
    """Return the least pay for an hour in the course around ``place``."""
    root = course_root(place)
    settings = _settings(root / "course" / "course.yml", Findings()) if root else None
    return settings.policies.pay_floor if settings else DEFAULT_FLOOR


def check_course(root: Path, findings: Findings) -> None:
    """Check everything of the course in ``root``."""
    settings_file = root / "course" / "course.yml"
    check_settings(settings_file, findings)
    settings = _settings(settings_file, Findings())
    roster_file = root / "course" / (settings.roster if settings else "roster.yml")
    check_roster(roster_file, findings)
    if settings is not None and settings.placements is not None:
        check_placements(root / "course" / settings.placements, findings)
    floor = settings.policies.pay_floor if settings else DEFAULT_FLOOR
    for file in sorted(root.glob("assignments/*/brief.yml")):
        check_brief(file, findings, pay_floor=floor)
    for file in sorted(root.glob("rubrics/*.yml")):
        check_rubric(file, findings)


def check_settings(file: Path, findings: Findings) -> None:
    """Check a course.yml, that its briefs exist, and that somebody reviews each of them."""
    settings = _settings(file, findings)
    if settings is None:
        return
    document = read_document(file)
    assignments = file.absolute().parent.parent / "assignments"
    known = [found.parent.name for found in assignments.glob("*/brief.yml")]
    for index, scheduled in enumerate(settings.briefs):
        if scheduled.brief not in known:
            what = f"there is no brief {scheduled.brief!r} in {assignments.name}/"
            findings.problems.add(
                document.problem(("briefs", index, "brief"), what, nearest(scheduled.brief, known))
            )
    roster = _quietly(file.parent / settings.roster)
    for index, scheduled in enumerate(settings.briefs if roster else ()):
        if roster is not None and not roster.reviewers_of(scheduled.brief):
            what = f"nobody at the employer reviews {scheduled.brief!r}"
            fix = f"add a reviewer with that brief to {settings.roster}"
            findings.warnings.add(document.problem(("briefs", index), what, fix))


def check_roster(file: Path, findings: Findings) -> None:
    """Check a roster, and that its reviewers' briefs are those of the course beside it."""
    roster = findings.read(file, read_roster)
    beside = file.parent / "course.yml"
    settings = _settings(beside, Findings()) if beside.is_file() else None
    if roster is not None and settings is not None:
        offered = [scheduled.brief for scheduled in settings.briefs]
        findings.problems.update(_strange_briefs(roster, offered, file))


def check_placements(file: Path, findings: Findings) -> None:
    """Check placements; against people and briefs when the course is beside them."""
    beside = file.parent / "course.yml"
    settings = _settings(beside, Findings()) if beside.is_file() else None
    roster = _quietly(file.parent / settings.roster) if settings else None
    if settings is None or roster is None:
        findings.read(file, lambda file: value_from(Placements, read_document(file)))
        return
    offered = tuple(scheduled.brief for scheduled in settings.briefs)
    findings.read(file, partial(read_placements, roster=roster, briefs=offered))


def _settings(file: Path, findings: Findings) -> CourseSettings | None:
    def read(file: Path) -> CourseSettings:
        document = read_document(file)
        settings = value_from(CourseSettings, document)
        findings.problems.update(settings_problems(settings, document))
        return settings

    return findings.read(file, read)


def _quietly(file: Path) -> Roster | None:
    """Return the roster; its own problems are told where the roster itself is checked."""
    try:
        return read_roster(file)
    except InvalidDocument:
        return None


def _strange_briefs(roster: Roster, offered: list[str], file: Path) -> Iterator[Problem]:
    document = read_document(file)
    for index, reviewer in enumerate(roster.reviewers):
        for place, brief in enumerate(reviewer.briefs):
            if brief not in offered:
                what = f"{reviewer.id} reviews {brief!r}, which the course does not offer"
                where = ("reviewers", index, "briefs", place)
                yield document.problem(where, what, nearest(brief, offered))
