"""From judgements to marks: the consensus of each criterion goes into the gradebook."""

from __future__ import annotations

from practicum.course import Course
from practicum.errors import NotReady
from practicum.marks import CellMark, level_points
from practicum.progress import Progress, Step, silent
from practicum.records import Case, Records, cases_of
from practicum.review.comment import comment_on
from practicum.review.ports import Gradebook, opened
from practicum.rubrics import Rubric
from practicum.values import Value

__all__ = ["MarksReport", "apply_from_room", "apply_marks", "criterion_cells"]


class MarksReport(Value):
    """What became of the judgements on one brief.

    ``changed`` and ``unchanged`` count the marks that follow from the judgements.
    ``pending`` are the cases that an instructor should look at; ``taken_back`` counts the
    marks from before a reviewer disagreed, which are unset until somebody decides.
    ``skipped`` are the students whose submissions are not graded yet.
    """

    brief: str
    changed: int
    unchanged: int
    pending: tuple[Case, ...]
    taken_back: int
    skipped: tuple[str, ...]


def apply_marks(
    course: Course,
    gradebook: Gradebook,
    records: Records,
    brief: str,
    *,
    progress: Progress = silent,
) -> MarksReport:
    """Write the mark and the comment of every criterion that has a level.

    Where reviewers are too far apart and nobody has decided, the mark is unset. It can be
    called again without harm: what is there already is not written again.

    Raises:
        NotReady: The brief is not published, or with other criteria.
        UnknownName: The course has no such brief.

    """
    rubric = course.rubric(brief)
    cells = criterion_cells(gradebook, brief, rubric)
    cases = cases_of(
        rubric,
        records.assessments(brief),
        records.decisions(brief),
        gap=course.policies.moderation_gap,
    )
    graded = set(gradebook.students(brief))
    todo = [case for case in cases if case.student in graded]
    settled = [case for case in todo if case.level is not None]
    changed = 0
    for done, case in enumerate(settled):
        progress(Step(f"marks {brief}", done, len(settled), case.student))
        changed += _write(gradebook, case, rubric, cells[case.criterion])
    progress(Step(f"marks {brief}", len(settled), len(settled)))
    return MarksReport(
        brief=brief,
        changed=changed,
        unchanged=len(settled) - changed,
        pending=tuple(case for case in cases if case.pending),
        taken_back=sum(
            gradebook.set_mark(brief, case.student, cells[case.criterion].cell, None, "")
            for case in todo
            if case.level is None
        ),
        skipped=tuple(sorted({case.student for case in cases} - graded)),
    )


def apply_from_room(
    course: Course, brief: str, *, gradebook: Gradebook | None = None, progress: Progress = silent
) -> MarksReport:
    """Write the marks that follow from what was submitted in the review room (see apply_marks).

    Raises:
        NotReady: See ``apply_marks``.
        UnknownName: The course has no such brief.
        Busy: Another command is at work on the course.

    """
    with (
        opened(course, gradebook, to_write=True) as book,
        Records(course.records_url) as records,
    ):
        return apply_marks(course, book, records, brief, progress=progress)


def criterion_cells(gradebook: Gradebook, brief: str, rubric: Rubric) -> dict[str, CellMark]:
    """Return the cell of each criterion in the gradebook.

    Raises:
        NotReady: The brief is not published, or a criterion has no cell.

    """
    publish = f"run `practicum publish {brief}`"
    if brief not in gradebook.briefs():
        message = f"{brief}: this brief is not published yet: {publish}"
        raise NotReady(message)
    cells = {cell.cell: cell for cell in gradebook.cells(brief)}
    missing = [criterion.cell for criterion in rubric.criteria if criterion.cell not in cells]
    if missing:
        message = (
            f"{brief}: the published notebook has no cell {', '.join(missing)}, "
            f"which the rubric {rubric.id} asks for: add it and {publish}"
        )
        raise NotReady(message, missing)
    return {criterion.id: cells[criterion.cell] for criterion in rubric.criteria}


def _write(gradebook: Gradebook, case: Case, rubric: Rubric, cell: CellMark) -> bool:
    criterion = rubric.criterion(case.criterion)
    if criterion is None or case.level is None:  # apply_marks hands over neither
        return False
    points = level_points(case.level, cell.max_points)
    comment = comment_on(case, criterion, cell.max_points)
    return gradebook.set_mark(case.brief, case.student, cell.cell, points, comment)
