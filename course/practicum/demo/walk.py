"""The walk: one call of each verb, in the order of the road, on the demo's course.

Every step can be done again without harm, so that an interrupted walk goes on where it
stopped, and a finished one finds nothing to do.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from practicum.collect import collect
from practicum.course import Course
from practicum.demo.handing_in import hand_in_by_exchange, hand_in_by_lms
from practicum.demo.judgements import assessments_csv, disputed, written_marks_csv
from practicum.demo.mistakes import read_answers
from practicum.demo.setting import Setting, lay_out
from practicum.grade import grade, mark
from practicum.gradebook import CourseGradebook
from practicum.progress import Progress, silent
from practicum.publish import publish
from practicum.records import Records
from practicum.release import release
from practicum.report import report
from practicum.review import moderate, pending, review

__all__ = ["Walked", "walk"]

Tell = Callable[[str, str], None]
"""Is told the name of a step and what came of it."""


@dataclass(frozen=True)
class Walked:
    """Where the walk led: the course, its report, one page of feedback, and seconds."""

    course: Course
    setting: Setting
    report: Path
    feedback: Path
    seconds: float


def walk(
    folder: Path, source: Path, *, tell: Tell, progress: Progress = silent, fresh: bool = False
) -> Walked:
    """Walk the whole road with a sample cohort.

    Args:
        folder: Where the demo's course lies; it is made there, or gone on with.
        source: A checkout: its briefs with solutions, rubrics and ``course/cohort``.
        tell: Is told what came of each step.
        progress: Shown while a step runs.
        fresh: Begin anew.

    Raises:
        PracticumError: As the verbs do.

    """
    start = time.perf_counter()
    if fresh and (folder / "course" / "course.yml").is_file():
        shutil.rmtree(folder)
    setting = lay_out(folder, source)
    course = Course.find(folder)
    tell(
        "init", f"a course with {len(setting.members)} students on {len(course.brief_names)} briefs"
    )
    for step in (_publish, _hand_in, _collect, _grade, _mark, _review, _moderate, _release):
        for name, words in step(course, setting, progress):
            tell(name, words)
    page = report(course, progress=progress)
    tell("report", f"{page}")
    shown = setting.members[0]
    feedback = course.station("feedback", student=shown.id, brief=shown.brief) / "brief.html"
    return Walked(course, setting, page, feedback, time.perf_counter() - start)


Steps = Iterator[tuple[str, str]]


def _publish(course: Course, _setting: Setting, progress: Progress) -> Steps:
    for brief in course.brief_names:
        publication = publish(course, brief, progress=progress)
        figures = publication.proofs[0].figure
        held = f"{len(publication.proofs)} proofs hold; the solution earns {figures}"
        yield "publish", f"{brief}: {'unchanged' if publication.unchanged else held}"


def _hand_in(course: Course, setting: Setting, _progress: Progress) -> Steps:
    for brief in course.brief_names:
        members = setting.of(brief)
        if brief == course.brief_names[0]:
            count = hand_in_by_exchange(course, brief, members, setting)
            way = "nbgrader's exchange"
        else:
            count = hand_in_by_lms(course, brief, members, setting)
            way = f"an LMS export, {setting.export(brief).name}"
        yield "hand in", f"{brief}: {count} new of {len(members)} students, by {way}"


def _collect(course: Course, setting: Setting, progress: Progress) -> Steps:
    for brief in course.brief_names:
        if brief == course.brief_names[0]:
            report_ = collect(course, brief, progress=progress)
        else:
            report_ = collect(
                course,
                brief,
                source=setting.export(brief),
                receipts=setting.receipts(brief),
                progress=progress,
            )
        counts = {
            outcome: len(report_.with_outcome(outcome))
            for outcome in ("collected", "unchanged", "refused")
        }
        yield "collect", f"{brief}: " + ", ".join(f"{n} {what}" for what, n in counts.items() if n)


def _grade(course: Course, _setting: Setting, progress: Progress) -> Steps:
    for brief in course.brief_names:
        done = grade(course, brief, progress=progress)
        count = done.count("graded")
        each = f", {done.seconds / count:.1f} s each" if count else ""
        findings = sum(len(graded.findings) for graded in done.graded)
        others = f"{done.count('unchanged')} unchanged, {done.count('error')} errors"
        yield "grade", f"{brief}: {count} graded, {others}, {findings} findings{each}"


def _mark(course: Course, setting: Setting, progress: Progress) -> Steps:
    for brief in course.brief_names:
        with CourseGradebook(course) as store:
            points = {c.cell: c.max_points for c in store.cells(brief) if c.kind == "written"}
        file = setting.write(f"marks-{brief}.csv", written_marks_csv(setting.of(brief), points))
        done = mark(course, brief, file, progress=progress)
        yield "mark", f"{brief}: {done.marks} written answers, {done.changed} new"


def _review(course: Course, setting: Setting, progress: Progress) -> Steps:
    dispute = disputed(setting.members)
    for brief in course.brief_names:
        members = setting.of(brief)
        with Records(course.records_url) as records:
            codes = {member.id: records.blind_code(brief, member.id) for member in members}
        answers = read_answers(setting.answers(brief))
        table = assessments_csv(members, codes, course.rubric(brief), answers, dispute)
        file = setting.write(f"assessments-{brief}.csv", table)
        done = review(course, brief, file, progress=progress)
        yield "review", f"{brief}: {done.added} assessments by three reviewers, unnamed students"


def _moderate(course: Course, _setting: Setting, progress: Progress) -> Steps:
    cases = pending(course)
    for case in cases:
        level = sorted(case.levels)[len(case.levels) // 2]
        moderate(
            course,
            case.brief,
            case.student,
            case.criterion,
            level,
            "Two reviewers agree, and what the third one missed is in the second task.",
            course.roster.instructors[0].id,
            progress=progress,
        )
        levels = ", ".join(str(level) for level in case.levels)
        which = f"{case.brief}: {case.student}, {case.criterion}"
        yield "moderate", f"{which}: {levels} are far apart; the instructor decides {level}"
    if not cases:
        yield "moderate", "nothing is waiting"


def _release(course: Course, _setting: Setting, progress: Progress) -> Steps:
    for brief in course.brief_names:
        done = release(course, brief, progress=progress)
        yield (
            "release",
            f"{brief}: {len(done.released)} feedback pages, {len(done.unchanged)} unchanged",
        )
