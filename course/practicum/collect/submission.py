"""One submission, read and judged as a whole: it is taken, or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from practicum.collect.archives import archive_in
from practicum.collect.internships import without_unreadable
from practicum.collect.names import hidden, left_out_reason, name_problem, shown
from practicum.collect.notebooks import check_notebook
from practicum.collect.pieces import Piece
from practicum.collect.report import LeftOut
from practicum.errors import BadSubmission
from practicum.file_names import MAX_FILES, collision, digest
from practicum.policies import Limits

__all__ = ["MAX_FILES", "SECRET", "Submission", "digest", "read_submission"]

MB = 1_000_000
SECRET = "submission_secret.txt"  # noqa: S105 (the name of a file)
TIMESTAMP = "timestamp.txt"
SECRET_FORM = re.compile(rb"[0-9a-f]{1,256}\s*")


@dataclass(frozen=True)
class Submission:
    """The files of a submission by name (with ``/``), and what was left out of it.

    ``secret`` is nbgrader's, by which a student later fetches the feedback; it is no part
    of the content, since it differs each time that the same work is handed in.
    """

    files: Mapping[str, bytes]
    left_out: tuple[LeftOut, ...] = ()
    secret: bytes = b""

    @property
    def sha256(self) -> str:
        """The digest of names and contents."""
        return digest(self.files)

    @property
    def size(self) -> int:
        """The bytes of all files together."""
        return sum(map(len, self.files.values()))


def read_submission(pieces: Sequence[Piece], notebook: str, limits: Limits) -> Submission:
    """Read a submission.

    Args:
        pieces: Its files; paths begin inside the submission.
        notebook: The name that its notebook gets, such as ``brief.ipynb``.
        limits: How large it may be.

    Raises:
        BadSubmission: With the first reason for which it is refused.

    """
    pieces = _opened(_at_the_top(_present(pieces)), limits)
    secret = next((p for p in pieces if p.path == SECRET), None)
    kept, left_out = _sorted_out(pieces, notebook)
    if len(kept) > MAX_FILES:
        raise BadSubmission(f"{len(kept):,} files: at most {MAX_FILES} are accepted")
    _check_collisions(kept)
    files = _read_all(kept, notebook, limits)
    check_notebook(files[notebook], notebook)
    files, unreadable = without_unreadable(files)
    return Submission(files, (*left_out, *unreadable), _secret(secret))


def _present(pieces: Sequence[Piece]) -> list[Piece]:
    """Refuse when one of the files that would be taken is no ordinary file."""
    refusals = [p.refusal for p in pieces if p.refusal and not _harmless(p)]
    if refusals:
        more = f" (and {len(refusals) - 1} more)" if len(refusals) > 1 else ""
        raise BadSubmission(refusals[0] + more)
    if not pieces:
        raise BadSubmission("there is no file in it")
    return [p for p in pieces if not p.refusal]


def _harmless(refused: Piece) -> bool:
    """Tell whether it would be left out anyway, whatever it is."""
    return not name_problem(refused.path) and any(map(hidden, refused.path.split("/")))


def _at_the_top(pieces: list[Piece]) -> list[Piece]:
    """Take the only folder's contents when everything lies in one folder."""
    aside = [p for p in pieces if p.path in {SECRET, TIMESTAMP} or hidden(p.first)]
    own = [p for p in pieces if p not in aside]
    firsts = {p.first for p in own}
    if len(firsts) == 1 and all("/" in p.path for p in own):
        folder = firsts.pop()
        return _at_the_top([p.below(folder) for p in own]) + aside
    return pieces


def _opened(pieces: list[Piece], limits: Limits) -> list[Piece]:
    """Open the zip when a submission is one zip and no notebook; never a zip in a zip."""
    zips = [p for p in pieces if p.path.casefold().endswith(".zip")]
    if len(zips) != 1 or any(p.path.casefold().endswith(".ipynb") for p in pieces):
        return pieces
    data = _within(zips[0], zips[0].path, limits.submission_mb, "submission_mb")
    inner = archive_in(data, zips[0].path)
    return _at_the_top(_present(inner))


def _sorted_out(pieces: list[Piece], notebook: str) -> tuple[dict[str, Piece], tuple[LeftOut, ...]]:
    chosen = _notebook(pieces, notebook)
    kept = {notebook: chosen}
    left_out: list[LeftOut] = []
    for p in pieces:
        if p is chosen or p.path in {SECRET, TIMESTAMP}:
            continue
        reason = left_out_reason(p.path)
        if not reason and p.path.casefold().endswith(".ipynb"):
            reason = f"only {notebook} is graded"
        if reason:
            left_out.append(LeftOut(name=shown(p.path), reason=reason))
        else:
            kept[p.path] = p
    return kept, tuple(left_out)


def _notebook(pieces: list[Piece], notebook: str) -> Piece:
    found = [p for p in pieces if "/" not in p.path and p.path.casefold().endswith(".ipynb")]
    named = [p for p in found if p.path == notebook]
    if named:
        return named[0]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(shown(p.path) for p in found[:3])
        raise BadSubmission(f"{len(found)} notebooks ({names}): name the right one {notebook}")
    raise BadSubmission(f"there is no notebook in it: {notebook} is expected")


def _check_collisions(kept: Mapping[str, Piece]) -> None:
    """Refuse names that become one on another computer, and a file that is also a folder."""
    if found := collision(kept.keys()):
        names = " and ".join(map(shown, found))
        raise BadSubmission(f"{names}: two names that cannot lie beside each other")


def _read_all(kept: Mapping[str, Piece], notebook: str, limits: Limits) -> dict[str, bytes]:
    left = int(limits.submission_mb * MB)
    files: dict[str, bytes] = {}
    for path, found in kept.items():
        if path == notebook:
            files[path] = _within(found, path, limits.notebook_mb, "notebook_mb")
        else:
            files[path] = found.read(max(left, 0))
        left -= len(files[path])
        if left < 0:
            limit = f"{limits.submission_mb:g} MB in all (`submission_mb:` in course.yml)"
            raise BadSubmission(f"{shown(path)}: with it there are more than {limit}")
    return files


def _within(found: Piece, path: str, megabytes: float, setting: str) -> bytes:
    data = found.read(int(megabytes * MB))
    if len(data) > megabytes * MB:
        limit = f"{megabytes:g} MB (`{setting}:` in course.yml)"
        raise BadSubmission(f"{shown(path)}: larger than {limit}")
    return data


def _secret(found: Piece | None) -> bytes:
    if found is None:
        return b""
    data = found.read(1000)
    return data.strip() if SECRET_FORM.fullmatch(data) else b""
