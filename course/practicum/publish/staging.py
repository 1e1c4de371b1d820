"""A copy of the course in which a brief can be tried without harm."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from practicum.course import Databases
from practicum.errors import InvalidDocument
from practicum.gradebook import copy_gradebook
from practicum.marks import share_points
from practicum.problems import Problem

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.rubrics import Rubric

__all__ = ["set_criterion_points", "staged"]

PREFIX = ".publish-"
LEFT_OUT = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", "*.pyc", ".*")


@contextmanager
def staged(course: Course, brief: str) -> Iterator[Course]:
    """Give a course of its own that holds a copy of the brief and of the gradebook.

    The caller is the course's sole writer, so that an older stage is one of a killed process.
    """
    course.prepare_work()
    for stale in course.work.glob(f"{PREFIX}*"):
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=course.work) as folder:
        # The stage's databases are files of its own, wherever the course keeps its own.
        stage = dataclasses.replace(course, root=Path(folder), databases=Databases())
        rubric = course.brief(brief).rubric
        shutil.copytree(course.brief_folder(brief), stage.brief_folder(brief), ignore=LEFT_OUT)
        (stage.root / "rubrics").mkdir()
        shutil.copyfile(
            course.root / "rubrics" / f"{rubric}.yml", stage.root / "rubrics" / f"{rubric}.yml"
        )
        # nbgrader's late policy reads course.yml from the folder that it is told.
        shutil.copytree(
            course.root / "course",
            stage.root / "course",
            ignore=shutil.ignore_patterns("work", "practicum", "cohort", "__pycache__", ".*"),
        )
        copy_gradebook(course.gradebook_url, stage.gradebook_url, course.id)
        stage.work.mkdir(parents=True, exist_ok=True)
        yield stage


def set_criterion_points(notebook: Path, rubric: Rubric, share: float) -> dict[str, float]:
    """Set the points of the employer's criteria so that they make up ``share`` of the mark.

    Args:
        notebook: The source notebook, which is written anew.
        rubric: Its employer-rated criteria share the points by their weights.
        share: The employer's part of the whole mark, from 0 to below 1.

    Returns:
        The points of each criterion's cell.

    Raises:
        InvalidDocument: The file is not a notebook.

    """
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        graded = {
            meta["grade_id"]: meta
            for cell in content["cells"]
            if (meta := cell["metadata"].get("nbgrader")) and (meta["grade"] or meta.get("task"))
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = Problem(
            notebook, 0, f"not an nbgrader notebook ({error!r})", "run `practicum check`"
        )
        raise InvalidDocument([problem]) from None
    weights = {criterion.cell: criterion.weight for criterion in rubric.rated_by("employer")}
    others = sum(float(meta["points"]) for name, meta in graded.items() if name not in weights)
    points = share_points(weights, others, share)
    for name, value in points.items():
        _task(graded, name, notebook)["points"] = value
    notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    return points


def _task(graded: dict[str, Any], name: str, notebook: Path) -> dict[str, Any]:
    if name not in graded:
        problem = Problem(
            notebook, 0, f"there is no task cell {name!r}", "add one for the rubric's criterion"
        )
        raise InvalidDocument([problem])
    meta: dict[str, Any] = graded[name]
    return meta
