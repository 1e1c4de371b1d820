"""What lies beside a released notebook for the student's widgets: the rubric, and the terms."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from practicum.internship import Terms
from practicum.internship.terms import RUBRIC_FILE, TERMS_FILE

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["lay_beside", "terms_of"]


def terms_of(course: Course, brief: str) -> Terms:
    """Return what the course tells the notebooks of a brief."""
    settings = course.settings
    return Terms(
        course=course.id,
        title=settings.title,
        brief=brief,
        due=course.due(brief),
        timezone=settings.timezone,
        language=settings.language,
        late=settings.policies.late,
        limits=settings.limits,
        widgets=settings.widgets,
        service=settings.service,
    )


def lay_beside(stage: Course, course: Course, brief: str) -> None:
    """Write the rubric and the terms into a stage's release folder."""
    release = stage.station("release", brief=brief)
    rubric = f"{course.brief(brief).rubric}.yml"
    shutil.copyfile(course.root / "rubrics" / rubric, release / RUBRIC_FILE)
    terms = terms_of(course, brief).model_dump_json(indent=1)
    (release / TERMS_FILE).write_text(terms + "\n", encoding="utf-8")
