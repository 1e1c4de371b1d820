"""Reading a file of assessments, row by row, before anything in it is believed.

The file is untrusted: its size, rows and form are checked here, what it says is checked in
``checking``. Every field is plain text: a formula of a spreadsheet is never worked out.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from practicum.documents import Document, read_document
from practicum.errors import InvalidDocument
from practicum.problems import Problem

__all__ = ["COLUMNS", "Row", "Rows", "read_rows"]

COLUMNS = ("reviewer", "submission", "criterion", "level", "words")
NEEDED = ("submission", "criterion", "level")

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
DELIMITERS = ",;\t"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Row:
    """One row as text, and the line (from 1) on which it begins."""

    line: int
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a field without the spaces around it; "" when it is not there."""
        return self.fields.get(column, "").strip()


@dataclass
class Rows:
    """The rows that could be read, and the problems of those that could not."""

    file: Path
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def say(self, line: int, what: str, fix: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, line, what, fix))


def read_rows(file: Path) -> Rows:
    """Read the rows of a CSV or YAML file.

    Raises:
        InvalidDocument: The file as a whole cannot be used.

    """
    suffix = file.suffix.lower()
    if suffix in {".yml", ".yaml"}:
        return _yaml_rows(read_document(file))
    if suffix == ".csv":
        return _csv_rows(file, _text(file))
    raise _refused(file, 0, "this is neither .csv nor .yml", "save the table as CSV UTF-8")


def _refused(file: Path, line: int, what: str, fix: str) -> InvalidDocument:
    return InvalidDocument([Problem(file, line, what, fix)])


def _text(file: Path) -> str:
    if file.is_dir():
        raise _refused(file, 0, "this is a folder", "name a file")
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise _refused(file, 0, what, "check the path and its rights") from None
    if len(content) > MAX_BYTES:
        raise _refused(file, 0, f"more than {MAX_BYTES:,} bytes", "split it into several files")
    if content.startswith(UTF_16):
        raise _refused(file, 0, "the text is UTF-16", "save it as CSV UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"byte {content[error.start]:#04x} is not UTF-8"
        raise _refused(file, line, what, "save it as CSV UTF-8") from None


def _csv_rows(file: Path, text: str) -> Rows:
    result = Rows(file)
    records = _records(result, text)
    line, header = next(records, (1, []))
    columns = [name.strip().lower() for name in header]
    if not any(columns):
        raise _refused(file, 1, "the file is empty", f"begin with the columns {', '.join(COLUMNS)}")
    _check_names(result, line, columns, "column")
    if result.problems:
        raise InvalidDocument(result.problems)
    for line, values in records:
        if not any(value.strip() for value in values):
            continue
        if any(value.strip() for value in values[len(columns) :]):
            what = f"{len(values)} fields, but there are {len(columns)} columns"
            result.say(line, what, 'put words with a comma into "double quotes"')
        elif len(result.rows) == MAX_ROWS:
            result.say(line, f"more than {MAX_ROWS:,} rows", "split it into several files")
            break
        else:
            result.rows.append(Row(line, dict(zip(columns, values, strict=False))))
    return result


def _records(result: Rows, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins."""
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for values in reader:
            yield line, values
            line = reader.line_num + 1
    except csv.Error as error:
        result.say(line, f"this is not CSV ({error})", "look for a double quote that is left open")


def _yaml_rows(document: Document) -> Rows:
    result = Rows(document.file)
    if not isinstance(document.data, list):
        fix = f"write `- ` before each, with the keys {', '.join(COLUMNS)}"
        raise InvalidDocument([document.problem((), "this is no list of assessments", fix)])
    if len(document.data) > MAX_ROWS:
        raise InvalidDocument(
            [document.problem((), f"more than {MAX_ROWS:,} rows", "split it into several files")]
        )
    for index, item in enumerate(document.data):
        line = document.line((index,))
        if not isinstance(item, dict):
            result.say(line, "this is no assessment", f"write the keys {', '.join(COLUMNS)}")
            continue
        before = len(result.problems)
        _check_names(result, line, [str(key) for key in item], "key")
        fields = {
            str(key): _field(result, document.line((index, key)), str(key), value)
            for key, value in item.items()
        }
        if len(result.problems) == before:
            result.rows.append(Row(line, fields))
    return result


def _field(result: Rows, line: int, name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if name == "level":
        return str(value)
    # 0123 would be read as the number 83, and 2027-02-01 as a date.
    result.say(line, f"{name} is {value!r}, which YAML does not read as text", "put it in quotes")
    return ""


def _check_names(result: Rows, line: int, names: list[str], kind: str) -> None:
    for index, name in enumerate(names):
        if name not in COLUMNS:
            near = difflib.get_close_matches(name[:64], COLUMNS, n=1)
            fix = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(COLUMNS)}"
            result.say(line, f"unknown {kind} {name[:64]!r}", fix)
        elif name in names[:index]:
            result.say(line, f"the {kind} {name} is here twice", "remove one")
    for name in NEEDED:
        if name not in names:
            result.say(line, f"the {kind} {name} is missing", f"add the {kind} {name}")
