"""Grade all submissions for a brief that are new or have changed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from practicum.errors import BadSubmission, UnknownName
from practicum.grade import pipeline
from practicum.grade.pipeline import Submission
from practicum.grade.pool import Executed, Job, run_all, workers_here
from practicum.gradebook import AnswerKey, AutoScore, CourseGradebook, Restored, sole_writer
from practicum.progress import Progress, Step, silent
from practicum.records import Finding, Records
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["GradeReport", "Graded", "grade"]


class Graded(Value):
    """What became of one submission. Points are those of the autograder."""

    student: str
    outcome: Literal["graded", "unchanged", "error"]
    points: float = 0.0
    max_points: float = 0.0
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()
    detail: str = ""


class GradeReport(Value):
    """What became of all submissions for a brief, and how long it took (seconds)."""

    brief: str
    graded: tuple[Graded, ...]
    seconds: float

    def count(self, outcome: str) -> int:
        """Return how many submissions had that outcome."""
        return sum(graded.outcome == outcome for graded in self.graded)


def grade(  # noqa: PLR0913 (each is a question that an instructor answers)
    course: Course,
    brief: str,
    *,
    students: Sequence[str] = (),
    again: bool = False,
    workers: int | None = None,
    progress: Progress = silent,
) -> GradeReport:
    """Grade what has been collected for a brief and is new or has changed.

    A submission that cannot be graded through a fault of ours keeps the state ``error``
    and never becomes a zero; the next run tries it again.

    Args:
        course: The course.
        brief: The brief's id.
        students: Only these; all if empty.
        again: Grade also what has not changed.
        workers: How many notebooks run at once.
        progress: Told each finished submission.

    Raises:
        NotReady: The brief has not been published.
        UnknownName: A student has handed in nothing for this brief.

    """
    start = time.perf_counter()
    with (
        sole_writer(course),
        CourseGradebook(course) as store,
        Records(course.records_url) as records,
    ):
        key = store.answer_key(brief)
        run = _Run(course, store, records, key)
        wanted = run.submissions(students)
        done = [] if again else [s for s in wanted if run.is_graded(s)]
        results = [run.unchanged(submission) for submission in done]
        todo = [submission for submission in wanted if submission not in done]
        progress(Step(f"grade {brief}", len(results), len(wanted)))
        with closing(run.grade(todo, workers or workers_here())) as outcomes:
            for graded in outcomes:
                results.append(graded)
                progress(Step(f"grade {brief}", len(results), len(wanted), graded.student))
    results.sort(key=lambda graded: graded.student)
    return GradeReport(brief=brief, graded=tuple(results), seconds=time.perf_counter() - start)


class _Run:
    """One run of grading: the open stores, the answer key, and what they are used for."""

    def __init__(
        self, course: Course, store: CourseGradebook, records: Records, key: AnswerKey
    ) -> None:
        self.course, self.store, self.records, self.key = course, store, records, key
        settings = course.settings.limits.model_dump_json() + key.model_dump_json()
        self._basis = hashlib.sha256(settings.encode()).hexdigest()

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
        return [self._submission(s, found[s]) for s in found if not students or s in students]

    def _submission(self, student: str, folder: Path) -> Submission:
        receipt = self.records.receipt(self.key.brief, student)
        try:
            notebook = self._read(folder) or b""
        except BadSubmission:
            notebook = b""
        content = hashlib.sha256(notebook)
        if receipt is not None:
            content.update(receipt.sha256.encode())
        # Only nbgrader's own collect leaves no receipt; then the folder's time has to do.
        received = receipt.received_at if receipt else _folder_time(folder)
        content.update(self._basis.encode())
        return Submission(self.key.brief, student, folder, received, content.hexdigest())

    def _read(self, folder: Path) -> bytes | None:
        return pipeline.read(folder, self.key.notebook, self.course.settings.limits)

    def is_graded(self, submission: Submission) -> bool:
        """Tell whether this very submission has been graded with this very key."""
        receipt = self.records.receipt(submission.brief, submission.student)
        place = self.course.station(
            "autograded", student=submission.student, brief=submission.brief
        )
        return (
            receipt is not None
            and receipt.state == "graded"
            and receipt.detail == submission.digest
            and (place / f"{self.key.notebook}.ipynb").is_file()
        )

    def unchanged(self, submission: Submission) -> Graded:
        """Report a submission that needs no work, but for a due date that has moved."""
        self.store.refresh_penalty(submission.brief, submission.student)
        return self._graded(submission, "unchanged", 0.0, ())

    def grade(self, todo: list[Submission], workers: int) -> Generator[Graded, None, None]:
        """Restore, execute, score and record; yield each submission when it is finished.

        What failed the last time comes last, so that it cannot keep others waiting.
        """
        waiting = sorted(todo, key=self._failed)
        done: list[Graded] = []
        restored: dict[str, tuple[Submission, Restored]] = {}
        with closing(run_all(self._jobs(waiting, restored, done), workers)) as outcomes:
            for executed in outcomes:
                submission, origin = restored.pop(executed.name)
                if executed.fault:
                    done.append(self._error(submission, executed.fault))
                else:
                    done.append(self._finish(submission, origin, executed))
                while done:
                    yield done.pop(0)
        yield from done

    def _jobs(
        self,
        waiting: list[Submission],
        restored: dict[str, tuple[Submission, Restored]],
        done: list[Graded],
    ) -> Iterator[Job]:
        """Yield what has to run; what needs no run is done at once."""
        for submission in waiting:
            try:
                submitted = self._read(submission.folder)
                if submitted is None:
                    done.append(self._without_notebook(submission))
                    continue
                origin = pipeline.restore(self.key, submitted)
            except (BadSubmission, OSError) as error:
                done.append(self._error(submission, str(error)))
                continue
            self._state(submission, "running")
            # The pool has the notebook: only what was found is needed afterwards.
            restored[submission.student] = (submission, Restored("", origin.findings))
            yield self._job(submission, origin)

    def _failed(self, submission: Submission) -> bool:
        receipt = self.records.receipt(submission.brief, submission.student)
        return receipt is not None and receipt.state == "error"

    def _job(self, submission: Submission, restored: Restored) -> Job:
        source = self.course.brief_folder(self.key.brief) / "data"
        release = self.course.station("release", brief=self.key.brief)
        return Job(
            name=submission.student,
            notebook=restored.notebook,
            files=(submission.folder, release if release.is_dir() else source),
            notebook_name=self.key.notebook,
            limits=self.course.settings.limits,
        )

    def _without_notebook(self, submission: Submission) -> Graded:
        origin = pipeline.restore_missing(self.key)
        scores = pipeline.score_missing(self.key)
        return self._record(submission, origin, origin.notebook, scores, 0.0)

    def _finish(self, submission: Submission, restored: Restored, executed: Executed) -> Graded:
        scores = pipeline.score(executed.notebook)
        return self._record(submission, restored, executed.notebook, scores, executed.seconds)

    def _record(
        self,
        submission: Submission,
        restored: Restored,
        notebook: str,
        scores: tuple[AutoScore, ...],
        seconds: float,
    ) -> Graded:
        findings = (
            *(
                Finding(cell=cell, kind="restored", message=text)
                for cell, text in restored.findings
            ),
            *(Finding(cell=s.cell, kind="scored", message=s.finding) for s in scores if s.finding),
        )
        pipeline.record(self.course, self.store, submission, notebook, scores)
        self.records.set_findings(submission.brief, submission.student, findings)
        self._state(submission, "graded", submission.digest)
        return self._graded(submission, "graded", seconds, findings)

    def _graded(
        self,
        submission: Submission,
        outcome: Literal["graded", "unchanged"],
        seconds: float,
        findings: tuple[Finding, ...],
    ) -> Graded:
        marks = self.store.marks(submission.brief, submission.student)
        return Graded(
            student=submission.student,
            outcome=outcome,
            points=marks.points("autograded"),
            max_points=marks.max_points("autograded"),
            seconds=round(seconds, 2),
            findings=findings,
        )

    def _error(self, submission: Submission, detail: str) -> Graded:
        self._state(submission, "error", detail)
        return Graded(student=submission.student, outcome="error", detail=detail)

    def _state(
        self,
        submission: Submission,
        state: Literal["running", "graded", "error"],
        detail: str = "",
    ) -> None:
        if self.records.receipt(submission.brief, submission.student) is not None:
            self.records.set_state(submission.brief, submission.student, state, detail)


def _folder_time(folder: Path) -> datetime:
    stamp = folder / "timestamp.txt"
    if stamp.is_file():
        text = stamp.read_text(encoding="utf-8", errors="replace").strip()
        try:
            return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f %Z").replace(tzinfo=UTC)
        except ValueError:
            pass
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
