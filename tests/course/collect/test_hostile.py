"""Submissions that want to do harm, each by name, with what is said about it."""

import io
import json
import os
import socket
import stat
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum.collect import Collected, collect
from practicum.collect.archives import archive_in
from practicum.collect.names import left_out_reason, name_problem, shown
from practicum.collect.notebooks import check_notebook
from practicum.collect.submission import read_submission
from practicum.course import Course
from practicum.errors import BadSubmission
from practicum.policies import Limits

AT = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
Bytes = Callable[..., bytes]


def run(course: Course, inbox: Any, source: Path) -> dict[str, Collected]:
    """Collect an export; return the entry of each student or label."""
    report = collect(course, "first-steps", source=source, received_at=AT, inbox=inbox)
    return {entry.student or entry.label: entry for entry in report.entries}


def meta(**changes: Any) -> list[dict[str, Any]]:
    """Return the cells of a small notebook, the only one changed."""
    plain = {"grade_id": "one", "grade": False, "solution": True, "locked": False}
    cell = {
        "cell_type": "code",
        "metadata": {"nbgrader": {**plain, "schema_version": 3}},
        "outputs": [],
        "source": "pass",
    }
    return [{**cell, **changes}]


NOTEBOOKS: dict[str, tuple[Any, str]] = {
    "empty": (b"", "an empty file"),
    "spaces": (b" \n", "an empty file"),
    "text": (b"hello", "not JSON (Expecting value, line 1)"),
    "half": (b'{"cells": [', "not JSON"),
    "latin": (b'{"cells": "\xe9"}', "byte 11 is not UTF-8"),
    "byte-order-mark": (b"\xef\xbb\xbf{}", "not JSON (Unexpected UTF-8 BOM"),
    "not-a-number": (b'{"nbformat": 4, "x": NaN}', "NaN is not JSON"),
    "infinite": (b'{"nbformat": 4, "x": -Infinity}', "-Infinity is not JSON"),
    "endless-number": (b'{"nbformat": ' + b"4" * 5000 + b"}", "not JSON"),
    "a-list": (b"[]", "not a notebook"),
    "no-format": (b"{}", "notebook format missing"),
    "format-3": (b'{"nbformat": 3, "worksheets": []}', "notebook format 3: save it in format 4"),
    "format-5": (b'{"nbformat": 5, "cells": []}', "notebook format 5"),
    "format-word": (b'{"nbformat": "4", "cells": []}', "notebook format 4: save"),
    "no-cells": (b'{"nbformat": 4}', "`cells` is no list"),
    "cells-object": (b'{"nbformat": 4, "cells": {}}', "`cells` is no list"),
    "cell-text": (b'{"nbformat": 4, "cells": ["x"]}', "cell 1: not an object"),
    "deep": (b"[" * 5000, "nested more than 60 deep"),
    "deep-objects": (b'{"a":' * 5000, "nested more than 60 deep"),
    "deep-after-text": (b'{"a": "\\"[", "b": ' + b"[" * 100, "nested more than 60 deep"),
    "wide": (b'{"nbformat": 4, "x": [' + b"[]," * 1_000_001, "more than 1,000,000 lists"),
    "many-cells": (
        json.dumps({"nbformat": 4, "cells": [{}] * 2001}).encode(),
        "2,001 cells: at most 2,000",
    ),
    "cell-type": (meta(cell_type="heading"), "cell 1: unknown cell_type 'heading'"),
    "cell-metadata": (meta(metadata=[]), "cell 1: `metadata` is no object"),
    "cell-source": (meta(source=7), "cell 1: `source` is no text"),
    "cell-source-list": (meta(source=["a", 7]), "cell 1: `source` is no text"),
    "cell-outputs": (meta(outputs="x"), "cell 1: `outputs` is no list"),
    "not-ours": (meta(metadata={}), "no cell of the assignment is in it"),
    "not-ours-either": (meta(metadata={"nbgrader": "yes"}), "no cell of the assignment"),
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks(name: str) -> None:
    """Each notebook that cannot be graded is refused with its reason."""
    content, message = NOTEBOOKS[name]
    if isinstance(content, list):
        content = json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": content}).encode()
    with pytest.raises(BadSubmission) as caught:
        check_notebook(content, "brief.ipynb")
    assert str(caught.value).startswith("brief.ipynb: ")
    assert message in str(caught.value)


def test_surrogates_and_ids_are_harmless(make_notebook: Bytes) -> None:
    """Lone surrogates in a source, and cells without an id, are no reason to refuse."""
    check_notebook(make_notebook("\ud800"), "brief.ipynb")
    check_notebook(make_notebook(cells=meta(id=None)), "brief.ipynb")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Whatever the bytes are, a notebook is accepted or refused: nothing else is raised."""
    with suppress(BadSubmission):
        check_notebook(data, "brief.ipynb")


SPECIAL: dict[str, tuple[Callable[[Path], object], str]] = {
    "symlink": (lambda p: p.symlink_to("/etc/passwd"), "a symbolic link"),
    "symlink-to-folder": (lambda p: p.symlink_to("/etc"), "a symbolic link"),
    "dangling": (lambda p: p.symlink_to("nowhere"), "a symbolic link"),
    "fifo": (os.mkfifo, "not an ordinary file"),
    "hard-link": (lambda p: os.link(p.parent / "brief.ipynb", p), "a hard link"),
}


@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("place", ["", "a/b/"])
def test_special_files(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes, kind: str, place: str
) -> None:
    """Links and pipes at any depth refuse the submission by name, and no other one."""
    make, message = SPECIAL[kind]
    for student in ("ada", "grace"):
        (export / student).mkdir()
        (export / student / "brief.ipynb").write_bytes(make_notebook())
    bad = export / "ada" / place / "bad.csv"
    bad.parent.mkdir(parents=True, exist_ok=True)
    if kind == "hard-link" and place:
        (bad.parent / "brief.ipynb").write_bytes(b"x")
    make(bad)
    entries = run(course, inbox, export)
    assert entries["ada"].outcome == "refused"
    assert message in entries["ada"].reason
    assert entries["grace"].outcome == "collected"
    assert not course.station("submitted", student="ada", brief="first-steps").exists()


def test_socket(course: Course, inbox: Any, export: Path, monkeypatch: Any) -> None:
    """A socket refuses the submission."""
    (export / "ada").mkdir()
    monkeypatch.chdir(export / "ada")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("bad")
        assert "not an ordinary file" in run(course, inbox, export)["ada"].reason


def test_notebook_is_a_link(course: Course, inbox: Any, export: Path) -> None:
    """A notebook that is a link to the solution is refused and not copied."""
    (export / "ada.ipynb").symlink_to(course.brief_folder("first-steps") / "brief.ipynb")
    (export / "grace").symlink_to(course.brief_folder("first-steps"))
    entries = run(course, inbox, export)
    assert {name: entry.reason for name, entry in entries.items()} == {
        "ada": "ada.ipynb: a symbolic link",
        "grace": "grace: a symbolic link",
    }


def test_too_large(course: Course, inbox: Any, export: Path, make_notebook: Bytes) -> None:
    """A notebook or a submission above the course's limits is refused with the setting's name."""
    for student, files in {
        "ada": {"brief.ipynb": make_notebook("x" * 300_000)},
        "grace": {"brief.ipynb": make_notebook(), "a.csv": b"x" * 400_000, "b.csv": b"x" * 200_000},
    }.items():
        (export / student).mkdir()
        for name, data in files.items():
            (export / student / name).write_bytes(data)
    entries = run(course, inbox, export)
    assert "larger than 0.2 MB (`notebook_mb:` in course.yml)" in entries["ada"].reason
    assert "more than 0.5 MB in all (`submission_mb:`" in entries["grace"].reason


def test_too_many(course: Course, inbox: Any, export: Path, make_notebook: Bytes) -> None:
    """More than 500 files are refused, and a folder of very many is not even listed to its end."""
    for student, count in (("ada", 501), ("grace", 5_001)):
        (export / student).mkdir()
        (export / student / "brief.ipynb").write_bytes(make_notebook())
        (export / "alan.ipynb").write_bytes(make_notebook())
        for number in range(count):
            (export / student / f"{number}.txt").touch()
    entries = run(course, inbox, export)
    assert "502 files: at most 500" in entries["ada"].reason
    assert entries["grace"].outcome == "refused"
    assert entries["alan"].outcome == "collected"


@pytest.mark.parametrize(
    "name",
    [
        "ipykernel_launcher.py",
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        "numpy.py",
        "pandas.py",
        "json.py",
        "Random.py",
        "numpy/__init__.py",
        "numpy/core.py",
        "sub/matplotlib.py",
        "numpy.cpython-311-x86_64-linux-gnu.so",
        "x.pyc",
        "evil.pth",
        "__pycache__/x.pyc",
        ".ipynb_checkpoints/brief-checkpoint.ipynb",
        ".git/config",
        ".env",
        ".hidden",
        "gradebook.db",
        "gradebook.db-wal",
        "records.db",
        "course.yml",
        "nbgrader_config.py",
        "jupyter_server_config.json",
        "ipython_config.py",
        "matplotlibrc",
        "pytest.ini",
        "more.zip",
        "node_modules/x.js",
        "Thumbs.db",
    ],
)
def test_left_out(
    course: Course, inbox: Any, export: Path, make_notebook: Bytes, name: str
) -> None:
    """A file that would change how notebooks run is left out by name; the rest is kept."""
    (export / "ada" / name).parent.mkdir(parents=True)
    (export / "ada" / name).write_bytes(b"x")
    (export / "ada" / "brief.ipynb").write_bytes(make_notebook())
    (export / "ada" / "my_analysis.py").write_bytes(b"x = 1")
    entry = run(course, inbox, export)["ada"]
    assert entry.outcome == "collected"
    assert len(entry.left_out) == 1
    assert name.startswith(entry.left_out[0].name)
    assert entry.left_out[0].reason
    station = course.station("submitted", student="ada", brief="first-steps")
    kept = {p.relative_to(station).as_posix() for p in station.rglob("*") if p.is_file()}
    assert kept == {"brief.ipynb", "my_analysis.py", "timestamp.txt"}


@pytest.mark.parametrize("name", ["my_analysis.py", "data/numpy.csv", "plot.png", "numpy/x.csv"])
def test_not_left_out(name: str) -> None:
    """A student's own module, and data of any name, are taken."""
    assert left_out_reason(name) == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "an absolute name"),
        ("", "an absolute name"),
        ("C:\\x", "an absolute name"),
        ("a\\b", "a backslash in the name"),
        ("..", "a name with .. in it"),
        ("a/../b", "a name with .. in it"),
        ("a//b", "a name with an empty part"),
        ("./a", "a name with an empty part"),
        ("a/", "a name with an empty part"),
        ("a\0b", "a control character in the name"),
        ("a\nb", "a control character in the name"),
        ("a\x1b[2Jb", "a control character in the name"),
        ("gnp.\u202eexe", "a control character in the name"),
        ("a\udc80", "a control character in the name"),
        ("x" * 256, "a name of more than 255 bytes"),
        ("ü" * 128, "a name of more than 255 bytes"),
        ("/".join("x" * 200 for _ in range(6)), "a name of more than 255 bytes"),
        ("/".join("x" * 13), "more than 12 folders deep"),
        ("Müller, Zoë/naïve résumé.ipynb", ""),
        ("日本語.ipynb", ""),
    ],
)
def test_names(name: str, reason: str) -> None:
    """A name that is a path elsewhere, or cannot be seen, is refused; every language is fine."""
    assert name_problem(name) == reason
    assert shown(name).isprintable()


def test_two_notebooks(course: Course, inbox: Any, export: Path, make_notebook: Bytes) -> None:
    """Of two notebooks neither is guessed; with the right name the other one is left out."""
    for student, names in {"ada": ("a", "b"), "grace": ("a", "brief"), "alan": ()}.items():
        (export / student).mkdir()
        (export / student / "notes.txt").touch()
        for name in names:
            (export / student / f"{name}.ipynb").write_bytes(make_notebook())
    entries = run(course, inbox, export)
    assert "2 notebooks (a.ipynb, b.ipynb)" in entries["ada"].reason
    assert [left.name for left in entries["grace"].left_out] == ["a.ipynb"]
    assert "there is no notebook in it: brief.ipynb is expected" in entries["alan"].reason


def zip_with(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    """Return a zip with exactly these members, whatever their names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo("x")
            if isinstance(name, str):
                info.filename = name
                info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return file.getvalue()


def info(name: str, *, mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """Return a member's description with a Unix mode and a method."""
    member = zipfile.ZipInfo(name)
    member.external_attr = mode << 16
    member.compress_type = method
    return member


def encrypted(data: bytes) -> bytes:
    """Return the zip with the flag of encryption set on every member."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(mark, at + 1)
    return bytes(changed)


def lying(data: bytes) -> bytes:
    """Return the zip with a declared size of 1 byte for each member."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + offset : at + offset + 4] = struct.pack("<L", 1)
            at = changed.find(mark, at + 1)
    return bytes(changed)


ZIPS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no-zip": (lambda _: b"hello", "not a zip file"),
    "empty": (lambda _: b"", "not a zip file"),
    "half": (lambda n: zip_with(("brief.ipynb", n))[:-40], "not a zip file"),
    "no-member": (lambda _: zip_with(), "there is no file in it"),
    "slip": (lambda n: zip_with(("brief.ipynb", n), ("../../evil", b"x")), "a name with .."),
    "absolute": (lambda n: zip_with(("brief.ipynb", n), ("/evil", b"x")), "an absolute name"),
    "backslash": (lambda n: zip_with(("brief.ipynb", n), ("..\\evil", b"x")), "a backslash"),
    "drive": (lambda n: zip_with(("brief.ipynb", n), ("C:/evil", b"x")), "an absolute name"),
    "control": (lambda n: zip_with(("brief.ipynb", n), ("a\x07b", b"x")), "a control character"),
    "long": (lambda n: zip_with(("brief.ipynb", n), ("x" * 300, b"x")), "more than 255 bytes"),
    "symlink": (
        lambda n: zip_with(
            ("brief.ipynb", n), (info("link", mode=stat.S_IFLNK | 0o777), b"/etc/passwd")
        ),
        "link: a symbolic link",
    ),
    "device": (
        lambda n: zip_with(("brief.ipynb", n), (info("dev", mode=stat.S_IFCHR | 0o666), b"")),
        "dev: not an ordinary file",
    ),
    "encrypted": (lambda n: encrypted(zip_with(("brief.ipynb", n))), "it is encrypted"),
    "bzip2": (
        lambda n: zip_with((info("brief.ipynb", method=zipfile.ZIP_BZIP2), n)),
        "other than deflate",
    ),
    "lzma": (
        lambda n: zip_with((info("brief.ipynb", method=zipfile.ZIP_LZMA), n)),
        "other than deflate",
    ),
    "case": (
        lambda n: zip_with(("brief.ipynb", n), ("A.csv", b"x"), ("a.csv", b"y")),
        "A.csv and a.csv: two names",
    ),
    "composed": (
        lambda n: zip_with(("brief.ipynb", n), ("\u00e9", b"x"), ("e\u0301", b"y")),
        "two names that cannot lie beside each other",
    ),
    "file-and-folder": (
        lambda n: zip_with(("brief.ipynb", n), ("a", b"x"), ("a/b", b"y")),
        "two names that cannot lie beside each other",
    ),
    "bomb": (
        lambda n: zip_with(("brief.ipynb", n), ("zeros.bin", bytes(40_000_000))),
        "zeros.bin: with it there are more than 0.5 MB",
    ),
    "bomb-notebook": (
        lambda _: zip_with(("brief.ipynb", b" " * 40_000_000)),
        "brief.ipynb: larger than 0.2 MB",
    ),
    "lying": (lambda n: lying(zip_with(("brief.ipynb", n))), "damaged in the zip"),
    "members": (
        lambda _: zip_with(*((f"{number}", b"") for number in range(2_001))),
        "more than 2,000 members",
    ),
    "zip-in-zip": (
        lambda n: zip_with(("inner.zip", zip_with(("brief.ipynb", n)))),
        "there is no notebook in it",
    ),
}


@pytest.mark.parametrize("name", ZIPS)
def test_zips(course: Course, inbox: Any, export: Path, make_notebook: Bytes, name: str) -> None:
    """Each hostile zip of a student is refused with its reason, and no other submission."""
    make, message = ZIPS[name]
    (export / "ada.zip").write_bytes(make(make_notebook()))
    (export / "grace.ipynb").write_bytes(make_notebook())
    before = {p for p in export.parent.rglob("*") if not p.is_relative_to(course.work)}
    entries = run(course, inbox, export)
    assert entries["ada"].outcome == "refused"
    assert message in entries["ada"].reason
    assert entries["grace"].outcome == "collected"
    assert before == {p for p in export.parent.rglob("*") if not p.is_relative_to(course.work)}


def test_two_members_of_one_name(make_notebook: Bytes) -> None:
    """Two members of one name refuse the zip: programs differ in which one they take."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zip_with(("brief.ipynb", make_notebook("1")), ("brief.ipynb", make_notebook("2")))
    with pytest.raises(BadSubmission, match="two members of one name"):
        read_submission(archive_in(data, "x.zip"), "brief.ipynb", Limits())


def test_ratio() -> None:
    """A member that grows more than two hundredfold is a bomb, however large the limits are."""
    data = zip_with(("brief.ipynb", b"[" * 30_000_000))
    with pytest.raises(BadSubmission, match="a zip bomb"):
        read_submission(archive_in(data, "x.zip"), "brief.ipynb", Limits(notebook_mb=100))


def test_bad_member_of_an_export(
    course: Course, inbox: Any, tmp_path: Path, make_notebook: Bytes
) -> None:
    """In the export of a whole class, a bad name refuses its own student, or only itself."""
    file = tmp_path / "export.zip"
    file.write_bytes(
        zip_with(
            ("ada/brief.ipynb", make_notebook()),
            ("ada/../grace/brief.ipynb", b"{}"),
            ("../../evil.ipynb", b"{}"),
            ("grace/brief.ipynb", make_notebook()),
        )
    )
    entries = run(course, inbox, file)
    assert entries["ada"].outcome == "refused"
    assert entries["../../evil.ipynb"].reason.endswith("a name with .. in it")
    assert entries["grace"].outcome == "collected"


PARTS = ["a", "b", "..", ".", "/", "/", "\\", "\n", "~", "C:", "ü", "%2e", "brief.ipynb"]
MEMBER = st.lists(st.sampled_from(PARTS), min_size=1, max_size=8).map("".join)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(["ada/", "", "/"]), MEMBER), max_size=6, unique=True))
def test_nothing_is_written_outside(
    course: Course, inbox: Any, tmp_path: Path, make_notebook: Bytes, names: list[tuple[str, str]]
) -> None:
    """Whatever the names in a zip are, only files under the course's work folder are written."""
    file = tmp_path / "export.zip"
    members = {first + rest for first, rest in names} - {"ada/brief.ipynb"}
    file.write_bytes(
        zip_with(("ada/brief.ipynb", make_notebook()), *((m, b"x") for m in sorted(members)))
    )
    before = {p for p in tmp_path.rglob("*") if not p.is_relative_to(course.work)}
    run(course, inbox, file)
    after = {p for p in tmp_path.rglob("*") if not p.is_relative_to(course.work)}
    assert before == after
    submitted = course.work / "submitted"
    if submitted.exists():
        assert {p.name for p in submitted.iterdir()} == {"ada"}
