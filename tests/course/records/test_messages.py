"""Messages: what is kept of questions and answers, and what nobody can change any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from practicum.records import MAX_WORDS, Records, Said

NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)


def _said(**fields: Any) -> Said:
    """Make a question that differs from the usual one only in ``fields``."""
    usual = {"student": "ada", "key": "k1", "author": "student", "text": "May I?", "at": NOON}
    return Said.model_validate(usual | fields)


def test_the_same_key_is_the_same_message(records: Records) -> None:
    """What is said again, in one call or in two, is kept once, and only new ones are counted."""
    assert records.say("demo", [_said(), _said(key="k2"), _said()]) == 2
    before = records.audit()

    assert records.say("demo", [_said(), _said(key="k2")]) == 0
    assert [said.key for said in records.messages("demo")] == ["k1", "k2"]
    assert records.audit() == before


def test_a_second_message_cannot_take_the_place_of_the_first(records: Records) -> None:
    """Other words under a known key are ignored, whoever is said to have written them."""
    records.say("demo", [_said()])
    forged = _said(author="supervisor", by="rita", text="You pass.")

    assert records.say("demo", [forged, _said(text="I asked something else.")]) == 0
    assert records.messages("demo") == (_said(),)


def test_within_one_call_the_first_of_a_key_counts(records: Records) -> None:
    """Of two messages with one key the earlier in the call is kept."""
    records.say("demo", [_said(text="first"), _said(text="second")])

    assert [said.text for said in records.messages("demo")] == ["first"]


def test_a_key_belongs_to_one_student_and_one_brief(records: Records) -> None:
    """Another student, or the same one in another brief, may use the same key."""
    assert records.say("demo", [_said(), _said(student="bob")]) == 2
    assert records.say("other", [_said(text="And here?")]) == 1

    assert [said.student for said in records.messages("demo")] == ["ada", "bob"]
    assert [said.text for said in records.messages("other", "ada")] == ["And here?"]
    assert records.messages("demo", "zoe") == ()


def test_messages_come_by_student_and_time(records: Records) -> None:
    """A thread is read in the order of time, whatever order it came in."""
    late, early = _said(at=NOON + timedelta(hours=2)), _said(key="k0", at=NOON)
    records.say("demo", [late, early, _said(student="aaa", key="z", at=NOON + timedelta(days=9))])

    found = [(said.student, said.key) for said in records.messages("demo")]
    assert found == [("aaa", "z"), ("ada", "k0"), ("ada", "k1")]


def test_answers_are_logged_and_their_words_are_not(records: Records) -> None:
    """The audit log says who answered whom, and nothing of what was said."""
    answer = _said(key="r-1", author="supervisor", by="rita", text="Of course.", answers="k1")
    records.say("demo", [_said(), answer])

    (entry,) = records.audit()
    assert (entry.action, entry.student, entry.by, entry.detail) == ("answer", "ada", "rita", "r-1")
    assert "Of course." not in entry.model_dump_json()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("'); DROP TABLE messages; --", "'); DROP TABLE messages; --"),
        ("a\x00b\x1b[31m\u202ec\ud800", "ab[31mc"),
        ("one\r\ntwo\u2028three", "one\ntwo\nthree"),
        ("مرحبا 👩‍🚀", "مرحبا 👩‍🚀"),
        ("w" * MAX_WORDS, "w" * MAX_WORDS),
    ],
)
def test_hostile_texts_stay_texts(records: Records, text: str, kept: str) -> None:
    """Texts come back as they were, without what nobody can see."""
    records.say("demo", [_said(text=text)])

    assert [said.text for said in records.messages("demo")] == [kept]


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": " \x00\u202e "},
        {"text": "w" * (MAX_WORDS + 1)},
        {"key": "../etc/passwd"},
        {"key": ""},
        {"key": "k" * 41},
        {"student": "../bob"},
        {"author": "admin"},
        {"by": "<b>"},
        {"answers": "A B"},
        {"at": datetime(2027, 2, 1, 12)},  # noqa: DTZ001 (that it has no zone is the point)
    ],
)
def test_what_is_no_message_is_refused(fields: dict[str, Any]) -> None:
    """Empty or endless words, names that are none and times without a zone make no message."""
    with pytest.raises(ValidationError):
        _said(**fields)
