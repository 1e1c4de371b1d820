"""Before anything runs: brief, rubric and notebook are right in themselves and agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from practicum.briefs import agreement_problems
from practicum.documents import read_document
from practicum.errors import InvalidDocument
from practicum.problems import Problem

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["require_agreement"]


def require_agreement(course: Course, name: str) -> None:
    """Check everything that can be checked by reading.

    Raises:
        InvalidDocument: With every problem, by file and line.

    """
    brief, rubric = course.brief(name), course.rubric(name)
    folder = course.brief_folder(name)
    file = folder / f"{brief.grading.notebook}.ipynb"
    try:
        notebook: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        what = f"the source notebook cannot be read ({type(error).__name__})"
        fix = f"make one with `practicum new brief {name}`, or save it again in JupyterLab"
        raise InvalidDocument([Problem(file, 0, what, fix)]) from None
    problems = sorted(
        agreement_problems(
            brief,
            rubric,
            notebook,
            brief_document=read_document(folder / "brief.yml"),
            rubric_document=read_document(course.root / "rubrics" / f"{brief.rubric}.yml"),
            notebook_file=file,
        )
    )
    if brief.variants and course.settings.hub is None:
        document = read_document(folder / "brief.yml")
        what = "variants are given out by the course's service, and this course has none"
        fix = "add `hub: {}` to course.yml, or take the variants out"
        problems.append(document.problem(("variants",), what, fix))
    if problems:
        raise InvalidDocument(problems)
