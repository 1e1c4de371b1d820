"""What is copied into a box, and what is not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from practicum.errors import BadSubmission
from practicum.sandbox.sources import copy_sources

if TYPE_CHECKING:
    from tests.course.sandbox.conftest import BoxKind

ENOUGH = (1 << 20, 100)


def _write(place: Path, text: str = "x") -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="ascii")
    return place


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Make an empty folder that was handed in."""
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Make an empty folder to copy into."""
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def _names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))


def test_regular_files_are_copied(source: Path, target: Path) -> None:
    """Files and folders arrive with their content; dot files and our own notes do not."""
    for name in ("a.csv", "data/b.csv", "data/timestamp.txt"):
        _write(source / name)
    for name in (".env", ".git/config", "__pycache__/a.pyc", "timestamp.txt", "ps1.ipynb"):
        _write(source / name)
    copy_sources([source], str(target), most=ENOUGH, skip=["ps1.ipynb"])
    assert _names(target) == ["a.csv", "data", "data/b.csv", "data/timestamp.txt"]


def test_links_and_pipes_are_left_out(source: Path, target: Path, tmp_path: Path) -> None:
    """Neither a link to a file, nor one to a folder, nor a pipe is followed or opened."""
    secret = _write(tmp_path / "secret" / "key")
    (source / "file").symlink_to(secret)
    (source / "folder").symlink_to(secret.parent)
    os.mkfifo(source / "pipe")
    copy_sources([source], str(target), most=ENOUGH)
    assert _names(target) == []


def test_source_that_is_a_link_is_refused(source: Path, target: Path, tmp_path: Path) -> None:
    """A whole source folder that is a link is not followed either."""
    link = tmp_path / "link"
    link.symlink_to(source)
    with pytest.raises(OSError, match="Not a directory"):
        copy_sources([link], str(target), most=ENOUGH)


def test_later_source_wins(source: Path, target: Path, tmp_path: Path) -> None:
    """The same name in a later source replaces it, a folder by a file and a file by a folder."""
    for name in ("same", "folder/below", "file"):
        _write(source / name, "old")
    other = tmp_path / "other"
    for name in ("same", "folder", "file/below"):
        _write(other / name, "new")
    copy_sources([source, other], str(target), most=ENOUGH)
    assert _names(target) == ["file", "file/below", "folder", "same"]
    assert (target / "same").read_text(encoding="ascii") == "new"


def test_open_descriptor_is_a_source(source: Path, target: Path) -> None:
    """A folder can be given by an open descriptor, which stays open."""
    _write(source / "a")
    descriptor = os.open(source, os.O_RDONLY)
    copy_sources([descriptor], str(target), most=ENOUGH)
    os.close(descriptor)
    assert _names(target) == ["a"]


@pytest.mark.parametrize("most", [(5, 100), (1 << 20, 2)])
def test_too_much_is_refused(source: Path, target: Path, most: tuple[int, int]) -> None:
    """More bytes or more files than allowed refuse the submission."""
    for name in "abc":
        _write(source / name, "xx")
    with pytest.raises(BadSubmission, match="too"):
        copy_sources([source], str(target), most=most)


def test_sparse_giant_is_refused_at_once(source: Path, target: Path) -> None:
    """A file counts by the size that it claims, not by the disk that it takes."""
    with (source / "giant").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BadSubmission, match="giant"):
        copy_sources([source], str(target), most=ENOUGH)


def test_deep_folders_are_refused(source: Path, target: Path) -> None:
    """Folders within folders without end are refused."""
    (source / "/".join("d" * 40)).mkdir(parents=True)
    with pytest.raises(BadSubmission, match="deep"):
        copy_sources([source], str(target), most=ENOUGH)


def test_box_holds_the_copy(kind: BoxKind, source: Path) -> None:
    """In the box the files belong to the student, who may change and remove them."""
    _write(source / "a", "data")
    _write(source / "folder" / "b", "data")

    def honest() -> list[str]:
        """Change one file, remove another."""
        Path("a").write_text("changed", encoding="ascii")
        Path("folder/b").unlink()
        Path("folder").rmdir()
        return [file.name for file in Path().iterdir()]

    assert kind.run(honest, sources=[source]).value == ["a"]
    assert (source / "a").read_text(encoding="ascii") == "data"


def test_box_refuses_what_does_not_fit(namespaces: BoxKind, source: Path) -> None:
    """Files larger than the disk of the box are a bad submission, not a fault."""
    (source / "large").write_bytes(bytes(3 << 20))
    answer = namespaces.run(lambda: None, sources=[source], box=namespaces.box(disk_mb=2))
    assert answer.error.startswith("BadSubmission")
