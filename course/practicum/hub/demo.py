"""The demo of the hub: a course from a checkout, with its four briefs and its invented people."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from practicum.course import Course
from practicum.errors import BadInput
from practicum.hub.starting import CONFIG
from practicum.sandbox import rungs

__all__ = ["lay_hub_course"]

PARTS: Final = ("course/roster.yml", "course/placements.yml", "nbgrader_config.py", "rubrics")
DUE: Final = timedelta(days=60)

HUB_PORT: Final = 81
SERVICES: Final = 90
"""From the demo's port on: 8000, 8081, 8090 and so on."""


def lay_hub_course(folder: Path, source: Path, *, port: int = 8000) -> Course:
    """Make the course in ``folder``, unless it is there already, and return it.

    Args:
        folder: A folder that is empty or not there yet, or this course.
        source: A checkout of practicum.
        port: Where the hub will be found on this machine; the other ports follow from it.

    Raises:
        BadInput: ``source`` is no checkout, or ``folder`` holds something else.

    """
    folder, source = folder.absolute(), source.absolute()
    if (folder / "course" / "course.yml").is_file():
        course = Course.find(folder)
        if course.settings.hub is None:
            message = f"{folder}: holds a course without a hub section: name another folder"
            raise BadInput(message)
        return course
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder}: holds something that is not this demo: name another folder")
    missing = [part for part in PARTS if not (source / part).exists()]
    if missing:
        message = (
            f"{source / missing[0]} does not exist: the demo needs a checkout of practicum, "
            "because solutions are not installed: practicum hub demo DIR --from CHECKOUT"
        )
        raise BadInput(message)
    _make(folder, Course.find(source), port)
    return Course.find(folder)


def _make(folder: Path, sample: Course, port: int) -> None:
    """Write everything under another name first, so that a half-made course never counts."""
    draft = folder.with_name(f".{folder.name}-draft")
    shutil.rmtree(draft, ignore_errors=True)
    ignore = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    for brief in sample.brief_names:
        target = draft / "assignments" / brief
        shutil.copytree(sample.brief_folder(brief), target, ignore=ignore)
    for name in ("rubrics", "notebooks"):
        shutil.copytree(sample.root / name, draft / name, ignore=ignore)
    (draft / "course").mkdir()
    for name in ("nbgrader_config.py", "course/roster.yml", "course/placements.yml"):
        shutil.copyfile(sample.root / name, draft / name)
    text = "\n".join(_course_yml(sample.brief_names, port)) + "\n"
    (draft / "course" / "course.yml").write_text(text, encoding="utf-8")
    (draft / "course" / "jupyterhub_config.py").write_text(CONFIG, encoding="utf-8")
    if folder.exists():
        folder.rmdir()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft.rename(folder)


def _course_yml(briefs: tuple[str, ...], port: int) -> Iterator[str]:
    due = (datetime.now(UTC) + DUE).replace(hour=23, minute=59, second=0)
    yield "# The course of `practicum hub demo`."
    yield "schema_version: 1"
    yield "id: demo"
    yield "title: Micro-internships, on a hub"
    yield "timezone: UTC"
    yield "placements: placements.yml"
    yield "briefs:"
    for brief in briefs:
        yield f"  - {{brief: {brief}, due: {due:%Y-%m-%dT%H:%M:%S}}}"
    yield "hub:"
    yield f"  address: http://127.0.0.1:{port}"
    yield f"  hub_port: {port + HUB_PORT}"
    yield f"  first_service_port: {port + SERVICES}"
    yield "  authenticator: demo    # one password for all: for your own machine only"
    # Without a box the demo still runs: its students are invented, and have nothing to hide.
    yield f"  spawner: {'boxed' if 'bwrap' in rungs() else 'simple'}"
