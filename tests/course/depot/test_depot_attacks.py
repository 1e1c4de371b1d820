"""What a student may send to fill the disk, or to make each request of everybody slow."""

import hashlib
import secrets
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from practicum.depot import Depot, Order, ReceiptKey, Rules, manifest_of
from practicum.errors import BadSubmission
from practicum.records import Records

Make = Callable[..., Order]
RULES = Rules(size=10_000)


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Depot]:
    """A depot in a folder."""
    with Records(f"sqlite:///{tmp_path / 'records.db'}") as records:
        yield Depot(tmp_path / "depot", records, ReceiptKey.read(tmp_path / "key.pem", {}))


def begin(depot: Depot, order: Make, sent: bytes, **more: Any) -> Any:
    """Send one file along, and name another one that never comes."""
    files = {"sent.bin": sent, "never.bin": secrets.token_bytes(8)}
    contents = {hashlib.sha256(sent).hexdigest(): sent}
    return depot.begin(order(files, **more), RULES, contents)


def lying(folder: Path) -> int:
    """Return the bytes of all files in a depot."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_what_is_never_completed_does_not_fill_the_disk(
    depot: Depot, order: Make, tmp_path: Path
) -> None:
    """Whoever sends along with ever new manifests has no more kept than a few submissions."""
    for _ in range(60):
        begin(depot, order, secrets.token_bytes(9_000))

    assert lying(tmp_path / "depot") <= 11 * RULES.size


def test_many_small_files_are_as_good_as_large_ones(
    depot: Depot, order: Make, tmp_path: Path
) -> None:
    """Empty files take places on the disk as well: they are counted, too."""
    rules = Rules(size=10_000, files=20)
    for _ in range(60):
        files = {f"{n}.txt": secrets.token_bytes(4) for n in range(19)}
        contents = {hashlib.sha256(data).hexdigest(): data for data in files.values()}
        files["never"] = secrets.token_bytes(9)
        depot.begin(order(files), rules, contents)

    assert sum(file.is_file() for file in (tmp_path / "depot").rglob("*")) <= 11 * rules.files


def test_room_is_made_without_what_counts(depot: Depot, order: Make) -> None:
    """What has a receipt, and what is just being sent, stays when room is made."""
    kept = {"brief.ipynb": secrets.token_bytes(5_000)}
    contents = {hashlib.sha256(data).hexdigest(): data for data in kept.values()}
    taken = depot.begin(order(kept), RULES, contents).done
    for _ in range(30):
        begin(depot, order, secrets.token_bytes(9_000))
    data = secrets.token_bytes(9_000)
    last = begin(depot, order, data)
    for _ in range(5):
        begin(depot, order, secrets.token_bytes(9_000))

    assert taken is not None
    assert b"".join(depot.read(taken, taken.files[0].sha256)) == kept["brief.ipynb"]
    assert depot.have(last.id, "ada", hashlib.sha256(data).hexdigest()) == len(data)


def test_pieces_of_one_byte_come_to_an_end(
    depot: Depot, order: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece is a file, and is looked at with each one after it: there are not too many."""
    monkeypatch.setattr("practicum.depot.depot.MOST_PIECES", 20)
    data = secrets.token_bytes(100)
    begun = depot.begin(order({"a": data}), RULES)
    sha = begun.missing[0].sha256

    for at in range(20):
        depot.piece(begun.id, "ada", sha, at, data[at : at + 1])
    with pytest.raises(BadSubmission, match="larger pieces"):
        depot.piece(begun.id, "ada", sha, 20, data[20:21])


def test_submissions_come_to_an_end_where_the_course_names_none(
    depot: Depot, order: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each hand-in looks at those before: where course.yml sets no number, there is one."""
    monkeypatch.setattr("practicum.depot.rules.MOST", 5)

    def hand_in(number: int, **more: Any) -> None:
        files = {"a": str(number).encode()}
        wanted = order(files, **more)
        depot.begin(wanted, RULES, {wanted.files[0].sha256: files["a"]})

    for number in range(5):
        hand_in(number)
    with pytest.raises(BadSubmission, match="5 times already"):
        hand_in(6)
    hand_in(1, student="bob", by="bob")
    assert len(depot.ledger.handed_in("demo")) == 6


def test_all_files_of_all_submissions_come_to_an_end(depot: Depot, order: Make) -> None:
    """Many submissions of many files are refused as many large ones are."""
    rules = Rules(size=10_000, files=5)

    def hand_in() -> None:
        files = {f"{n}": secrets.token_bytes(2) for n in range(5)}
        contents = {hashlib.sha256(data).hexdigest(): data for data in files.values()}
        depot.begin(order(files), rules, contents)

    for _ in range(20):
        hand_in()
    with pytest.raises(BadSubmission, match="too many files together"):
        hand_in()
    assert len(depot.ledger.handed_in("demo")) == 20


def test_the_manifest_of_a_submission_is_what_it_was(depot: Depot, order: Make) -> None:
    """With the key again the whole submission comes back, its files included."""
    files = {"a": b"1", "b": b"2"}
    wanted = order(files, key=uuid.uuid4().hex)
    contents = {hashlib.sha256(data).hexdigest(): data for data in files.values()}
    first = depot.begin(wanted, RULES, contents).done
    begun = depot.begin(order({"c": b"3"}), RULES)

    assert begun.done is None
    assert depot.begin(wanted, RULES, contents).done == first
    assert first is not None
    assert first.files == manifest_of(files)
