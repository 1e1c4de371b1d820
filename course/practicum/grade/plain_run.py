"""One run of grading in a course that only nbgrader knows: several notebooks a submission."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from practicum.errors import BadSubmission, PracticumError, UnknownName
from practicum.execution import Engine, Executed, Job
from practicum.grade import pipeline
from practicum.grade.basis import Basis, changes, versions
from practicum.grade.graded import Graded, Standing
from practicum.grade.plain_log import GradingLog, Line
from practicum.grade.pool import run_all
from practicum.grade.solution import Solution
from practicum.grade.sureness import findings_of, held, standing_of
from practicum.grade.suspicious import suspicious_cells
from practicum.gradebook import (
    AnswerKey,
    AutoScore,
    ForeignCourse,
    ForeignGradebook,
    Restored,
    digest_of,
    executed_digest,
    foreign_draft,
)
from practicum.notebooks import notebook_text, read_notebook
from practicum.records import Finding

__all__ = ["PlainRun", "PlainSubmission"]

MISSING = "the notebook is missing: nothing is earned"
NONE_KNOWN = "no notebook of the assignment in it ({expected}), but {found}: correct the name"


@dataclass(frozen=True)
class PlainSubmission:
    """A submission of several notebooks: where it lies, and what its marks rest on.

    ``wrong`` says why it cannot be graded, or is empty.
    """

    student: str
    folder: Path
    received_at: datetime | None
    content: str
    digest: str
    wrong: str = ""


@dataclass
class _Work:
    """A submission under way: what came of its notebooks so far, and how many still run."""

    submission: PlainSubmission
    waiting: int = 0
    seconds: float = 0.0
    fault: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    scores: dict[str, tuple[AutoScore, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    standing: dict[str, Standing] = field(default_factory=dict)
    restored: dict[str, Restored] = field(default_factory=dict)


@dataclass(frozen=True)
class PlainRun:
    """One run: the course, its gradebook and log, the answer keys by notebook.

    ``data`` holds copies of the source's files, ``notes`` what each notebook's kernel is about.
    """

    course: ForeignCourse
    assignment: str
    engine: Engine
    store: ForeignGradebook
    log: GradingLog
    keys: Mapping[str, AnswerKey]
    notes: Mapping[str, str]
    data: Path
    basis: Basis
    before: Mapping[str, Line]

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 (what a run is made of)
        cls,
        course: ForeignCourse,
        assignment: str,
        engine: Engine,
        store: ForeignGradebook,
        keys: Mapping[str, AnswerKey],
        notes: Mapping[str, str],
        data: Path,
    ) -> PlainRun:
        """Lay the course's files out in ``data`` and read what was graded before."""
        for name, file in course.source_files(assignment).items():
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, data / name)
        of_each = [
            Basis.of(key, data, course.limits, judging=engine.judging) for key in keys.values()
        ]
        tests = "".join(basis.parts["tests"] for basis in of_each)
        kernels = "".join(notes.values())
        together = hashlib.sha256(f"{tests}{kernels}{course.add_missing}".encode()).hexdigest()
        basis = Basis({**of_each[0].parts, "tests": together})
        log = GradingLog(course.state)
        before = log.newest(assignment)
        return cls(course, assignment, engine, store, log, keys, notes, data, basis, before)

    def submissions(self, students: Sequence[str]) -> list[PlainSubmission]:
        """Return what was handed in, sorted by student.

        Raises:
            UnknownName: One of ``students`` has handed in nothing.

        """
        found = self.course.submissions(self.assignment)
        for student in students:
            if student not in found:
                raise UnknownName("submission", student, found)
        wanted = students or found
        return [self._submission(student, found[student]) for student in found if student in wanted]

    def is_graded(self, submission: PlainSubmission) -> bool:
        """Tell whether there is nothing to do: we have graded this very submission, or nbgrader.

        What nbgrader has graded, and would not grade again, is left as it is.
        """
        known = self.before.get(submission.student)
        target = self.course.folder(self.course.autograded, submission.student, self.assignment)
        if known is None:
            return target.is_dir() and not self._is_newer(submission, target)
        if known.state != "graded" or known.basis != submission.digest or not known.executed:
            return False
        return executed_digest(target, self._handed_in(submission.folder)) == known.executed

    def unchanged(self, done: Sequence[PlainSubmission]) -> list[Graded]:
        """Report what needs no work."""
        points = self.store.points() if done else {}
        results = []
        for submission in done:
            given, most = points.get(submission.student, (0.0, 0.0))
            results.append(
                Graded(
                    student=submission.student,
                    outcome="unchanged",
                    points=given,
                    max_points=most,
                )
            )
        return results

    def grade(self, todo: Sequence[PlainSubmission], workers: int) -> Generator[Graded, None, None]:
        """Restore, execute, score and record; yield each submission when it is finished."""
        failed = {name for name, line in self.before.items() if line.state == "error"}
        waiting = sorted(todo, key=lambda submission: submission.student in failed)
        self.log.add(Line(self.assignment, s.student, "running") for s in waiting)
        solutions = self._solutions(workers) if waiting else {}
        done: list[Graded] = []
        running: dict[str, tuple[_Work, str]] = {}
        with closing(run_all(self.engine, self._jobs(waiting, running, done), workers)) as outcomes:
            for executed in outcomes:
                work, name = running.pop(executed.name)
                work.waiting -= 1
                self._take(work, name, executed, solutions.get(name, Solution()))
                if not work.waiting:
                    done.append(self._finish(work))
                while done:
                    yield done.pop(0)
        yield from done

    def _submission(self, student: str, folder: Path) -> PlainSubmission:
        wrong, received = "", None
        try:
            received = self.course.time(folder)
        except BadSubmission as error:
            wrong = str(error)
        files = [*self.course.files(folder).values(), *folder.glob("*.ipynb")]
        lines = (f"{file.relative_to(folder)} {digest_of(file)}" for file in sorted(files))
        content = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        there = sorted(file.stem for file in folder.glob(f"{self.course.notebooks}.ipynb"))
        if there and not set(there) & set(self.keys):
            expected = ", ".join(f"{name}.ipynb" for name in self.keys)
            wrong = NONE_KNOWN.format(expected=expected, found=", ".join(there))
        digest = self.basis.whole(content)
        return PlainSubmission(student, folder, received, content, digest, wrong)

    def _handed_in(self, folder: Path) -> dict[str, str]:
        """Return those of the assignment's notebooks that lie in a folder."""
        return {name: "" for name in self.keys if (folder / f"{name}.ipynb").is_file()}

    def _is_newer(self, submission: PlainSubmission, target: Path) -> bool:
        """Tell by nbgrader's rule whether it came after what was graded."""
        try:
            old = self.course.time(target)
        except BadSubmission:
            return True
        new = submission.received_at
        return old is not None and new is not None and new > old

    def _solutions(self, workers: int) -> dict[str, Solution]:
        """Run the instructor's own notebooks: what a right answer earns on this machine."""
        folder = self.course.folder(self.course.source, ".", self.assignment)
        jobs = []
        for name, key in self.keys.items():
            try:
                restored = pipeline.restore(key, (folder / f"{name}.ipynb").read_bytes())
            except (BadSubmission, OSError):
                continue
            jobs.append(
                Job(name, restored.notebook, (self.data,), name, self.course.limits, (self.data,))
            )
        with closing(run_all(self.engine, jobs, workers)) as outcomes:
            return {e.name: Solution.of(self.keys[e.name], e) for e in outcomes}

    def _jobs(
        self,
        waiting: Sequence[PlainSubmission],
        running: dict[str, tuple[_Work, str]],
        done: list[Graded],
    ) -> Iterator[Job]:
        """Yield the notebooks that have to run; what needs no run is done at once."""
        for submission in waiting:
            work = _Work(submission, fault=submission.wrong)
            notebooks: dict[str, str] = {}
            try:
                if not work.fault:
                    notebooks = self._restored(work)
            except (BadSubmission, OSError) as error:
                work.fault = str(error)
            if work.fault or not notebooks:
                done.append(self._finish(work))
                continue
            work.waiting = len(notebooks)
            for name, text in notebooks.items():
                job = f"{submission.student}/{name}"
                running[job] = (work, name)
                files = (submission.folder, self.data)
                yield Job(job, text, files, name, self.course.limits, (self.data,))

    def _restored(self, work: _Work) -> dict[str, str]:
        """Return the notebooks that can be run; a missing one is scored at once."""
        notebooks = {}
        for name, key in self.keys.items():
            if not Path(name).match(self.course.notebooks):
                continue
            submitted = pipeline.read(work.submission.folder, name, self.course.limits)
            if submitted is None:
                work.scores[name] = pipeline.score_missing(key)
                work.findings.append(self._finding(name, "", "restored", MISSING))
                continue
            restored = pipeline.restore(key, submitted, add_missing=self.course.add_missing)
            noticed = (*restored.findings, *suspicious_cells(restored.notebook))
            work.restored[name] = Restored("", noticed)
            notebooks[name] = restored.notebook
        return notebooks

    def _take(self, work: _Work, name: str, executed: Executed, solution: Solution) -> None:
        """Score a notebook that has run."""
        work.seconds += executed.seconds
        if executed.fault:
            work.fault = work.fault or f"{name}: {executed.fault}"
            return
        key, text = self.keys[name], executed.notebook
        if self.course.finish is not None:
            text = notebook_text(self.course.finish(read_notebook(text)))
        scores = pipeline.score(text)
        standing = standing_of(key, scores, executed)
        work.scores[name] = held(scores, standing)
        work.texts[name] = text
        if self.notes.get(name):
            work.findings.append(self._finding(name, "", "kernel", self.notes[name]))
        found = findings_of(work.restored[name], executed, scores, standing, solution)
        work.findings += [self._finding(name, f.cell, f.kind, f.message) for f in found]
        work.standing |= {self._cell(name, cell): sure.state for cell, sure in standing.items()}

    def _finish(self, work: _Work) -> Graded:
        submission = work.submission
        if work.fault:
            return self._error(submission, work.fault)
        try:
            return self._record(work)
        except PracticumError:
            raise
        except Exception as error:  # noqa: BLE001 (a late plug-in is an instructor's own code)
            return self._error(submission, f"{type(error).__name__}: {error}"[:500])

    def _record(self, work: _Work) -> Graded:
        submission = work.submission
        known = self.before.get(submission.student)
        now = {"submission": submission.content, **self.basis.parts}
        target = self.course.folder(self.course.autograded, submission.student, self.assignment)
        changed = (
            known is None
            or self.course.again
            or known.content != submission.content
            or self._is_newer(submission, target)
        )
        with foreign_draft(self.course, self.assignment, submission.student, work.texts) as draft:
            try:
                given, most = self.store.record(
                    submission.student,
                    work.scores,
                    received_at=submission.received_at,
                    changed=changed,
                )
            except BadSubmission as error:
                return self._error(submission, str(error))
            draft.install()
        findings = tuple(work.findings)
        line = Line(
            self.assignment,
            submission.student,
            "graded",
            submission.digest,
            submission.content,
            draft.executed,
            parts=versions() | now,
            findings=tuple(finding.model_dump(exclude={"student"}) for finding in findings),
        )
        self.log.add([line])
        parts = {k: v for k, v in known.parts.items() if k in now} if known else {}
        return Graded(
            student=submission.student,
            outcome="graded",
            points=given,
            max_points=most,
            seconds=round(work.seconds, 3),
            findings=findings,
            standing=work.standing,
            why=changes(parts, now),
        )

    def _error(self, submission: PlainSubmission, detail: str) -> Graded:
        line = Line(self.assignment, submission.student, "error", detail=detail)
        self.log.add([replace(line, parts=versions())])
        return Graded(student=submission.student, outcome="error", detail=detail)

    def _cell(self, notebook: str, cell: str) -> str:
        """Return a cell's name; with its notebook's where there are several."""
        return cell if len(self.keys) == 1 else f"{notebook}/{cell}".rstrip("/")

    def _finding(self, notebook: str, cell: str, kind: str, message: str) -> Finding:
        return Finding(cell=self._cell(notebook, cell), kind=kind, message=message)
