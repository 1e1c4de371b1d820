"""Which kind of file a YAML file is: by its name, by its folder, or by what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from practicum.documents import read_document

__all__ = ["Kind", "kind_of"]

Kind = Literal["course", "brief", "rubric", "roster", "placements"]

BY_NAME: dict[str, Kind] = {
    "brief.yml": "brief",
    "course.yml": "course",
    "roster.yml": "roster",
    "placements.yml": "placements",
}
# The first kind of which a key is there: no other kind has it at its top.
BY_KEY: dict[str, Kind] = {
    "timezone": "course",
    "briefs": "course",
    "employer": "brief",
    "deliverables": "brief",
    "milestones": "brief",
    "criteria": "rubric",
    "competencies": "rubric",
    "students": "roster",
    "instructors": "roster",
    "reviewers": "roster",
    "placements": "placements",
}


def kind_of(file: Path) -> Kind | None:
    """Return which kind of file it is, or None.

    Raises:
        InvalidDocument: Its name and folder do not tell, and it cannot be read.

    """
    if file.name in BY_NAME:
        return BY_NAME[file.name]
    if file.absolute().parent.name == "rubrics":
        return "rubric"
    data = read_document(file).data
    keys = data if isinstance(data, dict) else {}
    return next((kind for key, kind in BY_KEY.items() if key in keys), None)
