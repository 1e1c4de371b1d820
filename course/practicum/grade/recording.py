"""Door 4, the one writer: what came of a submission, on disk, in the gradebook, in the records.

    draft of the folder -> marks (one transaction) -> folder by rename -> state, findings, log
                                                                          (one transaction)

Killed between any two of them, the submission is still ``running``: the next run grades it
again and ends in the same state, because each step can be repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from practicum.gradebook import AutoScore, CourseGradebook, drafted, is_whole, own_work
from practicum.records import Finding, Grading, Records

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.grade.pipeline import Submission
    from practicum.marks import Marks

__all__ = ["Recorder"]


@dataclass
class Recorder:
    """Writes down what comes of the submissions for one brief, from one thread.

    ``versions`` tells with what is graded, ``by`` who grades (an id, or ""). Opened once a run:
    what was graded before is read once.
    """

    course: Course
    store: CourseGradebook
    records: Records
    brief: str
    notebook: str
    versions: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    _known: dict[str, Grading] = field(init=False, repr=False)
    _unfinished: set[str] = field(default_factory=set, init=False, repr=False)

    def __post_init__(self) -> None:
        """Read what was graded before."""
        self._known = self.records.gradings(self.brief)
        for receipt in self.records.receipts(self.brief):
            if receipt.state != "graded":
                # Cut off, failed, or handed in again since.
                self._unfinished.add(receipt.student)

    def is_graded(self, submission: Submission) -> bool:
        """Tell whether this very submission is graded, and its folder lies there undamaged."""
        known = self._known.get(submission.student)
        if known is None or submission.student in self._unfinished:
            return False
        if known.basis != submission.digest or not known.executed:
            return False
        place = self._place(submission)
        return is_whole(place, self.notebook, known.executed, submission.received_at)

    def begin(self, submissions: Iterable[Submission]) -> None:
        """Note that these are being graded; one transaction."""
        students = [submission.student for submission in submissions]
        self.records.running(self.brief, students, by=self.by)

    def record(
        self,
        submission: Submission,
        executed: str,
        scores: tuple[AutoScore, ...],
        findings: Iterable[Finding] = (),
        *,
        content: Mapping[str, Any] | None = None,
    ) -> Marks:
        """Keep the executed notebook, the marks, the findings and who graded.

        Where the student's own work is not what was graded before, a person is asked to look
        at each mark again; another receipt time alone only changes the penalty.

        Args:
            submission: What was graded.
            executed: The executed notebook as JSON text.
            scores: What the autograder says of its cells.
            findings: What was noticed on the way.
            content: The executed notebook as data, if the caller has it.

        Returns:
            All marks of the student as they are now.

        """
        place = self._place(submission)
        with drafted(
            place,
            submission.folder,
            self.notebook,
            executed,
            received_at=submission.received_at,
            content=content,
        ) as draft:
            marks = self.store.record(
                self.brief,
                submission.student,
                scores,
                received_at=submission.received_at,
                changed=draft.work != self._graded_work(submission.student, place),
            )
            draft.install()
        grading = Grading(
            brief=self.brief,
            student=submission.student,
            basis=submission.digest,
            work=draft.work,
            executed=draft.executed,
            by=self.by,
            versions=dict(self.versions),
            at=datetime.now(UTC),
        )
        self.records.graded(grading, findings)
        self._known[submission.student] = grading
        self._unfinished.discard(submission.student)
        return marks

    def fail(self, submission: Submission, detail: str) -> None:
        """Note that a submission could not be graded, and why; never a mark."""
        self.records.failed(
            self.brief, submission.student, detail, versions=self.versions, by=self.by
        )
        self._unfinished.add(submission.student)

    def _graded_work(self, student: str, place: Path) -> str:
        """Return the digest of the work that was graded last; "" if none was."""
        known = self._known.get(student)
        return known.work if known is not None and known.work else own_work(place, self.notebook)

    def _place(self, submission: Submission) -> Path:
        return self.course.station("autograded", student=submission.student, brief=self.brief)
