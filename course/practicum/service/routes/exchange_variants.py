"""A brief with variants, as each student gets it: the release with the student's own values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from random import SystemRandom
from typing import Annotated

from fastapi import Depends

from practicum.briefs.variants import Variant, draw, with_variant
from practicum.depot import Depot
from practicum.records import Offer, SentFile
from practicum.service.routes.exchange_access import Assignment, Here, InCourse, Member, TheDepot
from practicum.service.shared import Shared

__all__ = ["OfferedHere", "Personal", "give_values"]


@dataclass(frozen=True)
class Personal:
    """A release as the caller gets it; ``own`` are the contents that only the caller gets."""

    offer: Offer | None
    own: Mapping[str, bytes] = field(default_factory=dict)


def _personal(member: InCourse, name: Assignment, here: Here, depot: TheDepot) -> Personal:
    offer = depot.ledger.offer(member.course, name)
    if offer is None or member.runs or not _varies(member, name, here):
        return Personal(offer)
    brief = here.course.brief(name)
    notebook = f"{brief.grading.notebook}.ipynb"
    file = next((file for file in offer.files if file.path == notebook), None)
    if file is None:
        return Personal(offer)
    variant = _given(here, name, member.name)
    content = with_variant(_text(depot, offer, file), variant).encode()
    mine = SentFile(path=notebook, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    files = tuple(mine if one is file else one for one in offer.files)
    whole = hashlib.sha256(f"{offer.sha256}{mine.sha256}".encode()).hexdigest()
    own = offer.model_copy(update={"files": files, "sha256": whole})
    return Personal(own, {mine.sha256: content})


OfferedHere = Annotated[Personal, Depends(_personal)]
"""The release that the address names, as the caller gets it."""

CHANCE = SystemRandom()
"""Nobody can tell a value beforehand."""


def give_values(member: Member, name: str, student: str, here: Shared) -> None:
    """Give a student values of their own, if the brief has variants and none were fetched.

    Whoever hands in a friend's notebook without having fetched one is graded with these.
    """
    if _varies(member, name, here):
        _given(here, name, student)


def _given(here: Shared, name: str, student: str) -> Variant:
    return here.records.give_variant(
        name, student, partial(draw, here.course.brief(name).variants, CHANCE)
    )


def _varies(member: Member, name: str, here: Shared) -> bool:
    """Whether this is a brief of the course that has variants."""
    course = here.course
    return member.own and name in course.brief_names and bool(course.brief(name).variants)


def _text(depot: Depot, offer: Offer, file: SentFile) -> str:
    return b"".join(depot.read(offer, file.sha256)).decode("utf-8")
