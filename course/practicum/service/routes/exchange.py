"""The exchange: assignments out, submissions in, feedback back; each to its owner alone."""

# ruff: noqa: FAST003 (the dependencies read what the address says)

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, BackgroundTasks, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, StreamingResponse

from practicum.depot import OWN, Begun, Depot, Done, Order, Rules, space_of, sweep_if_due
from practicum.records import HandedIn, Upload
from practicum.records.ledger import AssignmentName, Person
from practicum.service.callers import Anybody
from practicum.service.refusals import refusal
from practicum.service.routes.exchange_access import (
    Assignment,
    Here,
    InCourse,
    Member,
    Running,
    Taking,
    TheDepot,
    courses_of,
    kept,
    owned,
    rules_for,
)
from practicum.service.routes.exchange_answers import (
    Answer,
    CourseSeen,
    FeedbackSeen,
    Manifest,
    Offered,
    Received,
    Submission,
    contents_of,
)
from practicum.service.routes.exchange_variants import OfferedHere, give_values

__all__ = ["router"]

router = APIRouter(prefix="/exchange", tags=["exchange"])

NO_FILE: Final = "there is no such file, or it is not for you"
RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{1,15})?")
Sha = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="the SHA-256 of the content")]
Number = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="the id")]
Most = Annotated[int, Query(ge=1, le=1000)]


@router.get("/courses")
def courses(who: Anybody, here: Here) -> tuple[CourseSeen, ...]:
    """Return the courses of the caller, and what the caller is in each."""
    members = courses_of(who, here.watch.course)
    return tuple(CourseSeen(course=one.course, role=one.part) for one in members)


@router.get("/key", response_class=PlainTextResponse)
def key(_who: Anybody, depot: TheDepot) -> str:
    """Return the public key, in PEM, that checks receipts."""
    return depot.key.public_pem


@router.get("/{course}/assignments")
def assignments(member: InCourse, depot: TheDepot) -> tuple[Offered, ...]:
    """Return what is released in a course."""
    return tuple(Offered.of(offer) for offer in depot.ledger.offers(member.course))


@router.get("/{course}/assignments/{name}")
def assignment(here_is: OfferedHere) -> Offered:
    """Return a released assignment with the list of its files."""
    if here_is.offer is None:
        raise refusal(404, "nothing of that name is released in this course")
    return Offered.of(here_is.offer)


@router.put("/{course}/assignments/{name}")
def release(member: Running, name: Assignment, manifest: Manifest, depot: TheDepot) -> Answer:
    """Release an assignment; what is missing then is sent to ``uploads``."""
    order = _order("release", member, name, manifest, replace=manifest.replace)
    with kept():
        return Answer.of(depot.begin(order, OWN, contents_of(manifest)))


@router.delete("/{course}/assignments/{name}", status_code=204)
def take_back(member: Running, name: Assignment, depot: TheDepot) -> Response:
    """Take a release back; what was handed in stays."""
    if not depot.ledger.take_back(member.course, name, member.name):
        raise refusal(404, "nothing of that name is released in this course")
    return Response(status_code=204)


@router.get("/{course}/assignments/{name}/files/{sha256}", response_class=StreamingResponse)
def assignment_file(
    here_is: OfferedHere,
    sha256: Sha,
    depot: TheDepot,
    wanted: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> Response:
    """Return a file of a released assignment."""
    return _file(depot, here_is.offer, sha256, wanted, here_is.own)


@router.post("/{course}/assignments/{name}/submissions")
def hand_in(  # noqa: PLR0913, PLR0917 (what the address and the body say)
    member: InCourse,
    name: Assignment,
    manifest: Manifest,
    depot: TheDepot,
    here: Here,
    later: BackgroundTasks,
) -> Answer:
    """Hand in: with small files at once, with larger ones after they were sent to ``uploads``."""
    if depot.ledger.offer(member.course, name) is None:
        raise refusal(404, "nothing of that name is released in this course")
    taking = Taking.of(member, manifest.student, here.watch.course)
    order = _order("submission", member, name, manifest, student=taking.student)
    later.add_task(sweep_if_due, depot)
    rules = rules_for(here, course=member.course, assignment=name)
    give_values(member, name, taking.student, here)
    with kept():
        begun = depot.begin(order, rules, contents_of(manifest))
    if isinstance(begun.done, HandedIn) and member.own:
        here.has_arrived(begun.done)
    return Answer.of(begun)


@router.get("/uploads/{upload}/files/{sha256}")
def upload_have(who: Anybody, upload: Number, sha256: Sha, depot: TheDepot) -> Received:
    """Return how many bytes of a file of an upload are here."""
    return Received(have=depot.have(upload, who.name, sha256))


@router.put("/uploads/{upload}/files/{sha256}")
async def upload_piece(  # noqa: PLR0913, PLR0917 (what the address says)
    who: Anybody,
    upload: Number,
    sha256: Sha,
    depot: TheDepot,
    request: Request,
    offset: Annotated[int, Query(ge=0, lt=1 << 50)] = 0,
) -> Received:
    """Take a piece of a file that begins at ``offset``; answers where the next one begins."""
    data = await request.body()

    def keep() -> int:
        with kept():
            return depot.piece(upload, who.name, sha256, offset, data)

    return Received(have=await run_in_threadpool(keep))


@router.post("/uploads/{upload}/commit")
def commit(who: Anybody, upload: Number, depot: TheDepot, here: Here) -> Answer:
    """Complete an upload; the answer to a submission has the receipt, each time the same."""

    def still_allowed(begun: Upload) -> Rules:
        """Whoever has left the course, or runs it no longer, completes nothing."""
        parts = {one.course: one.part for one in courses_of(who, here.watch.course)}
        if parts.get(begun.course) is None or (
            begun.kind != "submission" and parts[begun.course] != "course"
        ):
            raise refusal(403, "you have no part in this course any more")
        return rules_for(here, begun) if begun.kind == "submission" else OWN

    with kept():
        done = depot.commit(upload, who.name, still_allowed)
    if isinstance(done, HandedIn) and done.course == here.watch.course.id:
        here.has_arrived(done)
    return Answer.of(Begun(id=upload, done=done))


@router.get("/{course}/submissions")
def submissions(  # noqa: PLR0913, PLR0917 (what may be asked for)
    member: InCourse,
    depot: TheDepot,
    assignment: Annotated[AssignmentName | None, Query()] = None,
    student: Annotated[Person | None, Query()] = None,
    after: Annotated[str, Query(pattern=r"^([0-9a-f]{32})?$")] = "",
    limit: Most = 500,
) -> tuple[Submission, ...]:
    """Return submissions, oldest first; ``after`` is the id of the last one known.

    Students are told of their own alone, whatever they ask for.
    """
    whose = student if member.runs else member.name
    found = depot.ledger.handed_in(member.course, assignment, whose)
    numbers = [one.id for one in found]
    begin = numbers.index(after) + 1 if after in numbers else 0
    given = {
        one.about: one.sha256 for one in depot.ledger.given_back(member.course, assignment, whose)
    }
    page = found[begin : begin + limit]
    return tuple(Submission.of(one, given.get(one.id, "")) for one in page)


@router.get("/{course}/submissions/{number}")
def submission(member: InCourse, number: Number, depot: TheDepot) -> Submission:
    """Return a submission, with its receipt."""
    return Submission.of(owned(depot.ledger.submission(number), member))


@router.delete("/{course}/submissions/{number}", status_code=204)
def remove(member: Running, number: Number, depot: TheDepot) -> Response:
    """Leave a submission out of the lists; its files and its receipt stay."""
    taken = owned(depot.ledger.submission(number), member)
    depot.ledger.remove(taken.id, member.name)
    return Response(status_code=204)


@router.get("/{course}/submissions/{number}/files/{sha256}", response_class=StreamingResponse)
def submission_file(
    member: InCourse,
    number: Number,
    sha256: Sha,
    depot: TheDepot,
    wanted: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> Response:
    """Return a file of a submission."""
    return _file(depot, owned(depot.ledger.submission(number), member), sha256, wanted)


@router.put("/{course}/submissions/{number}/feedback")
def give_back(member: Running, number: Number, manifest: Manifest, depot: TheDepot) -> Answer:
    """Give feedback on a submission; what is missing then is sent to ``uploads``."""
    taken = owned(depot.ledger.submission(number), member)
    order = _order(
        "feedback", member, taken.assignment, manifest, student=taken.student, about=taken.id
    )
    with kept():
        return Answer.of(depot.begin(order, OWN, contents_of(manifest)))


@router.get("/{course}/feedback")
def feedback(
    member: InCourse,
    depot: TheDepot,
    assignment: Annotated[AssignmentName | None, Query()] = None,
    student: Annotated[Person | None, Query()] = None,
) -> tuple[FeedbackSeen, ...]:
    """Return the newest feedback on each submission: students their own alone."""
    whose = student if member.runs else member.name
    found = depot.ledger.given_back(member.course, assignment, whose)
    return tuple(FeedbackSeen.of(one) for one in found)


@router.get("/{course}/feedback/files/{sha256}", response_class=StreamingResponse)
def feedback_file(
    member: InCourse,
    sha256: Sha,
    depot: TheDepot,
    student: Annotated[Person | None, Query()] = None,
    wanted: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> Response:
    """Return a file of feedback: students of their own alone."""
    whose = student if member.runs else member.name
    given = depot.ledger.given_back(member.course, student=whose)
    named = (one for one in given if any(file.sha256 == sha256 for file in one.files))
    return _file(depot, next(named, None), sha256, wanted)


def _order(  # noqa: PLR0913 (what there is to know)
    kind: str,
    member: Member,
    name: str,
    manifest: Manifest,
    *,
    student: str = "",
    about: str = "",
    replace: bool = False,
) -> Order:
    return Order(
        kind=kind,
        course=member.course,
        assignment=name,
        student=student,
        about=about,
        key=manifest.key,
        files=manifest.sent,
        by=member.name,
        replace=replace,
    )


def _file(
    depot: Depot,
    of: Done | None,
    sha256: str,
    wanted: str | None,
    own: Mapping[str, bytes] | None = None,
) -> Response:
    """Answer with a file, or with the part of it that a Range asks for.

    Contents in ``own``, by digest, are only the caller's and lie nowhere.
    """
    file = next((file for file in of.files if file.sha256 == sha256), None) if of else None
    content = (own or {}).get(sha256)
    if of is None or file is None:
        raise refusal(404, NO_FILE)
    if content is None and depot.files.size(f"{space_of(of)}/{sha256}") != file.size:
        raise refusal(404, NO_FILE)
    headers = {"ETag": f'"{sha256}"', "Accept-Ranges": "bytes"}
    start, end = 0, file.size
    if match := RANGE.fullmatch(wanted or ""):
        start, end = int(match[1]), min(int(match[2] or file.size) + 1, file.size)
        if start >= end:
            raise refusal(
                416, "the file ends before that", {"Content-Range": f"bytes */{file.size}"}
            )
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(
        _up_to(iter([content[start:]]) if content else depot.read(of, sha256, start), end - start),
        status_code=206 if match else 200,
        headers=headers,
        media_type="application/octet-stream",
    )


def _up_to(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        if most <= 0:
            return
        yield chunk[:most]
        most -= len(chunk)
