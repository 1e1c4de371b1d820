import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import event

from practicum.errors import BadInput
from practicum.records import (
    MAX_WORDS,
    Assessment,
    Decision,
    Finding,
    Receipt,
    Records,
    plain,
)
from practicum.records.values import BIDI_CONTROLS

Said = Callable[..., Assessment]
NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)


def receive(records: Records, student: str = "ada", **changes: Any) -> Receipt:
    """Receive a submission that differs from the usual one only in ``changes``."""
    usual: dict[str, Any] = {
        "received_at": NOON,
        "sha256": "a" * 64,
        "source": "exchange",
        "files": 1,
        "size": 3_000_000_000,
    }
    return records.receive("demo", student, **(usual | changes))


def decision(**changes: Any) -> Decision:
    """Make a decision that differs from the usual one only in ``changes``."""
    usual = {
        "brief": "demo",
        "student": "ada",
        "criterion": "advice",
        "level": 2,
        "reason": "It names no next step.",
        "by": "ines",
        "at": NOON,
    }
    return Decision.model_validate(usual | changes)


def test_a_submission_is_received_once(records: Records) -> None:
    """The same submission again changes nothing and keeps its state."""
    receive(records)
    records.set_state("demo", "ada", "graded")
    before = records.audit()
    assert receive(records).state == "graded"
    assert records.audit() == before


def test_a_newer_submission_counts(records: Records) -> None:
    """A new submission takes the place of the one before, and starts as received."""
    receive(records)
    records.set_state("demo", "ada", "graded")
    receive(records, sha256="b" * 64)
    receipt = records.receipt("demo", "ada")
    assert receipt is not None
    assert (receipt.sha256[0], receipt.state) == ("b", "received")
    assert [entry.action for entry in records.audit()] == ["receive", "state", "receive"]


def test_a_submission_that_comes_back_counts(records: Records) -> None:
    """Handing in an earlier version once more makes that version the current one."""
    for content in "aba":
        receive(records, sha256=content * 64)
    receipt = records.receipt("demo", "ada")
    assert receipt is not None
    assert receipt.sha256 == "a" * 64


def test_receipts_are_one_a_student(records: Records) -> None:
    """The receipts of a brief are the current ones, by student, and of no other brief."""
    for student in ("grace", "ada"):
        receive(records, student)
        receive(records, student, sha256="c" * 64)
    assert [(r.student, r.sha256[0]) for r in records.receipts("demo")] == [
        ("ada", "c"),
        ("grace", "c"),
    ]
    assert records.receipts("other") == ()
    assert records.receipt("demo", "alan") is None


def test_a_state_tells_since_when(records: Records) -> None:
    """A state has its detail, and the time at which it began."""
    since = receive(records).since
    records.set_state("demo", "ada", "error", "the disk is full")
    receipt = records.receipt("demo", "ada")
    assert receipt is not None
    assert (receipt.state, receipt.detail) == ("error", "the disk is full")
    assert receipt.since > since


def test_a_state_needs_a_submission(records: Records) -> None:
    """Who has handed in nothing has no state; the message says what to do."""
    with pytest.raises(BadInput, match="nothing has come in from 'ada': run `practicum collect`"):
        records.set_state("demo", "ada", "graded")


def test_an_unknown_state_is_refused(records: Records) -> None:
    """There are four states; another one is a mistake of the caller and is not kept."""
    receive(records)
    with pytest.raises(ValidationError):
        records.set_state("demo", "ada", "lost")  # type: ignore[arg-type]
    receipt = records.receipt("demo", "ada")
    assert receipt is not None
    assert receipt.state == "received"


@pytest.mark.parametrize("bad", ["../evil", "Ada", "", "a b", "<script>", ".hidden", "a\x00"])
def test_ids_are_checked(records: Records, bad: str) -> None:
    """A name that is no id is stored nowhere."""
    with pytest.raises(ValidationError):
        receive(records, bad)
    with pytest.raises(ValidationError):
        records.set_findings("demo", bad, ())
    with pytest.raises(ValidationError):
        records.released("demo", bad, digest="d")
    assert records.audit() == ()
    assert records.findings("demo") == ()


def test_times_are_utc(records: Records) -> None:
    """A time in another zone comes back as the same moment in UTC."""
    berlin = timezone(timedelta(hours=1))
    receive(records, received_at=datetime(2027, 2, 1, 13, tzinfo=berlin))
    receipt = records.receipt("demo", "ada")
    assert receipt is not None
    assert receipt.received_at == NOON
    assert receipt.received_at.tzinfo is UTC


def test_naive_times_are_refused(records: Records) -> None:
    """A time without a zone could mean any moment, so it is refused."""
    with pytest.raises(ValidationError):
        receive(records, received_at=datetime(2027, 2, 1, 12))  # noqa: DTZ001 (that is the test)


def test_the_newest_assessment_counts(records: Records, said: Said) -> None:
    """A reviewer may think again; what was said before stays in the history."""
    assert records.assess(said(level=3))
    assert records.assess(said(level=4))
    assert [a.level for a in records.assessments("demo")] == [4]
    assert [a.level for a in records.history("demo", "ada", "advice")] == [3, 4]


def test_an_identical_assessment_is_not_kept_twice(records: Records, said: Said) -> None:
    """The same level and words again are not new, whenever they are said."""
    assert records.assess(said())
    assert not records.assess(said(at=NOON + timedelta(days=1)))
    assert len(records.history("demo", "ada", "advice")) == 1


def test_thinking_back_is_new(records: Records, said: Said) -> None:
    """Going back to an earlier level is a third assessment."""
    assert [records.assess(said(level=level)) for level in (3, 4, 3)] == [True, True, True]


def test_many_assessments_are_kept_together(records: Records, said: Said) -> None:
    """One call keeps all, and tells for each whether it was new, repetitions included."""
    both = (said(), said(), said(reviewer="hugo"))
    assert records.assess_all(both) == (True, False, True)
    assert [a.reviewer for a in records.assessments("demo", "ada")] == ["hugo", "rita"]
    assert records.assessments("demo", "grace") == ()


def test_a_failure_keeps_nothing(records: Records, said: Said) -> None:
    """When one of many cannot be kept, none is."""

    def both() -> Any:
        yield said()
        raise KeyError

    with pytest.raises(KeyError):
        records.assess_all(both())
    assert records.assessments("demo") == ()
    assert records.audit() == ()


def test_the_newest_decision_counts(records: Records) -> None:
    """An instructor may decide again."""
    records.decide(decision(level=2))
    records.decide(decision(level=3))
    records.decide(decision(student="grace"))
    assert [(d.student, d.level) for d in records.decisions("demo")] == [("ada", 3), ("grace", 2)]
    assert len(records.decisions("demo", "ada")) == 1


def test_a_decision_needs_a_reason() -> None:
    """No reason, no decision."""
    with pytest.raises(ValidationError):
        decision(reason="  \x00 ")


def test_findings_are_replaced(records: Records) -> None:
    """Each grading of a submission replaces its findings, in order, and no other's."""
    first = Finding(cell="t1", kind="stderr", message="a warning cost the points")
    second = Finding(cell="", kind="missing", message="no notebook")
    records.set_findings("demo", "ada", (first, first))
    records.set_findings("demo", "grace", (first,))
    records.set_findings("demo", "ada", (second, first))
    assert [f.kind for f in records.findings("demo", "ada")] == ["missing", "stderr"]
    assert [f.student for f in records.findings("demo")] == ["ada", "ada", "grace"]
    records.set_findings("demo", "ada", ())
    assert records.findings("demo", "ada") == ()


def test_a_long_message_is_cut() -> None:
    """What reports a fault is cut rather than refused."""
    message = Finding(cell="t1", kind="error", message="x" * 1_000_000).message
    assert len(message) == 20_000
    assert message.endswith(" ...")


def test_the_newest_publication_counts(records: Records) -> None:
    """A publication keeps its proofs as they were given."""
    assert records.publication("demo") is None
    records.publish("demo", digest="one", proofs=())
    records.publish("demo", digest="two", proofs=({"proof": "runs", "points": 10.5},))
    publication = records.publication("demo")
    assert publication is not None
    assert publication.digest == "two"
    assert publication.proofs == ({"proof": "runs", "points": 10.5},)


def test_the_newest_release_counts(records: Records) -> None:
    """A release has the digest of what the student was given last."""
    assert records.release_of("demo", "ada") is None
    for digest in ("one", "two"):
        records.released("demo", "ada", digest=digest)
    release = records.release_of("demo", "ada")
    assert release is not None
    assert release.digest == "two"


def test_all_releases_at_once(records: Records) -> None:
    """Each student's newest release is there, of this brief alone, in one query."""
    for student, digest in (("bob", "b"), ("ada", "a"), ("bob", "c")):
        records.released("demo", student, digest=digest)
    records.released("other", "cleo", digest="d")

    releases = records.releases("demo")

    assert {name: entry.digest for name, entry in releases.items()} == {"ada": "a", "bob": "c"}
    assert releases["bob"] == records.release_of("demo", "bob")
    assert records.releases("nothing") == {}


def test_the_log_tells_who_did_what(records: Records, said: Said) -> None:
    """All that is written is also in the log, with the one who did it."""
    receive(records)
    records.assess(said())
    records.decide(decision())
    records.log("backup", by="ines", detail="copied\x1b[31m")
    assert [(e.action, e.student, e.by, e.detail) for e in records.audit()] == [
        ("receive", "ada", "", "exchange"),
        ("assess", "ada", "rita", "advice: level 3"),
        ("decide", "ada", "ines", "advice: level 2"),
        ("backup", "", "ines", "copied[31m"),
    ]


def test_nothing_is_ever_updated(records: Records, said: Said) -> None:
    """No statement updates or deletes a row, but for the findings that are replaced."""
    statements: list[str] = []

    @event.listens_for(records._engine, "before_cursor_execute")
    def note(*arguments: Any) -> None:
        statements.append(arguments[2].strip().lower())

    receive(records)
    receive(records, sha256="b" * 64)
    records.set_state("demo", "ada", "graded")
    records.set_findings("demo", "ada", (Finding(cell="a", kind="b", message="c"),))
    for level in (1, 2):
        records.assess(said(level=level))
        records.decide(decision(level=level))
        records.released("demo", "ada", digest=str(level))
        records.publish("demo", digest=str(level), proofs=())
    records.blind_code("demo", "ada")
    changing = [text for text in statements if text.startswith(("update", "delete"))]
    assert [text.split()[2] for text in changing] == ["findings"]


def test_words_are_plain() -> None:
    """Control characters, lone surrogates and turned writing go; lines and emoji stay."""
    text = "a\x00b\x1b[1m\r\nc\td \ud800e\u202ef \N{WAVING HAND SIGN} é\u2028g"
    assert plain(text) == "ab[1m\nc\td ef \N{WAVING HAND SIGN} é\ng"


@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "L"])))
def test_plain_is_what_it_says(text: str) -> None:
    """Nothing but lines, tabs and what can be seen or stored is left; the rest is untouched."""
    left = plain(text)
    assert not set(left) & BIDI_CONTROLS
    assert all(c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} for c in left)
    assert plain(left) == left
    seen = [c for c in text if c.isprintable()]
    assert [c for c in left if c.isprintable()] == seen


def test_words_have_an_end(said: Said) -> None:
    """Words of more than 10,000 characters are refused; control characters do not count."""
    said(words="x" * MAX_WORDS + "\x00")
    with pytest.raises(ValidationError):
        said(words="x" * (MAX_WORDS + 1))


@pytest.mark.parametrize("level", [-1, 5, 2.5, "five", None])
def test_levels_are_on_the_scale(said: Said, level: object) -> None:
    """A level is a whole number from 0 to 4."""
    with pytest.raises(ValidationError):
        said(level=level)
