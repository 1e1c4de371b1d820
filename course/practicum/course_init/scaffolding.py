"""The verb ``new``: begin a brief or a rubric, of which ``practicum check`` says what is left."""

from __future__ import annotations

import json
import math
import re
import secrets
import shutil
from pathlib import Path

from practicum.briefs import read_brief
from practicum.course import Course, CourseSettings
from practicum.course_init.notebooks import notebook_for
from practicum.course_init.texts import filled
from practicum.documents import read_document
from practicum.errors import BadInput, InvalidDocument, PracticumError
from practicum.rubrics import Rubric, read_rubric
from practicum.validation import value_from
from practicum.values import ID_PATTERN, Value

__all__ = ["NewReport", "new_brief", "new_rubric"]

HOURS = 8


class NewReport(Value):
    """The files that were made; ``to_add`` is an item that course.yml still needs, or empty."""

    made: tuple[Path, ...]
    offered: bool = False
    to_add: str = ""


def new_rubric(course: Course, name: str) -> NewReport:
    """Begin a rubric.

    Raises:
        BadInput: The name is no id, or the rubric is there already.

    """
    file = course.root / "rubrics" / f"{_checked(name)}.yml"
    if file.exists():
        raise BadInput(f"{file}: is there already: choose another name")
    _write(file, filled("rubric.yml", name=name))
    return NewReport(made=(file,))


def new_brief(course: Course, name: str) -> NewReport:
    """Begin a brief, with its notebook, and with a rubric of its name if there is none.

    The brief is added to course.yml where that can be done without touching anything else.

    Raises:
        BadInput: The name is no id, or the brief is there already.
        InvalidDocument: The rubric of that name has problems.

    """
    folder = course.brief_folder(_checked(name))
    if folder.exists():
        raise BadInput(f"{folder}: is there already: choose another name")
    rubric_file = course.root / "rubrics" / f"{name}.yml"
    made = [] if rubric_file.exists() else [*new_rubric(course, name).made]
    rubric = read_rubric(rubric_file)
    building = folder.parent / f".{name}-{secrets.token_hex(6)}"
    try:
        building.mkdir(parents=True)
        _write_brief(building, course, name, rubric)
        building.rename(folder)
    except BaseException as error:
        shutil.rmtree(building, ignore_errors=True)
        for file in made:
            file.unlink()
        if isinstance(error, OSError):
            message = f"{folder}: cannot be written ({error.strerror}): check the disk"
            raise PracticumError(message) from error
        raise
    read_brief(folder / "brief.yml", pay_floor=course.policies.pay_floor)
    made = [folder / "brief.yml", folder / "brief.ipynb", *made]
    offered = _offer(course, name)
    return NewReport(
        made=tuple(made), offered=offered, to_add="" if offered else f"- brief: {name}"
    )


def _checked(name: str) -> str:
    # A criterion's cell and the notebook's id are made from it: no dots at the end either.
    if not re.fullmatch(ID_PATTERN.strip("^$"), name):
        message = f"{name!r} is no id: use lower-case letters, digits, dot, dash, underscore"
        raise BadInput(message)
    return name


def _write_brief(folder: Path, course: Course, name: str, rubric: Rubric) -> None:
    text = filled(
        "brief.yml",
        name=name,
        rubric=rubric.id,
        amount=math.ceil(HOURS * course.policies.pay_floor),
        deliverables=_deliverables(rubric),
    )
    (folder / "brief.yml").write_text(text, encoding="utf-8")
    notebook = json.dumps(notebook_for(rubric), indent=1, ensure_ascii=False)
    (folder / "brief.ipynb").write_text(notebook + "\n", encoding="utf-8")


def _deliverables(rubric: Rubric) -> str:
    """Return two deliverables, which together are judged by every criterion."""
    names = [criterion.id for criterion in rubric.criteria]
    half = math.ceil(len(names) / 2)
    parts = (("result", "test-total", names[:half]), ("recommendation",) * 2 + (names[half:],))
    return "\n".join(
        f"""\
  - id: {name}
    title: "TODO: what is handed over"
    acceptance: "TODO: the rule by which the employer accepts it"
    criteria: [{", ".join(criteria or names)}]
    cells: [{cell}]"""
        for name, cell, criteria in parts
    )


def _offer(course: Course, name: str) -> bool:
    """Add the brief to the end of course.yml's list; return whether that was possible."""
    file = course.root / "course" / "course.yml"
    document = read_document(file)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    place = document.line(("briefs",))
    if not re.fullmatch(r"briefs:\s*(#.*)?\n?", lines[place - 1]):
        return False
    last = document.line(("briefs", len(course.brief_names) - 1))
    indent = re.match(r"\s*(?=- )", lines[last - 1])
    if indent is None:
        return False
    end = last
    while end < len(lines) and re.match(rf"{indent[0]}\s+\S", lines[end]):
        end += 1
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    lines.insert(end, f"{indent[0]}- brief: {name}\n")
    return _replaced(file, "".join(lines), (*course.brief_names, name))


def _replaced(file: Path, text: str, expected: tuple[str, ...]) -> bool:
    """Replace course.yml if it then offers exactly these briefs; return whether it does."""
    new = file.with_name(f".{file.name}-{secrets.token_hex(6)}")
    try:
        new.write_text(text, encoding="utf-8")
        settings = value_from(CourseSettings, read_document(new))
        if tuple(scheduled.brief for scheduled in settings.briefs) != expected:
            return False
        new.chmod(file.stat().st_mode & 0o777)
        new.replace(file)
    except InvalidDocument:
        return False
    finally:
        new.unlink(missing_ok=True)
    return True


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise PracticumError(f"{file}: cannot be written ({error.strerror})") from error
