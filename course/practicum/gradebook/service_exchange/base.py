"""What all of the exchange's commands share: the service, the settings, and how they fail."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from jupyter_core.paths import jupyter_data_dir
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.abc import Exchange as AbstractExchange
from nbgrader.utils import parse_utc
from rapidfuzz import process
from traitlets import Bool, Unicode, default

from practicum.gradebook.service_exchange.client import Client, client_of

__all__ = ["Exchange"]

MB = 1_000_000
LARGE = 8 * MB
"""Of files larger than this, it is told how far they have come."""


class Exchange(AbstractExchange):  # type: ignore[misc] # (nbgrader is untyped)
    """nbgrader's exchange, by the course's service; settings have nbgrader's names."""

    cache = Unicode(
        "",
        help="Local cache of what was submitted. Defaults to $JUPYTER_DATA_DIR/nbgrader_cache",
    ).tag(config=True)

    path_includes_course = Bool(
        default_value=False,
        help="Whether assignments lie in a folder of the course's name: ./course123/ps1.",
    ).tag(config=True)

    root = Unicode("", help="Not used: there is no shared folder.").tag(config=True)

    @default("cache")
    def _cache_default(self) -> str:
        return os.path.join(jupyter_data_dir(), "nbgrader_cache")  # noqa: PTH118 (a trait of text)

    _client: Client | None = None

    @property
    def service(self) -> Client:
        """The service, as the environment names it."""
        if self._client is None:
            self._client = client_of()
        return self._client

    def start(self) -> Any:  # noqa: ANN401 (nbgrader's)
        """Do it; what the service says of a refusal is logged, as nbgrader's own failures are."""
        try:
            return super().start()
        except ExchangeError as error:
            if not getattr(error, "told", False):
                self.log.critical("%s", error)
            raise

    def fail(self, msg: str) -> NoReturn:
        """Log why, and raise ExchangeError."""
        self.log.critical("%s", msg)
        error = ExchangeError(msg)
        error.told = True
        raise error

    def init_src(self) -> None:
        """Find what is to be moved."""

    def init_dest(self) -> None:
        """Find where it is to be moved to."""

    def copy_files(self) -> None:
        """Move it."""

    @property
    def course(self) -> str:
        """The course's id; fails without one."""
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")
        return str(self.coursedir.course_id)

    @property
    def assignment(self) -> str:
        """The assignment's name."""
        return str(self.coursedir.assignment_id)

    @property
    def student(self) -> str | None:
        """The student who is named on the command line, or None."""
        named = str(self.coursedir.student_id)
        if named in {"", "*"}:
            return None
        if "*" in named or "+" in named:
            self.fail(f"The student ID should contain no '*' nor '+'; got {named}")
        return named

    def folder_of(self, course: str, assignment: str) -> Path:
        """Return where the assignment lies for who works on it."""
        parts = (course, assignment) if self.path_includes_course else (assignment,)
        return Path(self.assignment_dir, *parts).absolute()

    def cache_of(self, course: str) -> Path:
        """Return the folder with what was submitted from here."""
        return Path(self.cache) / course

    def written(self, moment: datetime) -> str:
        """Return a time as nbgrader writes it."""
        try:
            zone = ZoneInfo(self.timezone)
        except (ValueError, OSError, LookupError):
            self.fail(f"Invalid timezone: {self.timezone}")
        return str(moment.astimezone(zone).strftime(self.timestamp_format))

    def same_time(self, text: str, moment: datetime) -> bool:
        """Tell whether a timestamp is that of a submission."""
        try:
            return bool(parse_utc(text.strip()) == moment.replace(tzinfo=None))
        except (ValueError, TypeError, OverflowError):
            return False

    def not_found(self, name: str, known: Iterable[str]) -> NoReturn:
        """Fail, and suggest the nearest name."""
        near = process.extractOne(name, sorted(known))
        if near:
            self.log.error("Did you mean: %s", near[0])
        self.fail(f"Assignment not found: {name} in course {self.course}")

    def tell(self, path: str, there: int, size: int) -> None:
        """Log how far a large file has come."""
        if size >= LARGE:
            self.log.info("%s: %.0f of %.0f MB", path, there / MB, size / MB)
