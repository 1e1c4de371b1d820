"""Receipts: that something was handed in, signed by the course; anybody can check one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from practicum.depot import Depot
from practicum.records import HandedIn
from practicum.records.ledger import AssignmentName, Person
from practicum.service.callers import Anybody, Caller
from practicum.service.paging import After, Limit, Page, page_of
from practicum.service.refusals import refusal
from practicum.service.released import depot_of
from practicum.service.shared import Here, Shared
from practicum.values import Value

__all__ = ["router"]

router = APIRouter(prefix="/receipts", tags=["receipts"])


class Signed(Value):
    """A receipt; ``receipt`` is a JWS (EdDSA) over the rest, for whoever has to prove it."""

    id: str
    assignment: str
    student: str
    received_at: datetime
    sha256: str
    files: int
    size: int
    receipt: str


class VerifyingKey(Value):
    """The public key, in PEM, that a receipt's signature is checked with."""

    kid: str
    alg: str = "EdDSA"
    pem: str


@router.get("")
def receipts(  # noqa: PLR0913, PLR0917 (each is a part of the address)
    who: Anybody,
    here: Here,
    assignment: Annotated[AssignmentName | None, Query()] = None,
    student: Annotated[Person | None, Query(description="only this one, for instructors")] = None,
    limit: Limit = 100,
    after: After = "",
) -> Page[Signed]:
    """List a student's own receipts; those of all for those who run the course."""
    _check_role(who)
    whose = student if who.runs_the_course else who.name
    taken = here.records.handed_in(here.watch.course.id, assignment, whose)
    return page_of(
        map(_signed, taken),
        lambda one: f"{one.received_at:%Y%m%dT%H%M%S.%f}-{one.id}",
        limit,
        after,
    )


@router.get("/key")
def key(_who: Anybody, here: Here) -> VerifyingKey:
    """Return the key that receipts are checked with."""
    signer = _depot(here).key
    return VerifyingKey(kid=signer.number, pem=signer.public_pem)


@router.get("/{number}")
def receipt(
    number: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")], who: Anybody, here: Here
) -> Signed:
    """Return one receipt, also of what its student has taken back since."""
    _check_role(who)
    taken = here.records.submission(number)
    mine = taken is not None and (who.runs_the_course or taken.student == who.name)
    if taken is None or not mine or taken.course != here.watch.course.id:
        raise refusal(404, "there is no such receipt of yours")
    return _signed(taken)


def _check_role(who: Caller) -> None:
    if who.role in {"reviewer", "guest"}:
        raise refusal(403, "receipts are for students and instructors of the course")


def _depot(here: Shared) -> Depot:
    depot = depot_of(here.watch.course, here.records)
    if depot is None:
        raise refusal(404, "this course exchanges files by a folder, and signs no receipts")
    return depot


def _signed(taken: HandedIn) -> Signed:
    about = taken.model_dump(include=set(Signed.model_fields) - {"files"})
    return Signed.model_validate(about | {"files": len(taken.files)})
