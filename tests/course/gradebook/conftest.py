"""An answer key, executed notebooks made by hand, and a server of PostgreSQL."""

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import nbformat
import pytest

from practicum.gradebook import AnswerKey, KeyCell

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
# name: (type, source, grade, solution, locked flag, task)
CELLS: dict[str, tuple[Any, str, bool, bool, bool, bool]] = {
    "intro": ("markdown", "Read this.", False, False, True, False),
    "answer": ("code", "answer = None", False, True, False, False),
    "test-answer": ("code", "assert answer == 42\nassert hidden == 1", True, False, True, False),
    # The flags contradict nbgrader's rule here: a test is locked, a solution never is.
    "test-open": ("code", "assert answer", True, False, False, False),
    "sealed": ("code", "sealed = None", False, True, True, False),
    "essay": ("markdown", "YOUR ANSWER HERE", True, True, False, False),
    "criterion-sound": ("markdown", "Is it sound?", False, False, True, True),
}
LOCKED = {"intro", "test-answer", "test-open", "criterion-sound"}


def key_cell(name: str) -> KeyCell:
    """One cell of the answer key."""
    cell_type, source, grade, solution, locked, task = CELLS[name]
    about = {
        "schema_version": 3,
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": task,
        "checksum": "0" * 32,
    } | ({"points": 5.0} if grade or task else {})
    return KeyCell(id=name, cell_type=cell_type, source=source, metadata_json=json.dumps(about))


@pytest.fixture(scope="session")
def key() -> AnswerKey:
    """The answer key of a notebook with every kind of cell."""
    return AnswerKey(
        brief="case",
        notebook="brief",
        kernelspec_json=json.dumps(KERNEL),
        cells=tuple(key_cell(name) for name in CELLS),
    )


@pytest.fixture(scope="session")
def notebook_of() -> Callable[..., str]:
    """Make a notebook of code cells: the sources, as JSON text."""

    def make(*sources: str) -> str:
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
        return str(nbformat.writes(notebook))

    return make


NO_SERVER = "no PostgreSQL server here; `apt-get install postgresql` installs it"


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; Debian keeps them off the search path."""
    for place in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (place / "initdb").is_file():
            return place
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@pytest.fixture(scope="session")
def server() -> Iterator[Callable[[], str]]:
    """Start a server of our own on a socket; return a maker of empty databases, as URLs.

    Without PostgreSQL, skip on a laptop and fail with CI=true.
    """
    programs = _programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_SERVER, pytrace=False)
        pytest.skip(NO_SERVER)
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # The server refuses to be run by root.
    other: list[str] = []
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        other = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    data, options = folder / "data", f"-k {folder} -c listen_addresses='' -c fsync=off"

    def run(program: str, *arguments: str) -> None:
        command = [*other, str(programs / program), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

    try:
        run("initdb", "-D", str(data), "-U", "tester", "-A", "trust", "--no-sync", "-E", "UTF8")
        log = str(folder / "log")
        run("pg_ctl", "-D", str(data), "-o", options, "-l", log, "-w", "start")
        names = count(1)

        def make() -> str:
            name = f"course{next(names)}"
            run("createdb", "-h", str(folder), "-U", "tester", name)
            return f"postgresql://tester@/{name}?host={folder}"

        yield make
    finally:
        if (data / "postmaster.pid").exists():
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _dump(url: str) -> dict[str, list[str]]:
    """Return all rows of all tables, with names in the place of random ids."""
    from sqlalchemy import select

    from practicum.databases import open_engine, reading
    from practicum.gradebook.database import TABLES

    engine = open_engine(url)
    with reading(engine) as connection:
        tables = {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in TABLES.items()
        }
    engine.dispose()
    names: dict[Any, str] = {}

    def name(rows: list[dict[str, Any]], *columns: str) -> None:
        for row in rows:
            if len(str(row["id"])) == 32:
                names[row["id"]] = "/".join(names.get(row[c], str(row[c])) for c in columns)

    for table, columns in (
        ("assignment", ("name",)),
        ("notebook", ("assignment_id", "name")),
        ("base_cell", ("notebook_id", "type", "name")),
        ("source_cell", ("notebook_id", "name")),
        ("submitted_assignment", ("assignment_id", "student_id")),
        ("submitted_notebook", ("notebook_id", "assignment_id")),
        ("grade", ("notebook_id", "cell_id")),
        ("comment", ("notebook_id", "cell_id")),
    ):
        name(tables[table], *columns)
    return {
        table: sorted(str({c: names.get(v, v) for c, v in row.items()}) for row in rows)
        for table, rows in tables.items()
    }


@pytest.fixture(scope="session")
def dump() -> Callable[[str], dict[str, list[str]]]:
    """Return what reads a gradebook's rows in a form that can be compared."""
    return _dump
