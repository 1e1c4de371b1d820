"""What the depot promises: receipts for what is kept, once, and to its owner."""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from practicum.depot import (
    OWN,
    Depot,
    Order,
    ReceiptKey,
    Rules,
    StorageFull,
    check_receipt,
    sweep,
)
from practicum.errors import BadInput, BadSubmission, Conflict, UnknownName
from practicum.file_names import digest
from practicum.records import HandedIn, Records

RULES = Rules(size=1_000_000)
Make = Callable[..., Order]


def by_digest(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return contents as they come with a manifest."""
    return {hashlib.sha256(data).hexdigest(): data for data in files.values()}


def hand_in(depot: Depot, order: Order, files: dict[str, bytes], rules: Rules = RULES) -> HandedIn:
    """Hand in with all contents at once."""
    done = depot.begin(order, rules, by_digest(files)).done
    assert isinstance(done, HandedIn)
    return done


def test_a_receipt_says_what_was_kept(depot: Depot, order: Make) -> None:
    """The signed receipt has the digest of names and contents, and anybody can check it."""
    files = {"brief.ipynb": b"{}", "data/a.csv": b"1\n", "empty.txt": b""}
    taken = hand_in(depot, order(files), files)

    claims = check_receipt(taken.receipt, depot.key.public_pem)
    assert claims == {
        "id": taken.id,
        "course": "demo",
        "assignment": "ps1",
        "student": "ada",
        "received_at": "2027-01-15T12:00:00.000000+00:00",
        "sha256": digest(files),
        "files": 3,
    }
    kept = {f.path: b"".join(depot.read(taken, f.sha256)) for f in taken.files}
    assert kept == files


def test_a_changed_receipt_is_none(depot: Depot, order: Make, tmp_path: Path) -> None:
    """A receipt with another word in it, or of another course's key, does not check."""
    taken = hand_in(depot, order({"a": b"1"}), {"a": b"1"})
    head, body, signature = taken.receipt.split(".")
    other = ReceiptKey.read(tmp_path / "other.pem", {})

    for receipt, pem in (
        (f"{head}.{body[:-2]}AA.{signature}", depot.key.public_pem),
        (taken.receipt, other.public_pem),
        ("nonsense", depot.key.public_pem),
    ):
        with pytest.raises(BadInput, match="no receipt"):
            check_receipt(receipt, pem)


def test_the_key_is_made_once(tmp_path: Path) -> None:
    """Two readers have the same key; the environment's comes first; another kind is refused."""
    file = tmp_path / "hub" / "key.pem"
    first, second = ReceiptKey.read(file, {}), ReceiptKey.read(file, {})
    assert first.public_pem == second.public_pem
    assert file.stat().st_mode & 0o777 == 0o600
    named = {"PRACTICUM_RECEIPT_KEY": file.read_text()}
    assert ReceiptKey.read(tmp_path / "none.pem", named).number == first.number
    file.write_text("no key")
    with pytest.raises(BadInput, match="Ed25519"):
        ReceiptKey.read(file, {})


def test_a_large_file_goes_on_where_it_was_cut_off(depot: Depot, order: Make) -> None:
    """Pieces are kept, the same manifest finds them again, and the last one completes the file."""
    files = {"large.bin": bytes(range(256)) * 1000}
    wanted = order(files)
    begun = depot.begin(wanted, RULES)
    (missing,) = begun.missing
    assert depot.piece(begun.id, "ada", missing.sha256, 0, files["large.bin"][:100_000]) == 100_000

    again = depot.begin(wanted, RULES)

    assert (again.id, again.missing[0].have) == (begun.id, 100_000)
    with pytest.raises(BadSubmission, match="1 files are missing"):
        depot.commit(begun.id, "ada", lambda _: RULES)
    rest = files["large.bin"][100_000:]
    assert depot.piece(begun.id, "ada", missing.sha256, 100_000, rest) == 256_000
    taken = depot.commit(begun.id, "ada", lambda _: RULES)
    assert isinstance(taken, HandedIn)
    assert taken.sha256 == digest(files)
    assert depot.commit(begun.id, "ada", lambda _: RULES) == taken
    assert depot.files.below(f".uploads/{begun.id}") == ()


def test_a_key_is_one_submission(depot: Depot, order: Make) -> None:
    """Sent twice it is taken once; with other files the key is refused."""
    wanted = order({"a": b"1"})
    first = hand_in(depot, wanted, {"a": b"1"})

    assert hand_in(depot, wanted, {"a": b"1"}) == first
    with pytest.raises(Conflict):
        hand_in(depot, order({"a": b"2"}, key=wanted.key), {"a": b"2"})
    assert depot.ledger.handed_in("demo") == (first,)


def test_two_commits_at_once_are_one(depot: Depot, order: Make) -> None:
    """Whoever sends the same thing in many threads gets one receipt, many times."""
    files = {"a": b"1"}
    wanted = order(files)
    found: list[HandedIn] = []
    threads = [
        threading.Thread(target=lambda: found.append(hand_in(depot, wanted, files)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len({one.receipt for one in found}) == 1
    assert len(depot.ledger.handed_in("demo")) == 1


def test_a_clock_that_is_set_back_reorders_nothing(depot: Depot, order: Make, clock: Any) -> None:
    """What is handed in later has a later time, also when the clock went back an hour."""
    first = hand_in(depot, order({"a": b"1"}), {"a": b"1"})
    clock.go(hours=-1)
    second = hand_in(depot, order({"a": b"2"}), {"a": b"2"})
    other = hand_in(depot, order({"a": b"2"}, student="bob", by="bob"), {"a": b"2"})

    assert second.received_at == first.received_at + timedelta(microseconds=1)
    assert other.received_at == clock.now
    assert [one.id for one in depot.ledger.handed_in("demo", "ps1", "ada")] == [first.id, second.id]


def test_rules_are_the_courses(depot: Depot, order: Make, clock: Any) -> None:
    """Too often, too late and too much are refused; what was taken before is answered again."""
    rules = Rules(size=10, most=2, closes=clock.now + timedelta(days=1))
    wanted = order({"a": b"1"})
    first = hand_in(depot, wanted, {"a": b"1"}, rules)
    with pytest.raises(BadSubmission, match="MB are accepted"):
        hand_in(depot, order({"a": b"x" * 11}), {"a": b"x" * 11}, rules)
    hand_in(depot, order({"a": b"2"}), {"a": b"2"}, rules)
    with pytest.raises(BadSubmission, match="2 times already"):
        hand_in(depot, order({"a": b"3"}), {"a": b"3"}, rules)
    clock.go(days=2)
    late = Rules(size=10, closes=clock.now - timedelta(days=1))
    with pytest.raises(BadSubmission, match="closed since"):
        hand_in(depot, order({"a": b"3"}), {"a": b"3"}, late)
    assert hand_in(depot, wanted, {"a": b"1"}, late) == first


def test_closing_counts_when_it_is_complete(depot: Depot, order: Make, clock: Any) -> None:
    """What was begun in time and completed after closing is refused."""
    closes = datetime.now(UTC) + timedelta(days=1)
    clock.now = closes - timedelta(seconds=1)
    rules = Rules(size=10, closes=closes)
    begun = depot.begin(order({"a": b"1"}), rules)
    clock.now = closes + timedelta(seconds=1)
    depot.piece(begun.id, "ada", begun.missing[0].sha256, 0, b"1")

    with pytest.raises(BadSubmission, match="closed since"):
        depot.commit(begun.id, "ada", lambda _: rules)


def test_nobody_has_many_uploads_open(depot: Depot, order: Make) -> None:
    """A ninth upload gives up the oldest, with its pieces; others' stay."""
    bobs = depot.begin(order({"a": b"b"}, student="bob", by="bob"), RULES)
    first = depot.begin(order({"a": b"10"}), RULES)
    depot.piece(first.id, "ada", first.missing[0].sha256, 0, b"1")
    for number in range(11, 19):
        depot.begin(order({"a": str(number).encode()}), RULES)

    with pytest.raises(UnknownName):
        depot.have(first.id, "ada", first.missing[0].sha256)
    assert depot.files.below(f".uploads/{first.id}") == ()
    assert depot.have(bobs.id, "bob", bobs.missing[0].sha256) == 0


def test_a_damaged_file_gets_no_receipt(depot: Depot, order: Make) -> None:
    """What rotted where it lies is noticed, and asked for again."""
    files = {"a": b"good", "b": b"more"}
    sha = hashlib.sha256(b"good").hexdigest()
    depot.files.put(f"demo/students/ada/{sha}", (b"evil",))
    wanted = order(files)
    with pytest.raises(BadSubmission, match="damaged"):
        hand_in(depot, wanted, files)

    assert hand_in(depot, wanted, files).sha256 == digest(files)


def test_a_release_is_replaced_on_purpose_and_taken_back(depot: Depot, order: Make) -> None:
    """Other files need ``replace``; the same ones change nothing; taken back, it is gone."""
    about = {"kind": "release", "student": "", "by": "ines"}
    depot.begin(order({"a": b"1"}, **about), OWN, by_digest({"a": b"1"}))
    again = depot.begin(order({"a": b"1"}, **about), OWN)
    assert again.done == depot.ledger.offer("demo", "ps1")
    with pytest.raises(Conflict, match="--force"):
        depot.begin(order({"a": b"2"}, **about), OWN, by_digest({"a": b"2"}))
    depot.begin(order({"a": b"2"}, replace=True, **about), OWN, by_digest({"a": b"2"}))
    assert len(depot.ledger.offers("demo")) == 1
    assert depot.ledger.take_back("demo", "ps1", "ines")
    assert depot.ledger.offers("demo") == ()
    assert not depot.ledger.take_back("demo", "ps1", "ines")


def test_feedback_is_the_newest_of_each_submission(depot: Depot, order: Make) -> None:
    """Feedback given again takes the place of the one before, on that submission alone."""
    first = hand_in(depot, order({"a": b"1"}), {"a": b"1"})
    second = hand_in(depot, order({"a": b"2"}), {"a": b"2"})
    for taken, text in ((first, b"one"), (second, b"two"), (first, b"one, mended")):
        depot.give_back(
            "demo",
            "ps1",
            "ada",
            received_at=taken.received_at,
            pages={"a.html": text},
            by="ines",
        )

    given = depot.ledger.given_back("demo", student="ada")
    assert [b"".join(depot.read(one, one.files[0].sha256)) for one in given] == [
        b"one, mended",
        b"two",
    ]
    assert depot.ledger.given_back("demo", student="bob") == ()


def test_sweeping_takes_what_nothing_names(depot: Depot, order: Make, clock: Any) -> None:
    """Old uploads and files of no submission go; what a receipt names stays."""
    taken = hand_in(depot, order({"a": b"kept"}), {"a": b"kept"})
    begun = depot.begin(order({"a": b"x", "b": b"y"}), RULES)
    sha = hashlib.sha256(b"x").hexdigest()
    depot.piece(begun.id, "ada", sha, 0, b"x")
    depot.files.put("demo/students/ada/" + "0" * 64, (b"left behind",))

    assert sweep(depot, datetime.now(UTC)) == 0
    assert depot.ledger.upload(begun.id) is not None
    assert sweep(depot, datetime.now(UTC) + timedelta(days=400)) == 2

    assert depot.ledger.upload(begun.id) is None
    assert b"".join(depot.read(taken, taken.files[0].sha256)) == b"kept"
    assert depot.files.size("demo/students/ada/" + "0" * 64) is None


def test_a_full_disk_gives_no_receipt(
    tmp_path: Path, order: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a write fails, nothing is noted and no draft is left; later it is taken."""
    import errno
    import os

    key = ReceiptKey.read(tmp_path / "key.pem", {})
    with Records(f"sqlite:///{tmp_path / 'records.db'}") as records:
        depot = Depot(tmp_path / "depot", records, key)
        wanted, files = order({"a": b"1"}), {"a": b"1"}

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(StorageFull, match="nothing was taken"):
                depot.begin(wanted, RULES, by_digest(files))
        assert records.handed_in("demo") == ()
        assert [f for f in (tmp_path / "depot").rglob("*") if f.is_file()] == []
        hand_in(depot, wanted, files)
