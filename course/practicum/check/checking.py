"""The verb: from paths to everything that is wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from practicum.check.briefs import check_brief, check_rubric
from practicum.check.courses import (
    check_course,
    check_placements,
    check_roster,
    check_settings,
    course_root,
    pay_floor,
)
from practicum.check.findings import CheckReport, Findings
from practicum.check.kinds import kind_of
from practicum.errors import BadInput, InvalidDocument, NotACourse
from practicum.problems import Problem

__all__ = ["check", "problems_of"]

MAX_FILES = 2_000
ENDINGS = {".yml", ".yaml"}


def check(paths: Sequence[Path] = (), *, here: Path = Path()) -> CheckReport:
    """Check courses, folders and single files.

    Args:
        paths: What to check; without any, the course in ``here`` or above it.
        here: Where to look for a course.

    Raises:
        NotACourse: No path is given, and there is no course.
        BadInput: A path does not exist.

    """
    findings = Findings()
    if not paths:
        root = course_root(here)
        if root is None:
            raise NotACourse(here)
        check_course(root, findings)
    for path in paths:
        if not path.exists():
            raise BadInput(f"{path}: there is nothing here: check the path")
        if path.is_dir():
            _check_folder(path, findings)
        else:
            _check_file(path, findings)
    return findings.report()


def problems_of(root: Path) -> tuple[Problem, ...]:
    """Return every problem of the course in ``root``, sorted by file and line."""
    findings = Findings()
    check_course(root, findings)
    return findings.report().problems


def _check_folder(folder: Path, findings: Findings) -> None:
    if (folder / "course" / "course.yml").is_file():
        check_course(folder, findings)
        return
    files = [file for file in sorted(folder.rglob("*")) if file.suffix in ENDINGS][:MAX_FILES]
    known = [file for file in files if _check_known(file, findings, told=False)]
    if not known:
        what = "no course, brief, rubric or roster is in this folder"
        findings.problems.add(Problem(folder, 0, what, "name a course's folder or a file"))


def _check_file(file: Path, findings: Findings) -> None:
    if file.suffix == ".ipynb" and (file.parent / "brief.yml").is_file():
        _check_file(file.parent / "brief.yml", findings)
    elif file.suffix not in ENDINGS:
        what = "practicum does not know this kind of file"
        findings.problems.add(Problem(file, 0, what, "name a .yml file or a folder"))
    elif not _check_known(file, findings, told=True):
        what = "this is no brief, rubric, roster, course or placements file"
        findings.problems.add(Problem(file, 0, what, "begin from `practicum new`"))


def _check_known(file: Path, findings: Findings, *, told: bool) -> bool:
    """Check one file; return whether it is of a kind that practicum knows."""
    try:
        kind = kind_of(file)
    except InvalidDocument as error:
        if told:
            findings.problems.update(error.problems)
        return told
    if kind == "brief":
        check_brief(file, findings, pay_floor=pay_floor(file))
    elif kind == "rubric":
        check_rubric(file, findings)
    elif kind == "roster":
        check_roster(file, findings)
    elif kind == "placements":
        check_placements(file, findings)
    elif kind == "course":
        check_settings(file, findings)
    return kind is not None
