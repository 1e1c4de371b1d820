"""The verb ``init``: lay down a new course, whole or not at all."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path

from pydantic import ValidationError

from practicum import __version__
from practicum.briefs.brief import Contact
from practicum.course import Course, CourseSettings
from practicum.course_init.seed import Material, other_course, own_seed, schemas
from practicum.course_init.texts import filled, quoted
from practicum.errors import BadInput, PracticumError
from practicum.progress import Progress, Step, silent
from practicum.values import Value

__all__ = ["InitReport", "init_course"]

LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "*.pyc", "*.db", "node_modules")


class InitReport(Value):
    """The course that is there now, and whether it was there before."""

    root: Path
    id: str
    title: str
    briefs: tuple[str, ...]
    already: bool


def init_course(  # noqa: PLR0913 (each is a question that an instructor answers)
    folder: Path,
    *,
    source: Path | None = None,
    everything: bool = False,
    course_id: str | None = None,
    title: str | None = None,
    progress: Progress = silent,
) -> InitReport:
    """Lay down a new course in ``folder``, or tell what course is there.

    Args:
        folder: A folder that is empty or not there yet, or a course.
        source: A course or checkout whose briefs are taken; without it, the first-steps one.
        everything: All briefs of ``source``, not only those that it offers.
        course_id: The course's id; without it, made from the folder's name.
        title: The course's title.
        progress: Is told about each brief.

    Raises:
        BadInput: The folder holds something else, or the source or id cannot be used.
        InvalidDocument: A brief that would be taken, or the course that is there, has problems.

    """
    if (folder / "course" / "course.yml").is_file():
        return _report(Course.find(folder), folder, already=True)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder}: not empty, and no course: choose a new folder")
    name, title = _checked(course_id or _id_from(folder), title or "A course with employers")
    material = other_course(source, everything=everything) if source else own_seed()
    target = folder.absolute()
    building = target.parent / f".{target.name}-{secrets.token_hex(6)}"
    try:
        building.mkdir(parents=True)
        _lay_down(building, material, name, title, progress)
        course = Course.find(building)
        _move(building, target)
    except OSError as error:
        raise PracticumError(f"{folder}: cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return _report(course, folder, already=False)


def _report(course: Course, folder: Path, *, already: bool) -> InitReport:
    return InitReport(
        root=folder,
        id=course.id,
        title=course.settings.title,
        briefs=course.brief_names,
        already=already,
    )


def _checked(name: str, title: str) -> tuple[str, str]:
    plain = {"schema_version": 1, "id": name, "title": title, "briefs": [{"brief": "x"}]}
    try:
        CourseSettings.model_validate(plain)
    except ValidationError as error:
        if error.errors()[0]["loc"] == ("id",):
            message = f"{name!r} is no id: use lower-case letters, digits, dot, dash, underscore"
        else:
            message = "a title has 1 to 200 characters: give a shorter one"
        raise BadInput(message) from None
    return name, title


def _id_from(folder: Path) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", folder.absolute().name.lower()).strip("-")
    return plain[:64].strip("-") or "course"


def _lay_down(root: Path, material: Material, name: str, title: str, progress: Progress) -> None:
    for done, brief in enumerate(material.briefs):
        progress(Step("copy", done, len(material.briefs), brief.id))
        shutil.copytree(
            material.assignments / brief.id, root / "assignments" / brief.id, ignore=_ordinary
        )
        (root / "rubrics").mkdir(exist_ok=True)
        rubric = f"{brief.rubric}.yml"
        shutil.copyfile(material.rubrics / rubric, root / "rubrics" / rubric)
    progress(Step("copy", len(material.briefs), len(material.briefs)))
    if material.notebooks.is_dir():
        shutil.copytree(material.notebooks, root / "notebooks", ignore=_ordinary)
    (root / "notebooks").mkdir(exist_ok=True)
    (root / "course").mkdir()
    shutil.copytree(schemas(), root / "course" / "schemas", ignore=_ordinary)
    for file, text in _texts(material, name, title).items():
        (root / file).write_text(text, encoding="utf-8")


def _ordinary(folder: str, names: list[str]) -> set[str]:
    """Leave out what tools left behind, and links: a course holds its own files."""
    links = {name for name in names if (Path(folder) / name).is_symlink()}
    return links | set(LEFT_BEHIND(folder, names))


def _texts(material: Material, name: str, title: str) -> dict[str, str]:
    briefs = "\n".join(f"  - brief: {brief.id}" for brief in material.briefs)
    floor = f"{material.pay_floor:g}"
    return {
        "course/course.yml": filled(
            "course.yml", id=name, title=quoted(title), briefs=briefs, pay_floor=floor
        ),
        "course/roster.yml": filled("roster.yml", reviewers=_reviewers(material)),
        "README.md": filled(
            "README.md", id=name, title_plain=" ".join(title.split()), brief=material.briefs[0].id
        ),
        "environment.yml": filled("environment.yml", id=name, version=__version__),
        "nbgrader_config.py": filled("nbgrader_config.py.txt"),
        ".gitignore": filled("gitignore"),
    }


def _reviewers(material: Material) -> str:
    """Return a reviewer for each employer: the champion of its first brief."""
    lines = []
    employers: dict[str, list[str]] = {}
    champions: dict[str, Contact] = {}
    for brief in material.briefs:
        employers.setdefault(brief.employer.name, []).append(brief.id)
        champions.setdefault(brief.employer.name, brief.people.champion)
    for number, (employer, briefs) in enumerate(employers.items(), start=1):
        champion = champions[employer]
        lines += [
            f"  - id: reviewer-{number}",
            f"    name: {quoted(champion.name)}",
            f"    email: {quoted(champion.email)}",
            f"    employer: {quoted(employer)}",
            f"    briefs: [{', '.join(briefs)}]",
        ]
    return "\n".join(lines)


def _move(building: Path, target: Path) -> None:
    """Put the finished course into its place; take back everything when that fails."""
    if not target.exists():
        building.rename(target)
        return
    # The folder itself stays: a shell may stand in it.
    moved: list[Path] = []
    try:
        for part in sorted(building.iterdir()):
            part.rename(target / part.name)
            moved.append(target / part.name)
    except OSError:
        for part in moved:
            part.rename(building / part.name)
        raise
