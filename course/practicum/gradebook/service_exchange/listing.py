"""What there is: assignments to fetch, what was handed in, and which feedback waits."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nbgrader.exchange import abc

from practicum.gradebook.service_exchange.answers import Feedback, RemoteFile
from practicum.gradebook.service_exchange.base import Exchange

__all__ = ["ExchangeList"]

Info = dict[str, Any]
"""What nbgrader's Assignment List and formgrader read of an entry."""


class ExchangeList(Exchange, abc.ExchangeList):  # type: ignore[misc] # (nbgrader is untyped)
    """``nbgrader list``, and what Assignment List and formgrader show."""

    def init_dest(self) -> None:
        """Ask for the courses in question, and what is returned in each."""
        mine = self.service.courses()
        named = self.coursedir.course_id
        self.parts = {name: part for name, part in sorted(mine.items()) if named in {"", name}}

    def parse_assignments(self) -> list[Info]:
        """Return the entries, as nbgrader's own list has them."""
        if self.inbound:
            return _grouped(self._inbound())
        if self.cached:
            return _grouped(self._cached())
        return list(self._released())

    def list_files(self) -> list[Info]:
        """Log the entries, and return them."""
        entries = self.parse_assignments()
        self._tell(entries, "assignments:")
        return entries

    def remove_files(self) -> list[Info]:
        """Log the entries, and remove them: only who runs a course can, but for the cache."""
        entries = self.parse_assignments()
        self._tell(entries, "assignments:", "Removing ")
        for entry in entries:
            if self.inbound:
                for one in entry["submissions"]:
                    self.service.remove(one["course_id"], one["submission_id"])
            elif self.cached:
                for one in entry["submissions"]:
                    shutil.rmtree(one["path"])
            else:
                self.service.take_back(entry["course_id"], entry["assignment_id"])
        return entries

    def _tell(self, entries: Iterable[Info], what: str, doing: str = "") -> None:
        kind = "Submitted" if self.inbound or self.cached else "Released"
        self.log.info("%s %s", doing + (kind.lower() if doing else kind), what)
        for entry in entries:
            for line in _lines(entry):
                self.log.info("%s", line)

    def _released(self) -> Iterator[Info]:
        for course in self.parts:
            for offer in self.service.offers(course):
                if self.assignment not in {"", offer.assignment}:
                    continue
                folder = self.folder_of(course, offer.assignment)
                fetched = folder.is_dir()
                yield {
                    "course_id": course,
                    "assignment_id": offer.assignment,
                    "status": self._status("fetched" if fetched else "released"),
                    "path": str(folder),
                    "notebooks": [
                        {"notebook_id": notebook.stem, "path": str(notebook)}
                        for notebook in (
                            sorted(folder.glob("*.ipynb"))
                            if fetched
                            else [folder / name for name in _notebooks(offer.files)]
                        )
                    ],
                }

    def _inbound(self) -> Iterator[Info]:
        for course in self.parts:
            feedback = {one.about: one for one in self.service.feedback(course)}
            for one in self.service.submissions(course, self.assignment or None, self.student):
                names = _notebooks(one.files)
                info = self._entry(
                    one.student, course, one.assignment, self.written(one.received_at)
                )
                info |= {"path": "", "submission_id": one.id}
                yield self._judged(info, names, feedback.get(one.id))

    def _cached(self) -> Iterator[Info]:
        returned: dict[str, list[Feedback]] = {}
        base = Path(self.cache)
        courses = [self.coursedir.course_id] if self.coursedir.course_id else None
        for place in sorted(base.glob("*/*+*+*")):
            course = place.parent.name
            student, assignment, timestamp = place.name.rsplit("+", 2)
            if courses is not None and course not in courses:
                continue
            if course not in self.parts or not self._wanted(student, assignment):
                continue
            if course not in returned:
                returned[course] = list(self.service.feedback(course))
            names = sorted(notebook.name for notebook in place.glob("*.ipynb"))
            info = self._entry(student, course, assignment, timestamp) | {"path": str(place)}
            mine = (
                one
                for one in returned[course]
                if one.assignment == assignment and self.same_time(timestamp, one.received_at)
            )
            yield self._judged(info, names, next(mine, None))

    def _wanted(self, student: str, assignment: str) -> bool:
        return self.assignment in {"", assignment} and self.student in {None, student}

    def _status(self, status: str) -> str:
        return "removed" if self.remove else status

    def _entry(self, student: str, course: str, assignment: str, timestamp: str) -> Info:
        return {
            "course_id": course,
            "student_id": student,
            "assignment_id": assignment,
            "timestamp": timestamp,
            "status": self._status("submitted"),
        }

    def _judged(self, info: Info, names: Iterable[str], feedback: Feedback | None) -> Info:
        """Add the notebooks, and what is known of the feedback on each."""
        folder = self.folder_of(info["course_id"], info["assignment_id"])
        local = folder / "feedback" / info["timestamp"]
        given = {file.path: file.sha256 for file in feedback.files} if feedback else {}
        books = [_book(Path(info["path"]) / name, local, given) for name in names]
        if info["status"] != "submitted":
            books = [{key: book[key] for key in ("notebook_id", "path")} for book in books]
            return info | {"notebooks": books}
        here = bool(books) and all(book["has_local_feedback"] for book in books)
        return info | {
            "notebooks": books,
            "has_local_feedback": here,
            "has_exchange_feedback": bool(books)
            and all(book["has_exchange_feedback"] for book in books),
            "feedback_updated": any(book["feedback_updated"] for book in books),
            "local_feedback_path": str(local) if here else None,
        }


def _book(notebook: Path, local: Path, given: Mapping[str, str]) -> Info:
    page = local / f"{notebook.stem}.html"
    here = page.is_file()
    digest = given.get(page.name)
    same = here and hashlib.sha256(page.read_bytes()).hexdigest() == digest
    return {
        "notebook_id": notebook.stem,
        "path": str(notebook),
        "has_local_feedback": here,
        "has_exchange_feedback": digest is not None,
        "local_feedback_path": str(page) if here else None,
        "feedback_updated": here and digest is not None and not same,
    }


def _notebooks(files: Iterable[RemoteFile]) -> list[str]:
    return sorted(f.path for f in files if "/" not in f.path and f.path.endswith(".ipynb"))


def _grouped(infos: Iterable[Info]) -> list[Info]:
    """Return the submissions by course, student and assignment."""
    groups: dict[tuple[str, str, str], list[Info]] = {}
    for info in infos:
        subject = (info["course_id"], info["student_id"], info["assignment_id"])
        groups.setdefault(subject, []).append(info)
    return [
        {
            "course_id": course,
            "student_id": student,
            "assignment_id": assignment,
            "status": ones[0]["status"],
            "submissions": sorted(ones, key=lambda one: one["timestamp"]),
        }
        for (course, student, assignment), ones in sorted(groups.items())
    ]


def _lines(entry: Info) -> Iterator[str]:
    if "submissions" not in entry:
        line = "{course_id} {assignment_id}".format(**entry)
        yield line + (" (already downloaded)" if Path(entry["path"]).exists() else "")
        return
    for one in entry["submissions"]:
        line = "{course_id} {student_id} {assignment_id} {timestamp}".format(**one)
        if one["status"] == "submitted":
            if one["has_local_feedback"] and not one["feedback_updated"]:
                line += " (feedback already fetched)"
            elif one["has_exchange_feedback"]:
                line += " (feedback ready to be fetched)"
            else:
                line += " (no feedback available)"
        yield line
