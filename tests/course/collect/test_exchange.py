"""nbgrader's exchange, where everybody may write under any name."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from practicum.collect import CollectReport, collect, exchange
from practicum.course import Course
from practicum.errors import BadInput

Bytes = Callable[..., bytes]
Hand = Callable[..., Path]


@pytest.fixture
def hand_in(course: Course, make_notebook: Bytes) -> Hand:
    """Hand something in as nbgrader does, with a forged time in name and timestamp.txt."""

    def hand_in(name: str, text: str = "pass", **files: bytes) -> Path:
        folder = exchange.inbound(course) / name
        folder.mkdir(parents=True)
        (folder / "brief.ipynb").write_bytes(make_notebook(text))
        (folder / "timestamp.txt").write_text("2001-01-01 00:00:00.000000 UTC")
        (folder / "submission_secret.txt").write_text("ab" * 64)
        for file, data in files.items():
            (folder / file).write_bytes(data)
        return folder

    return hand_in


def run(course: Course, inbox: Any, **options: Any) -> CollectReport:
    """Collect from the exchange."""
    return collect(course, "first-steps", inbox=inbox, **options)


def source(course: Course, student: str) -> bytes:
    """Return the collected notebook."""
    station = course.station("submitted", student=student, brief="first-steps")
    return (station / "brief.ipynb").read_bytes()


def test_receipt_time_is_the_kernels(course: Course, inbox: Any, hand_in: Hand) -> None:
    """The change time counts; the folder's name, timestamp.txt and file times do not."""
    folder = hand_in("ada+first-steps+2001-01-01 00:00:00 UTC+random")
    os.utime(folder / "brief.ipynb", (0, 0))
    os.utime(folder, (0, 0))
    (entry,) = run(course, inbox).entries
    assert entry.outcome == "collected"
    assert entry.received_at is not None
    assert abs(datetime.now(UTC) - entry.received_at) < timedelta(minutes=1)
    station = course.station("submitted", student="ada", brief="first-steps")
    assert (station / "timestamp.txt").read_text().startswith(f"{entry.received_at:%Y-%m-%d %H:%M}")
    assert (station / "submission_secret.txt").read_text() == "ab" * 64


def test_newest_by_receipt(course: Course, inbox: Any, hand_in: Hand, make_notebook: Bytes) -> None:
    """The newest is the one that arrived last, whatever its name says."""
    hand_in("ada+first-steps+2030-01-01 00:00:00 UTC", "first")
    hand_in("ada+first-steps+2020-01-01 00:00:00 UTC", "second")
    report = run(course, inbox)
    assert [entry.outcome for entry in report.entries] == ["collected"]
    assert source(course, "ada") == make_notebook("second")


def test_touched_file_counts_as_late(
    course: Course, inbox: Any, hand_in: Hand, make_notebook: Bytes
) -> None:
    """A file that is changed inside an old entry makes the whole entry as new as the change."""
    old = hand_in("ada+first-steps+1", "old")
    hand_in("ada+first-steps+2", "new")
    (old / "brief.ipynb").write_bytes(make_notebook("changed afterwards"))
    run(course, inbox)
    assert source(course, "ada") == make_notebook("changed afterwards")


def test_forged_owner(
    course: Course, inbox: Any, hand_in: Hand, make_notebook: Bytes, monkeypatch: Any
) -> None:
    """What another account wrote under a student's name is refused; the real one counts."""
    hand_in("ada+first-steps+1", "honest")
    hand_in("ada+first-steps+later", "forged")
    honest, forged = 41_001, 41_002
    for folder in exchange.inbound(course).iterdir():
        uid = forged if folder.name.endswith("later") else honest
        _give(folder, uid, monkeypatch)
    monkeypatch.setattr(exchange, "owner_name", {honest: "ada", forged: "mallory"}.get)
    report = run(course, inbox)
    assert source(course, "ada") == make_notebook("honest")
    (refused,) = report.with_outcome("refused")
    assert refused.label == "ada+first-steps+later"
    assert refused.reason == "its files belong to the account mallory, not to ada"


def _give(folder: Path, uid: int, monkeypatch: Any) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    for path in (folder, *folder.iterdir()):
        os.chown(path, uid, -1)


def test_file_of_another_account_inside(
    course: Course, inbox: Any, hand_in: Hand, monkeypatch: Any
) -> None:
    """A file of somebody else inside an entry refuses the entry."""
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    folder = hand_in("ada+first-steps+1")
    os.chown(folder / "brief.ipynb", 41_009, -1)
    (entry,) = run(course, inbox).entries
    assert entry.reason == "its files belong to the account number 41009, not to ada"


def test_bad_newest_falls_back(
    course: Course, inbox: Any, hand_in: Hand, make_notebook: Bytes
) -> None:
    """When the newest cannot be taken, it is refused by name and the one before counts."""
    hand_in("ada+first-steps+1", "good")
    broken = hand_in("ada+first-steps+2")
    (broken / "brief.ipynb").write_text("{")
    report = run(course, inbox)
    assert [entry.outcome for entry in report.entries] == ["refused", "collected"]
    assert source(course, "ada") == make_notebook("good")


def test_links_and_strangers(course: Course, inbox: Any, hand_in: Hand, tmp_path: Path) -> None:
    """An entry that is a link, a file, or nobody's is refused; another brief's is not looked at."""
    inbound = hand_in("ada+first-steps+1").parent
    (inbound / "grace+first-steps+1").symlink_to(inbound / "ada+first-steps+1")
    (inbound / "alan+first-steps+1").write_text("a file")
    hand_in("nobody+first-steps+1")
    hand_in("grace+other+1")
    (hand_in("ada_l+first-steps+1") / "link").symlink_to("/etc/passwd")
    report = run(course, inbox)
    refused = {entry.label: entry.reason for entry in report.with_outcome("refused")}
    assert set(refused) == {
        "grace+first-steps+1",
        "alan+first-steps+1",
        "nobody+first-steps+1",
        "ada_l+first-steps+1",
    }
    assert "no student 'nobody'" in refused["nobody+first-steps+1"]
    assert refused["ada_l+first-steps+1"] == "link: a symbolic link"
    assert [entry.student for entry in report.with_outcome("collected")] == ["ada"]


def test_again_is_unchanged(course: Course, inbox: Any, hand_in: Hand) -> None:
    """A second run, and the same work handed in again, keep the first receipt time."""
    hand_in("ada+first-steps+1")
    first = run(course, inbox).entries[0].received_at
    folder = hand_in("ada+first-steps+2")
    (folder / "submission_secret.txt").write_text("cd" * 64)
    (entry,) = run(course, inbox).entries
    assert (entry.outcome, entry.received_at) == ("unchanged", first)


def test_no_exchange(course: Course, inbox: Any) -> None:
    """Without an inbound folder the message tells what to do."""
    with pytest.raises(BadInput, match="practicum publish first-steps"):
        run(course, inbox)


def test_changed_while_read(course: Course, inbox: Any, hand_in: Hand, monkeypatch: Any) -> None:
    """A file that is exchanged for a link between listing and reading is refused."""
    folder = hand_in("ada+first-steps+1")
    real = exchange.open_arrival

    def swap(*given: Any) -> Any:
        opened = real(*given)
        (folder / "brief.ipynb").unlink()
        (folder / "brief.ipynb").symlink_to("/etc/passwd")
        return opened

    monkeypatch.setattr("practicum.collect.collecting.open_arrival", swap)
    (entry,) = run(course, inbox).entries
    assert entry.outcome == "refused"
    assert "brief.ipynb: cannot be read" in entry.reason
