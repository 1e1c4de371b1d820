"""Marks in nbgrader's gradebook, read and written as our values."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import nbformat
from nbgrader.api import Grade, Gradebook, MissingEntry
from nbgrader.api import Notebook as NotebookRow
from sqlalchemy.exc import DatabaseError, OperationalError, SAWarning

from practicum.errors import BadInput, Busy, NotReady, PracticumError, UnknownName
from practicum.gradebook.answer_key import AnswerKey, KeyCell
from practicum.marks import CellMark, Kind, Marks, late_penalty

if TYPE_CHECKING:
    from types import TracebackType

    from practicum.course import Course
    from practicum.gradebook.scoring import AutoScore

__all__ = ["CourseGradebook"]


class CourseGradebook:
    """nbgrader's gradebook of one course; use it in a ``with`` block."""

    def __init__(self, course: Course) -> None:
        """Open the gradebook, making it if there is none yet.

        Raises:
            Busy: Another program keeps it locked; also later, in the ``with`` block.
            BadInput: The file is not a database.

        """
        self.course = course
        course.prepare_work()
        file = course.work / "gradebook.db"
        if not file.exists():
            file.touch(mode=0o600)
        try:
            self._gradebook = Gradebook(course.gradebook_url, course.id)
        except DatabaseError as error:
            raise _told(course, error) from error
        self._kinds: dict[str, dict[str, Kind]] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._gradebook.close()
        if isinstance(error, OperationalError):
            raise _told(self.course, error) from error

    def briefs(self) -> tuple[str, ...]:
        """Return the assignments that nbgrader knows."""
        return tuple(assignment.name for assignment in self._gradebook.assignments)

    def cells(self, brief: str) -> tuple[CellMark, ...]:
        """Return the cells that carry points, in the notebook's order, without scores.

        Raises:
            NotReady: The brief has not been published.

        """
        points = {
            cell.name: cell.max_score
            for row in (self._notebook_row(brief),)
            for cell in (*row.grade_cells, *row.task_cells)
        }
        kinds = self._kinds_of(brief)
        return tuple(
            CellMark(cell=name, kind=kinds[name], max_points=points[name], score=None)
            for name in kinds
        )

    def students(self, brief: str) -> tuple[str, ...]:
        """Return the students who have a submission in the gradebook, sorted."""
        rows = self._gradebook.assignment_submissions(brief)
        return tuple(sorted(row.student.id for row in rows))

    def marks(self, brief: str, student: str) -> Marks:
        """Return all marks of one student; a score is None while it is needed.

        Raises:
            NotReady: There is no graded submission.

        """
        row = self._submission_row(brief, student)
        grades = {grade.name: grade for grade in row.grades}
        comments = {comment.name: comment.comment or "" for comment in row.comments}
        cells = tuple(
            cell.model_copy(
                update={
                    "score": _score(grades.get(cell.cell)),
                    "comment": comments.get(cell.cell, ""),
                }
            )
            for cell in self.cells(brief)
        )
        return Marks(
            student=student, brief=brief, cells=cells, penalty=row.late_submission_penalty or 0.0
        )

    def set_mark(
        self, brief: str, student: str, cell: str, score: float | None, comment: str | None = None
    ) -> bool:
        """Enter a person's mark for a cell, with words for the student; None takes it back.

        Returns:
            Whether anything changed. The late penalty is computed anew.

        Raises:
            NotReady: There is no graded submission.
            UnknownName: The notebook has no such graded cell.

        """
        row = self._submission_row(brief, student)
        grade = next((grade for grade in row.grades if grade.name == cell), None)
        if grade is None:
            raise UnknownName("cell", cell, (grade.name for grade in row.grades))
        # Taken back, the autograder's score counts again where there is one.
        needed = score is None and grade.auto_score is None
        changed = bool(grade.needs_manual_grade) != needed or grade.manual_score != score
        grade.manual_score = score
        grade.needs_manual_grade = needed
        if comment is not None:
            for entry in row.comments:
                if entry.name == cell and (entry.manual_comment or "") != comment:
                    entry.manual_comment = comment
                    changed = True
        self._gradebook.db.flush()
        self._gradebook.db.refresh(row)
        self._set_penalty(row)
        self._gradebook.db.commit()
        return changed

    def answer_key(self, brief: str) -> AnswerKey:
        """Return the released notebook's cells with their original sources.

        Raises:
            NotReady: The brief has not been published.

        """
        row = self._notebook_row(brief)
        file = self.course.station("release", brief=brief) / f"{row.name}.ipynb"
        if not file.is_file():
            message = f"{file}: the release is missing: run `practicum publish {brief}`"
            raise NotReady(message)
        released = nbformat.read(file, as_version=4)
        sources = {cell.name: cell for cell in row.source_cells}
        points = {cell.name: cell.max_score for cell in (*row.grade_cells, *row.task_cells)}
        cells = []
        for cell in released.cells:
            metadata = dict(cell.metadata.get("nbgrader", {}))
            name = str(metadata.get("grade_id", ""))
            if name not in sources:
                continue
            source = sources[name]
            metadata["checksum"] = source.checksum
            if name in points:
                metadata["points"] = points[name]
            cells.append(
                KeyCell(
                    id=name,
                    cell_type=source.cell_type,
                    source=source.source,
                    metadata_json=json.dumps(metadata, sort_keys=True),
                )
            )
        return AnswerKey(
            brief=brief,
            notebook=row.name,
            kernelspec_json=row.kernelspec or json.dumps(released.metadata.get("kernelspec", {})),
            cells=tuple(cells),
        )

    def record(
        self,
        brief: str,
        student: str,
        scores: tuple[AutoScore, ...],
        *,
        received_at: datetime,
    ) -> None:
        """Enter a submission and the autograder's scores, without touching a person's marks.

        The receipt time and the late penalty are set anew. What a person marked stays as it
        is; a caller whose submission has changed calls ``ask_again`` first.
        """
        gradebook = self._gradebook
        received = received_at.astimezone(UTC).replace(tzinfo=None)
        with warnings.catch_warnings():
            # nbgrader builds a submission outside of its session; it works all the same.
            warnings.simplefilter("ignore", SAWarning)
            gradebook.update_or_create_student(student, **self._person(student))
            gradebook.update_or_create_assignment(brief, duedate=self._due(brief))
            # Without the time: it is set with the marks, at once or not at all.
            gradebook.update_or_create_submission(brief, student)
        row = self._submission_row(brief, student)
        row.assignment.timestamp = received
        by_cell = {score.cell: score for score in scores}
        for grade in row.grades:
            score = by_cell.get(grade.name)
            grade.auto_score = score.score if score is not None else None
            if grade.manual_score is None:
                grade.needs_manual_grade = grade.auto_score is None
        for comment in row.comments:
            score = by_cell.get(comment.name)
            answered = score is None or not score.no_response
            comment.auto_comment = None if answered else "No response."
        gradebook.db.flush()
        gradebook.db.refresh(row)
        self._set_penalty(row)
        gradebook.db.commit()

    def refresh_penalty(self, brief: str, student: str) -> None:
        """Compute a submission's late penalty anew, from the due date and policy of now.

        Raises:
            NotReady: There is no graded submission.

        """
        row = self._submission_row(brief, student)
        row.assignment.assignment.duedate = self._due(brief)
        self._gradebook.db.flush()
        self._set_penalty(row)
        self._gradebook.db.commit()

    def ask_again(self, brief: str, student: str) -> None:
        """Ask a person to look again at each mark that was given; the marks stay beside.

        Nothing happens where there is no submission yet.

        Raises:
            NotReady: The brief has not been published.

        """
        name = self._notebook_row(brief).name
        try:
            row = self._gradebook.find_submission_notebook(name, brief, student)
        except MissingEntry:
            return
        for grade in row.grades:
            if grade.manual_score is not None:
                grade.needs_manual_grade = True
        self._gradebook.db.commit()

    def _notebook_row(self, brief: str) -> NotebookRow:
        name = self.course.brief(brief).grading.notebook
        try:
            return self._gradebook.find_notebook(name, brief)
        except MissingEntry:
            message = f"{brief} has not been published: run `practicum publish {brief}`"
            raise NotReady(message) from None

    def _submission_row(self, brief: str, student: str) -> Any:  # noqa: ANN401 (nbgrader is untyped)
        name = self._notebook_row(brief).name
        try:
            return self._gradebook.find_submission_notebook(name, brief, student)
        except MissingEntry:
            message = f"{brief}: {student} is not graded: run `practicum grade {brief}`"
            raise NotReady(message) from None

    def _kinds_of(self, brief: str) -> dict[str, Kind]:
        """Return what kind of mark each cell with points has, in the notebook's order."""
        if brief not in self._kinds:
            criteria = self.course.rubric(brief).criteria
            raters = {criterion.cell: criterion.rater for criterion in criteria}
            kinds: dict[str, Kind] = {}
            for cell in self.answer_key(brief).cells:
                if not cell.is_graded:
                    continue
                if cell.metadata.get("task"):
                    kinds[cell.id] = raters.get(cell.id, "written")
                else:
                    kinds[cell.id] = "written" if cell.metadata["solution"] else "autograded"
            self._kinds[brief] = kinds
        return self._kinds[brief]

    def _person(self, student: str) -> dict[str, str]:
        """Return what nbgrader keeps of a student; its export cannot quote a comma."""
        for person in self.course.roster.students:
            if person.id == student:
                first, _, last = " ".join(person.name.replace(",", " ").split()).rpartition(" ")
                entry = {"first_name": first, "last_name": last}
                return entry | ({"email": person.email} if person.email else {})
        return {}

    def _due(self, brief: str) -> datetime | None:
        due = self.course.due(brief)
        return due.replace(tzinfo=None) if due is not None else None

    def _set_penalty(self, row: Any) -> None:  # noqa: ANN401 (nbgrader is untyped)
        late = timedelta(seconds=row.assignment.total_seconds_late)
        earned = max(0.0, float(row.score))
        penalty = late_penalty(earned, late, self.course.policies.late)
        row.late_submission_penalty = penalty or None


def _told(course: Course, error: DatabaseError) -> PracticumError:
    file, reason = course.work / "gradebook.db", error.orig
    if "locked" in str(reason):
        return Busy(f"{file}: another program keeps it locked: close it, and try again")
    return BadInput(f"{file}: cannot be used as nbgrader's gradebook ({reason}): restore a backup")


def _score(grade: Grade | None) -> float | None:
    """Return a grade's score, or None while a person has to give one."""
    if grade is None or grade.needs_manual_grade:
        return None
    return float(grade.score)
