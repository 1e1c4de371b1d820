"""The desk: the folder of one brief, and all that the course and the employer put on it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from practicum.briefs import Brief
from practicum.documents import read_document
from practicum.errors import BadInput
from practicum.internship import Terms, read_terms
from practicum.internship.terms import RUBRIC_FILE
from practicum.rubrics import Rubric
from practicum.validation import value_from
from practicum_widgets.sidecar import Sidecar

__all__ = ["Desk"]

SERVICE: Final = "PRACTICUM_SERVICE_URL"
"""The environment variable in which a hub tells where the course's service is."""


@dataclass(frozen=True)
class Desk:
    """What a widget knows: the brief, its rubric, the course's terms, the student's own file."""

    folder: Path
    brief: Brief
    terms: Terms
    sidecar: Sidecar = field(repr=False)

    @classmethod
    def here(cls, folder: str | Path = ".") -> Desk:
        """Find the desk in a folder: where the notebook runs, if nothing else is said.

        Raises:
            BadInput: There is no brief in the folder.
            InvalidDocument: The brief has been changed so that it cannot be read.

        """
        place = Path(folder).resolve()
        file = place / "brief.yml"
        if not file.is_file():
            message = (
                f"{place}: there is no brief.yml here: open the notebook in the folder that you "
                "fetched, or name that folder, such as Desk.here('first-steps')"
            )
            raise BadInput(message)
        brief = value_from(Brief, read_document(file))
        terms = read_terms(place) or Terms(course="course", title=brief.title, brief=brief.id)
        return cls(place, brief, _where_we_are(terms), Sidecar(place, brief.id))

    @cached_property
    def rubric(self) -> Rubric | None:
        """The rubric by which the work is judged, or None where it was not handed out."""
        for file in (self.folder / RUBRIC_FILE, *self._course_rubrics()):
            if file.is_file():
                return value_from(Rubric, read_document(file))
        return None

    def _course_rubrics(self) -> tuple[Path, ...]:
        """Where an instructor's own copy lies: assignments/<brief> beside rubrics/."""
        return (self.folder.parent.parent / "rubrics" / f"{self.brief.rubric}.yml",)

    @cached_property
    def skills(self) -> tuple[str, ...]:
        """The names of the skills that the brief asks for."""
        return tuple(skill.name for skill in self.brief.skills)


def _where_we_are(terms: Terms) -> Terms:
    """Return the terms with the address of the service as it is reached from this server.

    A hub tells its servers; a notebook that was handed out before, or elsewhere, cannot know.
    """
    service = os.environ.get(SERVICE, "").strip()
    if not service.startswith(("http://", "https://")):
        return terms
    return terms.model_copy(update={"service": service})
