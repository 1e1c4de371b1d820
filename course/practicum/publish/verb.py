"""Publish a brief: checks, proofs, nbgrader's generate, release to students."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.errors import Busy
from practicum.gradebook import (
    assignment_released,
    generate,
    gradebook_digest,
    inline_plots,
    installed,
    sole_writer,
)
from practicum.progress import Progress, Step, silent
from practicum.publish import proofs
from practicum.publish.checking import require_agreement
from practicum.publish.handing_out import lay_beside, terms_of
from practicum.publish.staging import set_criterion_points, staged
from practicum.records import Records
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.publish.proofs import Proof

__all__ = ["Publication", "publish"]

STEPS = ("check", "solution", "generate", "untouched", "outputs", "leaks", "limits", "release")


class Publication(Value):
    """What publishing a brief came to.

    ``points`` are those of the employer's criteria; ``unchanged`` says that this very
    brief was published before, so that nothing was done.
    """

    brief: str
    proofs: tuple[proofs.Proof, ...]
    points: dict[str, float]
    unchanged: bool = False


def publish(
    course: Course, brief: str, *, again: bool = False, progress: Progress = silent
) -> Publication:
    """Publish a brief to the students of a course. All or nothing.

    Everything is tried on a copy. Only when each proof has held do the gradebook, the
    release folder and the exchange change; if one of them fails, all are put back, and if
    the process dies, the next command does so.

    Args:
        course: The course.
        brief: The brief's id.
        again: Publish even if nothing has changed since the last time.
        progress: Told each step.

    Raises:
        InvalidDocument: Brief, rubric and notebook have problems or disagree.
        ProofFailed: A proof did not hold; nothing was changed.
        NotReady: nbgrader's exchange refuses the release; nothing was changed.
        Busy: The gradebook changed meanwhile, or another command is at work.

    """
    with sole_writer(course):
        require_agreement(course, brief)
        digest = _digest(course, brief)
        with Records(course.records_url) as records:
            before = records.publication(brief)
            out = _is_out(course, brief, records)
        if not again and before and before.digest == digest and out:
            kept = tuple(proofs.Proof(**proof) for proof in before.proofs)
            return Publication(brief=brief, proofs=kept, points={}, unchanged=True)
        state = _state(course)
        with staged(course, brief) as stage, inline_plots():
            points = set_criterion_points(
                _notebook(stage, brief), stage.rubric(brief), course.policies.employer_share
            )
            held = tuple(_proofs(stage, course, brief, progress))
            if _state(course) != state:
                message = f"{brief}: the gradebook changed while it was proved: publish again"
                raise Busy(message)
            _tell(progress, brief, "release")
            with (
                installed(course, stage, brief),
                Records(course.records_url) as records,
                _handed_out(course, brief, records),
            ):
                records.publish(brief, digest=digest, proofs=tuple(p.model_dump() for p in held))
    progress(Step(f"publish {brief}", len(STEPS), len(STEPS)))
    return Publication(brief=brief, proofs=held, points=points)


def _proofs(stage: Course, course: Course, brief: str, progress: Progress) -> Iterator[Proof]:
    executed = stage.work / "solution.ipynb"
    _tell(progress, brief, "solution")
    proof, run = proofs.prove_solution(stage, brief, executed)
    yield proof
    if (varied := proofs.prove_variants(stage, brief, stage.work)) is not None:
        yield varied
    # nbval runs in a process of its own: the next two steps need not wait for it.
    with ThreadPoolExecutor(1) as beside:
        reproducible = beside.submit(
            proofs.prove_reproducible, brief, executed, stage.brief_folder(brief)
        )
        _tell(progress, brief, "generate")
        generate(stage, brief, due=course.due(brief))
        lay_beside(stage, course, brief)
        _tell(progress, brief, "untouched")
        untouched = proofs.prove_untouched(stage, brief)
        _tell(progress, brief, "outputs")
        yield reproducible.result()
        yield untouched
    _tell(progress, brief, "leaks")
    yield proofs.prove_no_leak(stage, brief)
    _tell(progress, brief, "limits")
    yield proofs.prove_limits(stage, brief, run)


def _is_out(course: Course, brief: str, records: Records) -> bool:
    """Tell whether students can fetch the brief."""
    if course.settings.hub is None:
        return assignment_released(course, brief)
    return records.offer(course.id, brief) is not None


@contextmanager
def _handed_out(course: Course, brief: str, records: Records) -> Iterator[None]:
    """Hand the release out through the service, where there is one."""
    if course.settings.hub is None:
        yield
        return
    from practicum.depot import released  # noqa: PLC0415 (an extra)

    with released(course, brief, records):
        yield


def _notebook(course: Course, brief: str) -> Path:
    return course.brief_folder(brief) / f"{course.brief(brief).grading.notebook}.ipynb"


def _state(course: Course) -> str:
    """Return a digest of the gradebook, to see whether somebody changed it."""
    return gradebook_digest(course.gradebook_url, course.id)


def _digest(course: Course, brief: str) -> str:
    """Return a digest of all that a release is made from."""
    folder = course.brief_folder(brief)
    digest = hashlib.sha256()
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    files.append(course.root / "rubrics" / f"{course.brief(brief).rubric}.yml")
    for file in files:
        if not any(part.startswith((".", "__")) for part in file.relative_to(course.root).parts):
            digest.update(f"{file.relative_to(course.root)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    digest.update(json.dumps(course.policies.employer_share).encode())
    digest.update(terms_of(course, brief).model_dump_json().encode())
    return digest.hexdigest()


def _tell(progress: Progress, brief: str, now: str) -> None:
    progress(Step(f"publish {brief}", STEPS.index(now), len(STEPS), now))
