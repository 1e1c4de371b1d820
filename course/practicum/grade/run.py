"""One run of grading: from the collected submissions to recorded marks."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy.exc import DatabaseError

from practicum.errors import BadSubmission, PracticumError, UnknownName
from practicum.execution import Engine, Executed, Job
from practicum.grade import pipeline
from practicum.grade.basis import Basis, changes, versions
from practicum.grade.cluster import Cluster
from practicum.grade.graded import Graded
from practicum.grade.pipeline import Submission
from practicum.grade.pool import run_all
from practicum.grade.recording import Recorder
from practicum.grade.solution import SOLUTION, Solution, after_solution
from practicum.grade.sureness import findings_of, held, standing_of
from practicum.grade.suspicious import suspicious_cells
from practicum.grade.variants import Variants
from practicum.gradebook import AnswerKey, AutoScore, CourseGradebook, Restored
from practicum.marks import Marks
from practicum.records import Records

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["Run"]


@dataclass(frozen=True)
class Run:
    """One run of grading: the open stores, the answer key, and what they are used for."""

    course: Course
    engine: Engine | Cluster
    store: CourseGradebook
    records: Records
    key: AnswerKey
    basis: Basis
    recorder: Recorder
    variants: Variants

    @classmethod
    def of(
        cls,
        course: Course,
        engine: Engine | Cluster,
        store: CourseGradebook,
        records: Records,
        brief: str,
    ) -> Run:
        """Read what one brief's run needs."""
        key = store.answer_key(brief)
        limits = course.settings.limits
        basis = Basis.of(key, _data(course, brief), limits, judging=engine.judging)
        recorder = Recorder(course, store, records, brief, key.notebook)
        variants = Variants.of(course, records, brief, key.kernelspec)
        return cls(course, engine, store, records, key, basis, recorder, variants)

    def submissions(self, students: Sequence[str]) -> list[Submission]:
        """Return what lies in the submitted folder, sorted by student."""
        brief = self.key.brief
        root = self.course.work / "submitted"
        found = {
            folder.parent.name: folder
            for folder in sorted(root.glob(f"*/{brief}"))
            if folder.is_dir() or folder.is_symlink()
        }
        for student in students:
            if student not in found:
                raise UnknownName("submission", student, found)
        received = {r.student: r for r in self.records.receipts(brief)}
        wanted = [student for student in found if not students or student in students]
        submissions = []
        for student in wanted:
            receipt = received.get(student)
            # Only nbgrader's own collect leaves no receipt; then the folder's time has to do.
            at = receipt.received_at if receipt else _folder_time(found[student])
            received_as = receipt.sha256 if receipt else ""
            content = self._digest(found[student], received_as + self.variants.mark(student))
            digest = self.basis.whole(content)
            submissions.append(Submission(brief, student, found[student], at, digest, content))
        return submissions

    def unchanged(self, done: Sequence[Submission]) -> list[Graded]:
        """Report what needs no work, but for a due date that has moved."""
        if not done:
            return []
        self.store.refresh_penalties(self.key.brief)
        marks = self.store.all_marks(self.key.brief)
        return [_graded(marks[submission.student], "unchanged") for submission in done]

    def grade(self, todo: list[Submission], workers: int) -> Generator[Graded, None, None]:
        """Restore, execute, score and record; yield each submission when it is finished.

        What failed the last time comes last, so that it cannot keep others waiting.
        """
        failed = {r.student for r in self.records.receipts(self.key.brief) if r.state == "error"}
        waiting = sorted(todo, key=lambda submission: submission.student in failed)
        before = self.records.gradings(self.key.brief)
        if waiting and isinstance(self.engine, Engine):
            # Before anything is written: without a box nothing is to be touched.
            self.engine.proved()
        self.recorder.begin(waiting)
        done: list[Graded] = []
        restored: dict[str, tuple[Submission, Restored]] = {}
        first = [*self._solution_job()] if waiting else []
        jobs = chain(first, self._jobs(waiting, restored, done))
        with closing(self._run_all(jobs, workers)) as outcomes:
            joined = after_solution(self.key, outcomes, expected=bool(first))
            for executed, solution in joined:
                submission, origin = restored.pop(executed.name)
                grading = before.get(submission.student)
                known = grading.versions if grading is not None else {}
                if executed.fault:
                    done.append(self._error(submission, executed.fault))
                else:
                    done.append(self._mark(submission, origin, executed, known, solution))
                while done:
                    yield done.pop(0)
        yield from done

    def _mark(
        self,
        submission: Submission,
        restored: Restored,
        executed: Executed,
        before: Mapping[str, str],
        solution: Solution,
    ) -> Graded:
        """Score and record a submission; what goes wrong with it is its own error."""
        try:
            scores = pipeline.score(executed.notebook)
            return self._record(
                submission, restored, executed, scores, before=before, solution=solution
            )
        except (PracticumError, DatabaseError):
            raise
        except Exception as error:  # noqa: BLE001 (it must not end the run of the others)
            reason = f"its marks could not be recorded ({type(error).__name__}: {error})"
            return self._error(submission, reason[:500])

    def _solution_job(self) -> Iterator[Job]:
        """Yield the brief's own solution as a job, the first of all, where it is at hand."""
        name = f"{self.key.notebook}.ipynb"
        file = self.course.brief_folder(self.key.brief) / name
        try:
            restored = pipeline.restore(self.key, file.read_bytes())
        except (BadSubmission, OSError):
            return
        data = _data(self.course, self.key.brief)
        limits = self.course.settings.limits
        yield Job(SOLUTION, restored.notebook, (data,), self.key.notebook, limits, (data,))

    def _run_all(self, jobs: Iterable[Job], workers: int) -> Generator[Executed, None, None]:
        if isinstance(self.engine, Cluster):
            return self.engine.run_all(jobs)
        return run_all(self.engine, jobs, workers)

    def _jobs(
        self,
        waiting: list[Submission],
        restored: dict[str, tuple[Submission, Restored]],
        done: list[Graded],
    ) -> Iterator[Job]:
        """Yield what has to run; what needs no run is done at once."""
        limits = self.course.settings.limits
        for submission in waiting:
            try:
                submitted = pipeline.read(submission.folder, self.key.notebook, limits)
                if submitted is None:
                    done.append(self._without_notebook(submission))
                    continue
                parameters = self.variants.source(submission.student)
                origin = pipeline.restore(self.key, submitted, parameters=parameters)
                noticed = (
                    *origin.findings,
                    *self.variants.findings(submission.student),
                    *suspicious_cells(origin.notebook),
                )
            except (BadSubmission, OSError) as error:
                done.append(self._error(submission, str(error)))
                continue
            # The pool has the notebook: only what was found is needed afterwards.
            restored[submission.student] = (submission, Restored("", noticed))
            yield self._job(submission, origin)

    def _job(self, submission: Submission, restored: Restored) -> Job:
        data = _data(self.course, self.key.brief)
        return Job(
            name=submission.student,
            notebook=restored.notebook,
            files=(submission.folder, data),
            notebook_name=self.key.notebook,
            limits=self.course.settings.limits,
            course_files=(data,),
        )

    def _without_notebook(self, submission: Submission) -> Graded:
        origin = pipeline.restore_missing(self.key)
        scores = pipeline.score_missing(self.key)
        executed = Executed(submission.student, origin.notebook, 0.0)
        return self._record(submission, origin, executed, scores, before={}, solution=Solution())

    def _record(  # noqa: PLR0913 (what a mark is made of)
        self,
        submission: Submission,
        restored: Restored,
        executed: Executed,
        scores: tuple[AutoScore, ...],
        *,
        before: Mapping[str, str],
        solution: Solution,
    ) -> Graded:
        standing = standing_of(self.key, scores, executed)
        scores = held(scores, standing)
        findings = findings_of(restored, executed, scores, standing, solution)
        now = {"submission": submission.content, **self.basis.parts}
        self.recorder.versions = versions() | now
        marks = self.recorder.record(submission, executed.notebook, scores, findings)
        return _graded(marks, "graded").model_copy(
            update={
                "seconds": round(executed.seconds, 3),
                "findings": findings,
                "standing": {cell: sure.state for cell, sure in standing.items()},
                "why": changes({k: v for k, v in before.items() if k in now}, now),
                "steps": executed.steps,
            }
        )

    def _error(self, submission: Submission, detail: str) -> Graded:
        self.recorder.fail(submission, detail)
        return Graded(student=submission.student, outcome="error", detail=detail)

    def _digest(self, folder: Path, received: str) -> str:
        """Return the digest of a submission: of its notebook, and of all that was received."""
        try:
            limits = self.course.settings.limits
            notebook = pipeline.read(folder, self.key.notebook, limits) or b""
        except BadSubmission:
            notebook = b""
        return hashlib.sha256(notebook + received.encode()).hexdigest()


def _graded(marks: Marks, outcome: Literal["graded", "unchanged"]) -> Graded:
    return Graded(
        student=marks.student,
        outcome=outcome,
        points=marks.points("autograded"),
        max_points=marks.max_points("autograded"),
    )


def _data(course: Course, brief: str) -> Path:
    """Return the folder with the files that the released notebook finds beside it."""
    release = course.station("release", brief=brief)
    return release if release.is_dir() else course.brief_folder(brief) / "data"


def _folder_time(folder: Path) -> datetime:
    stamp = folder / "timestamp.txt"
    if stamp.is_file():
        text = stamp.read_text(encoding="utf-8", errors="replace").strip()
        try:
            return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f %Z").replace(tzinfo=UTC)
        except ValueError:
            pass
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
