"""The folder that is sent to reviewers: it holds what is for them, and nothing else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from pathlib import Path

from practicum.errors import BadInput

__all__ = ["ReviewersFolder"]

_PAGE = re.compile(r"[0-9A-Z]{8}\.html")


class ReviewersFolder:
    """A folder with pages, an index and a table to fill in.

    Args:
        place: Where it lies, or is to lie.
        table: The name of the table.

    """

    def __init__(self, place: Path, table: str) -> None:
        self.place = place
        self.table = place / table
        self.index = place / "index.html"

    def check(self) -> None:
        """Refuse a folder that holds what is not ours, or that cannot be.

        Raises:
            BadInput: It holds something else, or a table that somebody has filled in.

        """
        folder = self.place
        if not folder.parent.is_dir():
            message = f"{folder.parent}: there is no such folder: make it, or name another one"
            raise BadInput(message)
        if folder.exists() and not folder.is_dir():
            message = f"{folder}: this is to be a folder, and is a file: name another one"
            raise BadInput(message)
        others = sorted(
            file.name
            for file in (folder.iterdir() if folder.is_dir() else ())
            if file not in {self.index, self.table}
            and not file.name.startswith(".")
            and not _PAGE.fullmatch(file.name)
        )
        if others:
            message = (
                f"{folder}: it holds {others[0]}, which is not for reviewers: "
                "name a new folder, or an empty one"
            )
            raise BadInput(message)
        self._check_table()

    def prepare(self, pages: Collection[str]) -> None:
        """Make the folder, and take away the pages that are not among ``pages``.

        Raises:
            BadInput: It cannot be written.

        """
        try:
            self.place.mkdir(exist_ok=True)
            for file in self.place.iterdir():
                if _PAGE.fullmatch(file.name) and file.name not in pages:
                    file.unlink()
        except OSError as error:
            raise self._cannot(error) from None

    def write(self, name: str, content: bytes) -> bool:
        """Write a file if it is new or has changed; tell whether it was.

        Raises:
            BadInput: It cannot be written, or is a table that was filled in meanwhile.

        """
        file = self.place / name
        if file == self.table:
            self._check_table()
        try:
            # Looked at here first: what writes comes with all that renders, and takes its time.
            if not file.is_symlink() and file.is_file() and file.read_bytes() == content:
                return False
            from practicum.rendering import write_if_changed  # noqa: PLC0415 (see above)

            return write_if_changed(file, content)
        except OSError as error:
            raise self._cannot(error) from None

    def _check_table(self) -> None:
        if _is_filled_in(self.table):
            message = f"{self.table}: somebody has filled it in: name a new folder"
            raise BadInput(message)

    def _cannot(self, error: OSError) -> BadInput:
        message = (
            f"{self.place}: cannot be written ({error.strerror}): check the path and its rights"
        )
        return BadInput(message)


def _is_filled_in(table: Path) -> bool:
    """Tell whether a table holds a level or words."""
    if not table.is_file():
        return False
    text = table.read_bytes().decode("utf-8-sig", "replace")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return any((row.get("level") or "") + (row.get("words") or "") for row in rows)
