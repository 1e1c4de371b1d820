"""Marks in nbgrader's gradebook, read and written as our values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, select

from practicum.databases import PATIENCE, Patience, reading, writing
from practicum.errors import NotReady, UnknownName
from practicum.gradebook.answer_key import AnswerKey
from practicum.gradebook.assignment import (
    Assignment,
    Notebook,
    key_cells,
    read_assignment,
    read_sources,
)
from practicum.gradebook.database import open_database
from practicum.gradebook.entering import Entry, ask_again, enter, set_due, with_penalties, write
from practicum.gradebook.submission import Grade, HandedIn, Submission, read_submissions
from practicum.gradebook.tables import TABLES
from practicum.marks import CellMark, Kind, Marks, late_penalty

if TYPE_CHECKING:
    from types import TracebackType

    from practicum.course import Course
    from practicum.gradebook.scoring import AutoScore

__all__ = ["CourseGradebook", "not_graded"]


class CourseGradebook:
    """nbgrader's gradebook of one course; use it in a ``with`` block.

    What is written in one call is kept whole or not at all. The rows of an assignment itself
    are read once, so that an open gradebook does not see a brief that is published meanwhile.
    """

    def __init__(self, course: Course, *, patience: Patience = PATIENCE) -> None:
        """Open the gradebook, making it if there is none yet.

        Args:
            course: The course.
            patience: How long other programs that write are waited for, and who is told.

        Raises:
            Busy: Another program keeps it locked; also later, in the ``with`` block.
            BadInput: It is not a database, or not one of this nbgrader.

        """
        self.course = course
        course.prepare_work()
        self._engine = open_database(course.gradebook_url, course.id, patience)
        self._names: dict[str, str] = {}
        self._assignments: dict[str, Assignment] = {}
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
        """Close the connections."""
        self._engine.dispose()

    def briefs(self) -> tuple[str, ...]:
        """Return the assignments that nbgrader knows, by due date and name."""
        table = TABLES["assignment"]
        with reading(self._engine) as connection:
            rows = connection.scalars(select(table.c.name).order_by(table.c.duedate, table.c.name))
            return tuple(rows)

    def cells(self, brief: str) -> tuple[CellMark, ...]:
        """Return the cells that carry points, in the notebook's order, without scores.

        Raises:
            NotReady: The brief has not been published.

        """
        points = self._notebook(brief).points
        return tuple(
            CellMark(cell=name, kind=kind, max_points=points[name], score=None)
            for name, kind in self._kinds_of(brief).items()
        )

    def students(self, brief: str) -> tuple[str, ...]:
        """Return the students who have a submission in the gradebook, sorted."""
        submitted, table = TABLES["submitted_assignment"], TABLES["assignment"]
        query = select(submitted.c.student_id).join(table).where(table.c.name == brief)
        with reading(self._engine) as connection:
            return tuple(sorted(connection.scalars(query)))

    def marks(self, brief: str, student: str) -> Marks:
        """Return all marks of one student; a score is None while it is needed.

        Raises:
            NotReady: There is no graded submission.

        """
        assignment = self._assignment(brief)
        with reading(self._engine) as connection:
            submission = _of(read_submissions(connection, assignment, student), brief, student)
        return self._marks(brief, student, submission)

    def all_marks(self, brief: str) -> dict[str, Marks]:
        """Return the marks of all students who have any, sorted; as quick as for one.

        Raises:
            NotReady: The brief has not been published.

        """
        assignment = self._assignment(brief)
        with reading(self._engine) as connection:
            submissions = read_submissions(connection, assignment)
        return {
            student: self._marks(brief, student, submission)
            for student, submission in submissions.items()
            if self._notebook(brief).id in submission.notebooks
        }

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
        notebook = self._notebook(brief)
        ids = {entry.name: entry.id for entry in notebook.graded.values()}
        with self._changing(brief, student) as (connection, old):
            book = old.notebooks[notebook.id]
            if cell not in ids or ids[cell] not in book.grades:
                known = (notebook.graded[id_].name for id_ in book.grades)
                raise UnknownName("cell", cell, known)
            marked = _marked(book, notebook, ids[cell], score, comment)
            new = replace(old, notebooks={**old.notebooks, notebook.id: marked})
            new = with_penalties(self._assignment(brief), student, new, self._penalty)
            write(connection, old, new)
        return marked != book

    def answer_key(self, brief: str) -> AnswerKey:
        """Return the released notebook's cells with their original sources.

        Raises:
            NotReady: The brief has not been published.

        """
        notebook = self._notebook(brief)
        file = self.course.station("release", brief=brief) / f"{notebook.name}.ipynb"
        if not file.is_file():
            message = f"{file}: the release is missing: run `practicum publish {brief}`"
            raise NotReady(message)
        released = json.loads(file.read_text(encoding="utf-8"))
        with reading(self._engine) as connection:
            sources = read_sources(connection, notebook)
        kernelspec = notebook.kernelspec or json.dumps(released["metadata"].get("kernelspec", {}))
        return AnswerKey(
            brief=brief,
            notebook=notebook.name,
            kernelspec_json=kernelspec,
            cells=key_cells(released, sources, notebook.points),
        )

    def record(
        self,
        brief: str,
        student: str,
        scores: tuple[AutoScore, ...],
        *,
        received_at: datetime,
        changed: bool = False,
    ) -> Marks:
        """Enter a submission and the autograder's scores, without touching a person's marks.

        The receipt time and the late penalty are set anew, all in one transaction.

        Args:
            brief: The brief's id.
            student: The student's id.
            scores: What the autograder says of the cells; a cell without is for a person.
            received_at: When the server received the submission (aware).
            changed: Whether the work is not what people have marked: they are asked again.

        Returns:
            All marks of the student as they are now.

        Raises:
            NotReady: The brief has not been published.

        """
        notebook = self._notebook(brief)
        entry = Entry(
            student=student,
            scores={notebook.name: scores},
            received_at=received_at,
            person=self._people.get(student, {}),
            changed=changed,
        )
        with writing(self._engine) as connection:
            due = set_due(connection, self._assignment(brief), self._due(brief))
            submission = enter(connection, due, entry, self._penalty)
        self._assignments[brief] = due
        return self._marks(brief, student, submission)

    def refresh_penalty(self, brief: str, student: str) -> None:
        """Compute a submission's late penalty anew, from the due date and policy of now.

        Raises:
            NotReady: There is no graded submission.

        """
        with self._changing(brief, student) as (connection, old):
            assignment = set_due(connection, self._assignment(brief), self._due(brief))
            write(connection, old, with_penalties(assignment, student, old, self._penalty))
        self._assignments[brief] = assignment

    def refresh_penalties(self, brief: str) -> tuple[str, ...]:
        """Compute all late penalties of a brief anew, in one transaction.

        Returns:
            The students whose penalty has changed; nothing is written where there are none.

        Raises:
            NotReady: The brief has not been published.

        """
        assignment, due = self._assignment(brief), self._due(brief)
        with reading(self._engine) as connection:
            old = read_submissions(connection, assignment)
        if due == assignment.due and not self._outdated(assignment, old):
            return ()
        with writing(self._engine) as connection:
            assignment = set_due(connection, assignment, due)
            old = read_submissions(connection, assignment)
            news = self._outdated(assignment, old)
            for student, submission in news.items():
                write(connection, old[student], submission)
        self._assignments[brief] = assignment
        return tuple(news)

    def ask_again(self, brief: str, student: str) -> None:
        """Ask a person to look again at each mark that was given; the marks stay beside.

        Nothing happens where there is no submission yet.

        Raises:
            NotReady: The brief has not been published.

        """
        assignment = self._assignment(brief)
        with writing(self._engine) as connection:
            old = read_submissions(connection, assignment, student, lock=True).get(student)
            if old is not None:
                write(connection, old, ask_again(old))

    @contextmanager
    def _changing(self, brief: str, student: str) -> Iterator[tuple[Connection, Submission]]:
        """Open a transaction on a submission that nobody else changes meanwhile."""
        assignment = self._assignment(brief)
        with writing(self._engine) as connection:
            found = read_submissions(connection, assignment, student, lock=True)
            yield connection, _of(found, brief, student)

    def _assignment(self, brief: str) -> Assignment:
        if brief not in self._assignments:
            name = self._notebook_name(brief)
            with reading(self._engine) as connection:
                assignment = read_assignment(connection, brief)
            if assignment is None or assignment.notebook(name) is None:
                message = f"{brief} has not been published: run `practicum publish {brief}`"
                raise NotReady(message)
            self._assignments[brief] = assignment
        return self._assignments[brief]

    def _notebook(self, brief: str) -> Notebook:
        notebook = self._assignment(brief).notebook(self._notebook_name(brief))
        if notebook is None:
            raise NotReady(f"{brief} has not been published: run `practicum publish {brief}`")
        return notebook

    def _notebook_name(self, brief: str) -> str:
        # To read the brief's file takes longer than to record a submission.
        if brief not in self._names:
            self._names[brief] = self.course.brief(brief).grading.notebook
        return self._names[brief]

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

    def _marks(self, brief: str, student: str, submission: Submission) -> Marks:
        notebook = self._notebook(brief)
        book = submission.notebooks.get(notebook.id)
        if book is None:
            raise not_graded(brief, student)
        grades = {notebook.graded[id_].name: g for id_, g in book.grades.items()}
        words = {notebook.commented[id_]: c.text for id_, c in book.comments.items()}
        cells = tuple(
            CellMark(
                cell=name,
                kind=kind,
                max_points=notebook.points[name],
                score=_score(grades.get(name)),
                comment=words.get(name, ""),
            )
            for name, kind in self._kinds_of(brief).items()
        )
        return Marks(student=student, brief=brief, cells=cells, penalty=book.penalty or 0.0)

    @cached_property
    def _people(self) -> Mapping[str, Mapping[str, str]]:
        """What nbgrader keeps of each student; its export cannot quote a comma."""
        people = {}
        for person in self.course.roster.students:
            first, _, last = " ".join(person.name.replace(",", " ").split()).rpartition(" ")
            entry = {"first_name": first, "last_name": last}
            people[person.id] = entry | ({"email": person.email} if person.email else {})
        return people

    def _due(self, brief: str) -> datetime | None:
        due = self.course.due(brief)
        return due.replace(tzinfo=None) if due is not None else None

    def _penalty(self, _student: str, points: float, seconds_late: float) -> float | None:
        """Return what a notebook loses by the course's policy; None where that is nothing."""
        late = timedelta(seconds=seconds_late)
        return late_penalty(max(0.0, points), late, self.course.policies.late) or None

    def _outdated(
        self, assignment: Assignment, submissions: Mapping[str, Submission]
    ) -> dict[str, Submission]:
        news = {
            student: with_penalties(assignment, student, submission, self._penalty)
            for student, submission in submissions.items()
        }
        return {student: new for student, new in news.items() if new != submissions[student]}


def _of(found: Mapping[str, Submission], brief: str, student: str) -> Submission:
    if student not in found:
        raise not_graded(brief, student)
    return found[student]


def not_graded(brief: str, student: str) -> NotReady:
    """Return the error that says so, with the remedy."""
    return NotReady(f"{brief}: {student} is not graded: run `practicum grade {brief}`")


def _marked(
    book: HandedIn, notebook: Notebook, cell: str, score: float | None, words: str | None
) -> HandedIn:
    """Return a notebook's rows with a person's mark for a cell, and words if there are any."""
    grade = book.grades[cell]
    # Taken back, the autograder's score counts again where there is one.
    needed = score is None and grade.auto_score is None
    grades = {cell: replace(grade, manual_score=score, needs_manual_grade=needed)}
    comments = {}
    if words is not None:
        name = notebook.graded[cell].name
        comments = {
            id_: replace(comment, manual_comment=words)
            for id_, comment in book.comments.items()
            if notebook.commented[id_] == name and (comment.manual_comment or "") != words
        }
    return replace(book, grades=book.grades | grades, comments=book.comments | comments)


def _score(grade: Grade | None) -> float | None:
    """Return a grade's score, or None while a person has to give one."""
    return None if grade is None or grade.needs_manual_grade else grade.score
