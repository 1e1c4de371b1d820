"""The course: course.yml, the people and briefs that it names, and where everything lies."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, field_validator

from practicum.briefs import Brief, read_brief
from practicum.documents import Document, read_document
from practicum.errors import InvalidDocument, NotACourse, UnknownName
from practicum.hosting import Hosting
from practicum.internship.terms import WIDGETS, Language, ServiceAddress, WidgetName
from practicum.people import Roster, read_roster
from practicum.placements import Placement, Placements, read_placements
from practicum.policies import Limits, Policies
from practicum.problems import Problem
from practicum.rubrics import Rubric, read_rubric
from practicum.validation import value_from
from practicum.values import Id, Value

__all__ = [
    "Course",
    "CourseSettings",
    "CourseWatch",
    "Databases",
    "ScheduledBrief",
    "settings_problems",
]

Read = TypeVar("Read")
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*$")]


PRIVATE = (
    *("submitted", "autograded", "feedback", "history", "marks", "reports", "release", "review"),
)
"""The folders in course/work that are for the course's own account alone."""


DatabaseUrl = Annotated[
    str,
    StringConstraints(pattern=r"^(sqlite:///|postgres(ql)?(\+psycopg)?://)", max_length=2000),
    Field(description="postgresql://USER@HOST/NAME, without a password; a file if left out"),
]


class ScheduledBrief(Value):
    """A brief that this course offers, and when it is due (in the course's time zone).

    ``review_due`` is when the employer's reviewers should be done.
    """

    brief: Id
    due: Annotated[datetime | None, Field(description="such as 2027-02-01T23:59:00")] = None
    review_due: Annotated[datetime | None, Field(description="when reviewers should be done")] = (
        None
    )


class CourseSettings(Value):
    """The contents of course.yml."""

    schema_version: Literal[1]
    id: Id
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    timezone: Annotated[str, Field(description="such as Europe/Berlin")] = "UTC"
    roster: FileName = "roster.yml"
    placements: FileName | None = None
    exchange: Annotated[
        str,
        StringConstraints(min_length=1, max_length=1000),
        Field(description="a folder, from the course's folder on or absolute"),
    ] = "course/work/exchange"
    gradebook_url: DatabaseUrl | None = None
    records_url: DatabaseUrl | None = None
    briefs: Annotated[tuple[ScheduledBrief, ...], Field(min_length=1)]
    policies: Policies = Policies()
    limits: Limits = Limits()
    widgets: Annotated[
        tuple[WidgetName, ...],
        Field(description="the student's widgets that are on; all if left out"),
    ] = WIDGETS
    language: Language = "en"
    service: ServiceAddress | None = None
    hub: Annotated[Hosting | None, Field(description="the course's JupyterHub, if it has one")] = (
        None
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = "write a name of the IANA database"
            raise ValueError(message) from None
        return zone


def settings_problems(settings: CourseSettings, document: Document) -> Iterator[Problem]:
    """Yield what contradicts itself in a well-formed course.yml."""
    yield from _exchange_problems(settings, document)
    yield from _database_problems(settings, document)
    zone = ZoneInfo(settings.timezone)
    names = [scheduled.brief for scheduled in settings.briefs]
    for index, scheduled in enumerate(settings.briefs):
        if scheduled.brief in names[:index]:
            what = f"{scheduled.brief} is here twice"
            yield document.problem(("briefs", index), what, "remove one")
        for key in ("due", "review_due"):
            moment: datetime | None = getattr(scheduled, key)
            if moment is None or moment.tzinfo is not None:
                continue
            # What summer time skips, or repeats, reads differently by its two offsets.
            first, second = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
            if first != second:
                what = f"{moment:%Y-%m-%d %H:%M} does not exist once in {settings.timezone}"
                fix = "choose another hour: the clocks are changed then"
                yield document.problem(("briefs", index, key), what, fix)


def _exchange_problems(settings: CourseSettings, document: Document) -> Iterator[Problem]:
    root = document.file.absolute().parent.parent
    exchange = Path(os.path.normpath(root / settings.exchange))
    work = root / "course" / "work"
    if work.is_relative_to(exchange) or any(
        exchange.is_relative_to(work / name) for name in PRIVATE
    ):
        what = f"students can write into the exchange, but {settings.exchange} holds other files"
        yield document.problem(("exchange",), what, "name a folder of its own")


def _database_problems(settings: CourseSettings, document: Document) -> Iterator[Problem]:
    for key in Databases.VARIABLES:
        parts = urlsplit(getattr(settings, key) or "")
        if parts.password or "password=" in parts.query:
            what = f"{key} holds a password, and this file is read by many"
            fix = f"put the whole URL into the environment: {Databases.VARIABLES[key]}"
            yield document.problem((key,), what, fix)


@dataclass(frozen=True)
class Databases:
    """Where marks and records are kept; None stands for a file in course/work.

    The environment comes first, so that no password has to be in a file.
    """

    gradebook_url: str | None = None
    records_url: str | None = None

    VARIABLES: ClassVar[dict[str, str]] = {
        "gradebook_url": "PRACTICUM_GRADEBOOK_URL",
        "records_url": "PRACTICUM_RECORDS_URL",
    }

    @classmethod
    def of(cls, settings: CourseSettings) -> Databases:
        """Return what the environment names, or else course.yml."""
        named = {key: os.environ.get(variable) for key, variable in cls.VARIABLES.items()}
        return cls(**{key: url or getattr(settings, key) for key, url in named.items()})


@dataclass(frozen=True)
class Course:
    """A course on disk: the one object that every command receives."""

    root: Path
    settings: CourseSettings
    roster: Roster = field(repr=False)
    databases: Databases = field(default=Databases(), repr=False)
    decided: tuple[Placement, ...] = field(default=(), repr=False)
    _kept: dict[Path, tuple[object, Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def find(cls, place: str | Path = ".") -> Course:
        """Read the course at ``place`` (a path; here, if none is given) or above it.

        Raises:
            NotACourse: There is no course.yml there.
            InvalidDocument: course.yml or the roster has problems.

        """
        start = Path(place).absolute()
        for folder in (start, *start.parents):
            if (folder / "course" / "course.yml").is_file():
                return cls._read(folder)
        raise NotACourse(Path(place))

    @classmethod
    def _read(cls, root: Path) -> Course:
        document = read_document(root / "course" / "course.yml")
        settings = value_from(CourseSettings, document)
        problems = sorted(settings_problems(settings, document))
        if problems:
            raise InvalidDocument(problems)
        roster = read_roster(root / "course" / settings.roster)
        return cls(root, settings, roster, Databases.of(settings))

    @property
    def id(self) -> str:
        """The name of the course, also for nbgrader and the hub."""
        return self.settings.id

    @property
    def policies(self) -> Policies:
        """How marks are made up."""
        return self.settings.policies

    @property
    def brief_names(self) -> tuple[str, ...]:
        """The ids of the briefs on offer, in the order of course.yml."""
        return tuple(scheduled.brief for scheduled in self.settings.briefs)

    @cached_property
    def placements(self) -> Placements:
        """Who works on what: the placements file, if any, and what was ``decided`` besides."""
        if self.settings.placements is None:
            return Placements(schema_version=1)
        file = self.root / "course" / self.settings.placements
        return read_placements(file, self.roster, self.brief_names)

    def with_decided(self, decided: tuple[Placement, ...]) -> Course:
        """Return the course with placements that were decided elsewhere; no file is read again."""
        course = replace(self, decided=decided)
        more = self.placements.with_decided(decided, self.roster, self.brief_names)
        course.__dict__.update(placements=more, _kept=self._kept)
        return course

    def brief(self, name: str) -> Brief:
        """Return the brief; raise UnknownName or InvalidDocument."""
        if name not in self.brief_names:
            raise UnknownName("brief", name, self.brief_names)
        read = partial(read_brief, pay_floor=self.policies.pay_floor)
        return self._once(self.brief_folder(name) / "brief.yml", read)

    def rubric(self, name: str) -> Rubric:
        """Return the rubric of the brief ``name``; raise UnknownName or InvalidDocument."""
        return self._once(self.root / "rubrics" / f"{self.brief(name).rubric}.yml", read_rubric)

    def _once(self, file: Path, read: Callable[[Path], Read]) -> Read:
        """Return what a file says, and read it again only when it is another one."""
        state = _file_state(file)
        if not state:
            return read(file)  # which says what is wrong
        known, value = self._kept.get(file, (None, None))
        if known != state:
            value = read(file)
            self._kept[file] = (state, value)
        kept: Read = value
        return kept

    def students_of(self, brief: str) -> tuple[str, ...]:
        """Return the ids of the students who are expected to hand in ``brief``."""
        return self.placements.students_of(brief, self.roster)

    def due(self, brief: str) -> datetime | None:
        """Return when ``brief`` is due, in UTC, or None."""
        return self._moment(brief, lambda scheduled: scheduled.due)

    def review_due(self, brief: str) -> datetime | None:
        """Return when the reviews of ``brief`` should be done, in UTC, or None."""
        return self._moment(brief, lambda scheduled: scheduled.review_due)

    def _moment(
        self, brief: str, of: Callable[[ScheduledBrief], datetime | None]
    ) -> datetime | None:
        for scheduled in self.settings.briefs:
            moment = of(scheduled) if scheduled.brief == brief else None
            if moment is not None:
                if moment.tzinfo is None:
                    moment = moment.replace(tzinfo=ZoneInfo(self.settings.timezone))
                return moment.astimezone(UTC)
        return None

    def brief_folder(self, brief: str) -> Path:
        """Where the brief's source lies: brief.yml, the notebook with solutions, data."""
        return self.root / "assignments" / brief

    @property
    def work(self) -> Path:
        """Where everything lies that commands make; never under version control."""
        return self.root / "course" / "work"

    @property
    def exchange(self) -> Path:
        """The exchange of nbgrader: where files go to students, and come from them."""
        return Path(os.path.normpath(self.root.absolute() / self.settings.exchange))

    def prepare_work(self) -> None:
        """Make course/work, and keep other accounts out of all of it but the exchange.

        What everybody may read becomes the owner's alone; what others cannot read stays as it
        is, so that a group of instructors may share a course on purpose.
        """
        self.work.mkdir(parents=True, exist_ok=True)
        for name in PRIVATE:
            (self.work / name).mkdir(mode=0o700, exist_ok=True)
        passage = stat.S_IXOTH if self.exchange.is_relative_to(self.work) else 0
        _keep_others_out(self.work, passage)
        for name in (*PRIVATE, "gradebook.db", "records.db"):
            _keep_others_out(self.work / name)

    @property
    def gradebook_url(self) -> str:
        """The database URL of nbgrader's gradebook; it may hold a password."""
        return self.databases.gradebook_url or f"sqlite:///{self.work / 'gradebook.db'}"

    @property
    def records_url(self) -> str:
        """The database URL of practicum's own records; it may hold a password."""
        return self.databases.records_url or f"sqlite:///{self.work / 'records.db'}"

    def station(self, name: str, *, student: str = ".", brief: str = "") -> Path:
        """Return nbgrader's folder for a step: release, submitted, autograded or feedback."""
        return (self.work / name / student / brief).absolute()


def _keep_others_out(place: Path, passage: int = 0) -> None:
    """Take the rights of others, but for ``passage``; what belongs to somebody else stays."""
    try:
        about = place.stat()
    except FileNotFoundError:
        return
    mode = stat.S_IMODE(about.st_mode)
    wanted = mode | passage
    if mode & stat.S_IRWXO & ~passage:
        wanted = mode & stat.S_IRWXU | passage | passage << 3
    if mode != wanted and about.st_uid == os.getuid():
        place.chmod(wanted)


class CourseWatch:
    """A course that is read again when course.yml, the roster or the placements have changed."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._state = _state(course)
        _ = course.placements  # read now, to be there when the file is wrong

    def renew(self) -> bool:
        """Read the course again if its files are other ones; tell whether it was.

        Raises:
            PracticumError: They cannot be used now; ``course`` stays what it was, and the next
                call tries again.

        """
        state = _state(self.course)
        if state == self._state:
            return False
        course = Course.find(self.course.root)
        _ = course.placements  # which may be wrong, too
        self.course, self._state = course, state
        return True


def _state(course: Course) -> tuple[object, ...]:
    """Return what tells whether the files that say who takes part, and when, have changed."""
    names = ("course.yml", course.settings.roster, course.settings.placements)
    return tuple(_file_state(course.root / "course" / name) for name in names if name is not None)


def _file_state(file: Path) -> tuple[int, ...]:
    try:
        about = file.stat()
    except OSError:
        return ()
    return (about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino)
