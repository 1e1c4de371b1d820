"""The table that ``nbgrader export`` writes, made by nbgrader's own exporter."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from practicum.databases import complete
from practicum.gradebook.logs import kept_log

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["export_rows"]


def export_rows(course: Course) -> tuple[dict[str, str], ...]:
    """Return one row for each assignment and student, with nbgrader's column names."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Gradebook(complete(course.gradebook_url), course.id) as gradebook,
        kept_log() as log,
    ):
        target = Path(folder) / "grades.csv"
        plugin = CsvExportPlugin(log=log.logger)
        plugin.to = str(target)
        plugin.export(gradebook)
        with target.open(encoding="utf-8", newline="") as file:
            return tuple(csv.DictReader(file))
