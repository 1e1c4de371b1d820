"""The groups of the hub, made from the roster."""

from __future__ import annotations

from traitlets.config import Config

from practicum.hub.names import Names
from practicum.hub.plan import Plan

__all__ = ["groups_of", "set_groups"]


def set_groups(c: Config, plan: Plan) -> None:
    """Set the groups with their members; those of plain courses are filled on the hub."""
    groups = {name: {"users": sorted(users)} for name, users in groups_of(plan).items()}
    for course in plan.hosting.plain_courses:
        plain = Names(course)
        groups[plain.instructors] = {"users": []}
        groups[plain.students] = {"users": []}
    c.JupyterHub.load_groups = groups


def groups_of(plan: Plan) -> dict[str, set[str]]:
    """Return the members of the course's own groups."""
    names, roster = plan.names, plan.course.roster
    return {
        names.instructors: {*(person.id for person in roster.instructors), names.grader},
        names.students: {person.id for person in roster.students},
        names.reviewers: {person.id for person in roster.reviewers},
    }
