"""A service that anybody may have written: nothing breaks, nothing runs, nobody waits long."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.widgets.conftest import Lay
from tests.widgets.service.conftest import Stub
from tests.widgets.service.test_catalogue import OFFER

from practicum_widgets import HandIn, Home
from practicum_widgets.course_service import Connection, Refused, connection
from practicum_widgets.hand_in import outcome
from practicum_widgets.home import catalogue

ME = {"name": "ada", "role": "student", "course": "c", "briefs": []}
MARKUP = "<img src=x onerror=alert(1)>\u202e\x00"
NUMBER = "ab" * 16

FAULTS: dict[str, dict[str, Any]] = {
    "not JSON": {"answers": dict.fromkeys(("me", "briefs", "results"), b"<html>log in</html>")},
    "no object": {"answers": dict.fromkeys(("me", "briefs", "results"), b"[1]")},
    "too large": {"answers": dict.fromkeys(("me", "briefs", "results"), b" " * 1_200_000)},
    "too deep": {"answers": dict.fromkeys(("me", "briefs", "results"), b"[" * 200_000)},
    "no text": {"answers": dict.fromkeys(("me", "briefs", "results"), b"\xff\xfe{}")},
    "elsewhere": {"status": 302},
    "an error": {"status": 500},
    "a refusal that is none": {"status": 403, "kind": "application/problem+json"},
    "slow": {"pause": 1.5},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_start_page_stays(
    stub: Stub,
    be: Callable[[str, str], None],
    tmp_path: Path,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the service answers, the page is there, quickly, and says what is wrong."""
    monkeypatch.setattr(catalogue, "TOGETHER", 0.5)
    be(stub.address, "ada")
    for name, value in FAULTS[fault].items():
        setattr(stub, name, value)
    begun = time.monotonic()

    home = Home(tmp_path)
    text = str(home.still())

    assert time.monotonic() - begun < 1.4
    assert "course&#x27;s service" in text
    assert home.view["catalogue"]["offers"] == []
    assert "token-ada" not in json.dumps(home.view)
    assert not any(asked.endswith("elsewhere") for asked in stub.asked)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_hand_in_stays(
    stub: Stub,
    be: Callable[[str, str], None],
    lay: Lay,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the service answers, check and hand-in are there, with the trouble in words."""
    monkeypatch.setattr(outcome, "TOGETHER", 0.5)
    be(stub.address, "ada")
    for name, value in FAULTS[fault].items():
        setattr(stub, name, value)
    widget = HandIn(lay())

    widget.do("results", {})

    assert "course's service" in widget.view["outcome"]["trouble"]
    assert widget.view["outcome"]["state"] == ""
    assert str(widget.still())
    assert not (widget.desk.folder.parent / "receipts").exists()


def test_markup_is_text(stub: Stub, be: Callable[[str, str], None], tmp_path: Path) -> None:
    """Markup in each text of the catalogue is shown as text, without marks that turn it around."""
    be(stub.address, "ada")
    bad = OFFER | {
        "title": MARKUP,
        "question": MARKUP * 500,
        "employer": {"name": MARKUP, "industry": MARKUP},
        "matching": {"topics": [MARKUP] * 900, "location": "remote"},
    }
    step = {"brief": "b", "state": "refused", "words": MARKUP, "by": MARKUP}
    stub.says(me=ME, briefs={"items": [bad]}, placements={"items": [step]})

    home = Home(tmp_path)
    (offer,) = home.view["catalogue"]["offers"]

    assert "<img" not in str(home.still())
    assert "\u202e" not in json.dumps(home.view, ensure_ascii=False)
    assert len(offer["topics"]) == 20
    assert len(offer["question"]) < 2_100


def test_pages_without_end_are_left(
    stub: Stub, be: Callable[[str, str], None], tmp_path: Path
) -> None:
    """A list that says that it goes on for ever is read for a few pages."""
    be(stub.address, "ada")
    stub.says(me=ME, briefs={"items": [OFFER], "next": "&after=../x"}, placements={"items": []})

    Home(tmp_path)

    assert stub.asked.count("GET /services/practicum/briefs") == catalogue.PAGES


def test_a_refusal_is_said_in_one_line(stub: Stub) -> None:
    """What a refusal says is one line of plain text, and not long."""
    stub.status, stub.kind = 409, "application/problem+json"
    stub.says(briefs={"detail": f"first\nsecond {MARKUP}" + "x" * 9_000})

    with pytest.raises(Refused) as caught:
        Connection(stub.address, {}).json("briefs")

    assert caught.value.status == 409
    assert caught.value.detail.startswith("first second <img")
    assert len(caught.value.detail) == connection.SHOWN


@pytest.mark.parametrize(
    "manifest",
    [
        {},
        {"receipt": "x", "files": []},
        {"receipt": "a.b.c", "files": [{"path": "x"}]},
        {"receipt": "a.b.c", "files": [{"path": "x", "sha256": "0", "size": 1}]},
        {"receipt": "a.b.c", "files": 7},
    ],
)
def test_a_receipt_that_is_none_is_not_kept(
    stub: Stub, be: Callable[[str, str], None], lay: Lay, manifest: dict[str, Any]
) -> None:
    """What the service gives as a receipt and is none is not written; the results are shown."""
    be(stub.address, "ada")
    at = "2027-01-20T12:00:00Z"
    test = {"cell": "test-total", "outcome": "passed"}
    stub.says(
        results={"state": "graded", "received_at": at, "tests": [test], "later": 3},
        receipts={"items": [{"id": NUMBER, "received_at": at}]},
        **{NUMBER: manifest},
    )
    widget = HandIn(lay())

    widget.do("results", {})

    assert "cannot be read" in widget.view["outcome"]["trouble"]
    assert widget.view["outcome"]["passed"] == 1
    assert not (widget.desk.folder.parent / "receipts").exists()


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://a.example", "nonsense", "http://[::1", ""]
)
def test_an_address_that_is_none(
    be: Callable[[str, str], None], tmp_path: Path, address: str
) -> None:
    """Where what the hub names is no address the page is as without a service, or says so."""
    be(address, "ada")

    home = Home(tmp_path)

    assert home.view["catalogue"] is None or home.view["catalogue"]["trouble"]
    assert str(home.still())
