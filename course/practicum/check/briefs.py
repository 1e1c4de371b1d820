"""A brief with its rubric and its notebook."""

from __future__ import annotations

import difflib
from pathlib import Path

from practicum.briefs import Brief, agreement_problems, read_brief
from practicum.briefs.source import read_notebook
from practicum.briefs.unfinished import todos
from practicum.check.findings import Findings
from practicum.documents import read_document
from practicum.problems import Problem
from practicum.rubrics import Rubric, read_rubric

__all__ = ["check_brief", "check_rubric", "nearest"]


def check_rubric(file: Path, findings: Findings) -> Rubric | None:
    """Check a rubric, and that nothing in it is left to do; return it if it can be read."""
    rubric = findings.read(file, read_rubric)
    if rubric is not None:
        findings.problems.update(todos(read_document(file)))
    return rubric


def check_brief(file: Path, findings: Findings, *, pay_floor: float) -> None:
    """Check a brief.yml, the rubric that it names, its notebook, and that the three agree."""
    brief = findings.read(file, lambda file: read_brief(file, pay_floor=pay_floor))
    if brief is None:
        return
    document = read_document(file)
    findings.problems.update(todos(document))
    assignments = file.absolute().parent.parent
    alternative = brief.legal.alternative_brief
    if alternative and not (assignments / alternative / "brief.yml").is_file():
        findings.problems.add(
            document.problem(
                ("legal", "alternative_brief"),
                f"there is no brief {alternative!r}",
                nearest(alternative, [p.parent.name for p in assignments.glob("*/brief.yml")]),
            )
        )
    _check_agreement(brief, file, findings)


def _check_agreement(brief: Brief, file: Path, findings: Findings) -> None:
    document = read_document(file)
    rubrics = _root_of(file) / "rubrics"
    rubric_file = rubrics / f"{brief.rubric}.yml"
    notebook_file = file.parent / f"{brief.grading.notebook}.ipynb"
    if not rubric_file.is_file():
        names = [p.stem for p in rubrics.glob("*.yml")]
        what = f"there is no rubric {rubric_file}"
        findings.problems.add(document.problem(("rubric",), what, nearest(brief.rubric, names)))
    if not notebook_file.is_file():
        what = f"there is no notebook {notebook_file.name} beside it"
        fix = f"put it into {file.parent}, or correct `grading:` `notebook:`"
        findings.problems.add(Problem(file, document.line(("grading", "notebook")), what, fix))
    if not rubric_file.is_file() or not notebook_file.is_file():
        return
    rubric = check_rubric(rubric_file, findings)
    notebook = findings.read(notebook_file, read_notebook)
    if rubric is None or notebook is None:
        return
    findings.problems.update(
        agreement_problems(
            brief,
            rubric,
            notebook,
            brief_document=document,
            rubric_document=read_document(rubric_file),
            notebook_file=notebook_file,
        )
    )


def _root_of(file: Path) -> Path:
    """Return the course's folder: brief.yml lies in <root>/assignments/<brief>/."""
    folders = file.parents if len(file.parts) > 3 else file.absolute().parents  # noqa: PLR2004 (these three)
    return folders[2] if len(folders) > 2 else folders[-1]  # noqa: PLR2004 (these three)


def nearest(name: str, known: list[str]) -> str:
    """Return a remedy for an unknown name: the nearest one, or all there are."""
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return "correct the name (known: " + (", ".join(sorted(known)) or "none") + ")"
