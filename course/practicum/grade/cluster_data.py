"""Jobs and outcomes as plain data: what travels between here and a worker."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from practicum.errors import BadSubmission
from practicum.execution import Executed, Job, Judged
from practicum.judge import Verdict
from practicum.judge.tamper import TamperOutcome
from practicum.policies import Limits

__all__ = ["Files", "files_of", "job_of", "packed", "result_of", "unpacked", "write_files"]

Files = tuple[tuple[bytes, bytes | None], ...]
"""Relative paths as the file system writes them, each with its content; None for a folder."""

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def files_of(folder: Path, *, most: int, skip: Iterable[str] = ()) -> Files:
    """Read the regular files of a folder; links and hidden files are left out, as in a box.

    Args:
        folder: The folder.
        most: So many bytes at most.
        skip: Names at the top that are left out.

    Raises:
        BadSubmission: It is no folder, or its files are larger than ``most`` together.

    """
    if folder.is_symlink() or not folder.is_dir():
        raise BadSubmission(f"{folder.name} is no folder any more: collect it again")
    found: list[tuple[bytes, bytes | None]] = []
    for place, folders, names, descriptor in os.fwalk(folder, follow_symlinks=False):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        top = Path(place).relative_to(folder)
        found += [(os.fsencode(top / name), None) for name in folders]
        for name in sorted(names):
            if _hidden(name) or (top == Path() and name in skip):
                continue
            content = _content(name, descriptor, most)
            if content is not None:
                most -= len(content)
                found.append((os.fsencode(top / name), content))
    return tuple(found)


def write_files(files: Files, folder: Path) -> None:
    """Write files into a new folder of ours.

    Raises:
        BadSubmission: A path leads out of it.

    """
    folder.mkdir(mode=0o755)
    for name, content in files:
        path = Path(os.fsdecode(name))
        if path.is_absolute() or ".." in path.parts:
            raise BadSubmission(f"{path} leads out of the submission")
        if content is None:
            (folder / path).mkdir(exist_ok=True)
            continue
        with os.fdopen(os.open(folder / path, _NEW, 0o644), "wb") as stream:
            stream.write(content)


def packed(job: Job) -> dict[str, Any]:
    """Return a job as data: the course's files, which workers have, only by their place.

    Raises:
        BadSubmission: The submission's files cannot be read, or are too large.

    """
    most = int(job.limits.disk_mb * 1_000_000)
    skip = (f"{job.notebook_name}.ipynb", "timestamp.txt", "submission_secret.txt")
    folders = [
        job.course_files.index(folder)
        if folder in job.course_files
        else files_of(folder, most=most, skip=skip)
        for folder in job.files
    ]
    return {
        "notebook": job.notebook,
        "folders": folders,
        "notebook_name": job.notebook_name,
        "limits": job.limits.model_dump(),
    }


def job_of(payload: dict[str, Any], course: tuple[Path, ...], place: Path) -> Job:
    """Return a job on a worker; the submission's files are written below ``place``."""
    folders = []
    for number, folder in enumerate(payload["folders"]):
        if isinstance(folder, int):
            folders.append(course[folder])
            continue
        folders.append(place / str(number))
        write_files(folder, folders[-1])
    return Job(
        # Nobody's name travels.
        name="submission",
        notebook=payload["notebook"],
        files=tuple(folders),
        notebook_name=payload["notebook_name"],
        limits=Limits(**payload["limits"]),
        course_files=course,
    )


def result_of(executed: Executed) -> dict[str, str]:
    """Return an outcome as one JSON text: a result is data, never an object."""
    return {"executed": json.dumps(asdict(executed))}


def unpacked(name: str, result: dict[str, str]) -> Executed:
    """Return the outcome of the job of that name."""
    content = json.loads(result["executed"])
    judged = {
        cell: Judged(
            Verdict(**found["verdict"]),
            TamperOutcome(**found["tamper"]) if found["tamper"] else None,
        )
        for cell, found in content.pop("judged").items()
    }
    return Executed(**content | {"name": name, "judged": judged})


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__"


def _content(name: str, folder: int, most: int) -> bytes | None:
    """Return a regular file's bytes; None for a link or a device, and for what is gone."""
    try:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            return None
        if about.st_size > most:
            words = f"a submission's files are too large together (at {name!r})"
            raise BadSubmission(f"{words}: hand in less, or raise disk_mb in course.yml")
        return stream.read(about.st_size)
