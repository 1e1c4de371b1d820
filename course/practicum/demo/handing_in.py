"""How the demo's students hand in: through nbgrader's exchange, or through an LMS."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from practicum.demo.internships import internship_of
from practicum.demo.mistakes import hand_in, read_answers, read_notebook
from practicum.gradebook import collect_folder, submit
from practicum.internship import internship_text

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.demo.cohort import Member
    from practicum.demo.setting import Setting

__all__ = ["hand_in_by_exchange", "hand_in_by_lms"]

EARLY = timedelta(hours=5)
LATE = timedelta(hours=26)


def hand_in_by_exchange(
    course: Course, brief: str, members: Sequence[Member], setting: Setting
) -> int:
    """Submit as ``nbgrader submit`` does; return how many had not done so yet."""
    inbound = collect_folder(course)
    count = 0
    for member in members:
        if any(inbound.glob(f"{member.id}+{brief}+*")):
            continue
        with tempfile.TemporaryDirectory() as home:
            folder = Path(home) / brief
            shutil.copytree(course.station("release", brief=brief), folder)
            text = json.dumps(_notebook(course, member, setting), indent=1)
            (folder / "brief.ipynb").write_text(text, encoding="utf-8")
            kept = _internship(course, member)
            (folder / f"{brief}.internship.json").write_text(kept, encoding="utf-8")
            submit(course, brief, member.id, Path(home))
        count += 1
    return count


def hand_in_by_lms(course: Course, brief: str, members: Sequence[Member], setting: Setting) -> int:
    """Write a zip as Moodle exports it, and the times that it noted; return how many are in it."""
    export, receipts = setting.export(brief), setting.receipts(brief)
    if export.is_file() and receipts.is_file():
        return 0
    due = course.due(brief)
    if due is None:
        message = f"the demo gives {brief} a due date"
        raise AssertionError(message)
    table = io.StringIO(newline="")
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["lms_id", "received_at"])
    export.parent.mkdir(parents=True, exist_ok=True)
    draft = export.with_suffix(".draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            place = f"{member.name}_{member.lms_id}_assignsubmission_file_"
            text = json.dumps(_notebook(course, member, setting), indent=1)
            archive.writestr(f"{place}/brief.ipynb", text)
            archive.writestr(f"{place}/{brief}.internship.json", _internship(course, member))
            received = due + LATE if member.kind == "late" else due - EARLY
            rows.writerow([member.lms_id, received.isoformat()])
    receipts.write_text(table.getvalue(), encoding="utf-8")
    draft.rename(export)
    return len(members)


def _internship(course: Course, member: Member) -> str:
    brief = course.brief(member.brief)
    due = course.due(member.brief) or datetime(2027, 2, 1, tzinfo=UTC)
    return internship_text(internship_of(member, brief, course.rubric(member.brief), due))


def _notebook(course: Course, member: Member, setting: Setting) -> dict[str, Any]:
    return hand_in(
        member.kind,
        member.quality,
        release=read_notebook(course.station("release", brief=member.brief) / "brief.ipynb"),
        source=read_notebook(setting.solution(member.brief)),
        answers=read_answers(setting.answers(member.brief)),
    )
