"""A desk as a course hands it out, for the tests of widgets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.internship import Terms
from practicum.internship.terms import TERMS_FILE
from practicum_widgets import Desk

REPOSITORY = Path(__file__).parents[2]

Lay = Callable[..., Desk]


def lay_desk(folder: Path, brief: str = "first-steps", **terms: Any) -> Desk:
    """Lay a desk: the brief, its rubric and the course's terms in a folder of its name."""
    place = folder / brief
    place.mkdir(parents=True)
    shutil.copy(REPOSITORY / "assignments" / brief / "brief.yml", place)
    shutil.copy(REPOSITORY / "rubrics" / f"{brief}.yml", place / "rubric.yml")
    told = Terms(course="c", title="A course", brief=brief, **terms)
    (place / TERMS_FILE).write_text(told.model_dump_json(), encoding="utf-8")
    return Desk.here(place)


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Lay desks below the test's folder."""
    return lambda *names, **terms: lay_desk(tmp_path, *names, **terms)


@pytest.fixture
def desk(lay: Lay) -> Desk:
    """A desk of the first brief."""
    return lay()
