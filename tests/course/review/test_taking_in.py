"""Students' files are taken in: questions and ratings, from files that anybody may have written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum.course import Course
from practicum.errors import UnknownName
from practicum.internship import LARGEST, Internship, Message, Supervision, internship_text
from practicum.records import Records, Said
from practicum.review.taking_in import MOST, TakenIn, take_in

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
GOOD = Supervision(levels={"clear": 4, "helpful": 3}, words="Kind.", recommend="yes")
BAD = Supervision(levels={"clear": 0}, recommend="no")

Lay = Callable[..., Path]


def question(key: str = "k1", text: str = "May I?", **fields: Any) -> Message:
    """A student's question."""
    return Message.model_validate({"id": key, "text": text, "at": NOON} | fields)


@pytest.fixture
def lay(course: Course) -> Lay:
    """Lay a student's file where collecting puts it, from parts of it or as raw bytes."""

    def put(student: str, raw: bytes | None = None, **parts: Any) -> Path:
        folder = course.station("submitted", student=student, brief="demo")
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "demo.internship.json"
        kept = raw
        if kept is None:
            kept = internship_text(Internship.model_validate({"brief": "demo"} | parts)).encode()
        file.write_bytes(kept)
        return file

    return put


def test_questions_and_ratings_are_kept(course: Course, records: Records, lay: Lay) -> None:
    """What a student asked and how the supervision was rated stands in the records."""
    lay("ada", messages=(question(), question("k2", "And?", answers="k1")), supervision=GOOD)
    lay("grace", messages=(question(text="Mine."),))

    assert take_in(course, "demo", records) == TakenIn(brief="demo", questions=3, ratings=1)
    found = [(said.student, said.author, said.by, said.text) for said in records.messages("demo")]
    assert found == [
        ("ada", "student", "", "May I?"),
        ("ada", "student", "", "And?"),
        ("grace", "student", "", "Mine."),
    ]
    assert records.messages("demo", "ada")[1].answers == "k1"
    assert [(one.student, one.rating) for one in records.ratings("demo")] == [("ada", GOOD)]


def test_the_same_again_writes_nothing(course: Course, records: Records, lay: Lay) -> None:
    """A second look takes nothing in twice, and leaves the records as they are."""
    lay("ada", messages=(question(),), supervision=GOOD)
    take_in(course, "demo", records)
    before = (records.audit(), records.messages("demo"), records.ratings("demo"))

    assert take_in(course, "demo", records) == TakenIn(brief="demo")
    assert (records.audit(), records.messages("demo"), records.ratings("demo")) == before


def test_where_nothing_is_handed_in_there_is_nothing(course: Course, records: Records) -> None:
    """A student without a file is no trouble, and a brief that is none is named."""
    assert take_in(course, "demo", records) == TakenIn(brief="demo")
    with pytest.raises(UnknownName):
        take_in(course, "dmo", records)


@pytest.mark.parametrize("author", ["supervisor", "instructor"])
def test_nobody_speaks_for_a_supervisor(
    course: Course, records: Records, lay: Lay, author: str
) -> None:
    """What a student's file says that others wrote is not believed."""
    forged = question("k2", "You get full marks.", author=author, name="Rita Reviewer")
    lay("ada", messages=(question(), forged))

    assert take_in(course, "demo", records).questions == 1
    assert {said.author for said in records.messages("demo")} == {"student"}


def test_an_answer_cannot_be_replaced_nor_kept_out(
    course: Course, records: Records, lay: Lay
) -> None:
    """A question under an answer's key changes nothing, and none can take such a key first."""
    answer = Said(student="ada", key="x9", author="supervisor", by="rita", text="No.", at=NOON)
    records.say("demo", [answer])
    lay("ada", messages=(question("x9", "Yes."), question("r-next", "Mine.")))

    assert take_in(course, "demo", records).questions == 0
    assert records.messages("demo") == (answer,)


def test_times_are_neither_of_tomorrow_nor_of_the_year_one(
    course: Course, records: Records, lay: Lay
) -> None:
    """A clock that is wrong, or set wrong, gives a time that can be shown."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    texts = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", tomorrow.isoformat()]
    messages = tuple(question(f"k{place}", at=text) for place, text in enumerate(texts))
    lay("ada", messages=messages)

    assert take_in(course, "demo", records).questions == 3
    for said in records.messages("demo"):
        assert datetime(2000, 1, 1, tzinfo=UTC) <= said.at <= datetime.now(UTC)


def test_nobody_floods_the_reviewers(course: Course, records: Records, lay: Lay) -> None:
    """Of many questions the newest are kept, and no later hand-in brings more than that."""
    many = tuple(question(f"k{n}", at=NOON + timedelta(minutes=n)) for n in range(MOST + 50))
    lay("ada", messages=many)
    lay("grace", messages=(question(),))

    assert take_in(course, "demo", records).questions == MOST + 1
    kept = {said.key for said in records.messages("demo", "ada")}
    assert kept == {f"k{n}" for n in range(50, MOST + 50)}

    lay("ada", messages=(question("another", at=NOON + timedelta(days=1)),))
    assert take_in(course, "demo", records).questions == 0


def test_a_text_of_nothing_is_left_out(course: Course, records: Records, lay: Lay) -> None:
    """Words of which nothing can be seen are no question; the others of the file are kept."""
    lay("ada", messages=(question("k0", "\x85\x9f"), question()))

    assert take_in(course, "demo", records) == TakenIn(brief="demo", questions=1)


def test_hostile_words_are_kept_as_words(course: Course, records: Records, lay: Lay) -> None:
    """Markup, SQL and terminal codes come into the records as plain text."""
    hostile = "<script>alert(1)</script> '); DROP TABLE messages;-- \x1b[31m\u202e"
    lay("ada", messages=(question(text=hostile),), supervision=Supervision(words=hostile))

    take_in(course, "demo", records)

    plain = "<script>alert(1)</script> '); DROP TABLE messages;-- [31m"
    assert records.messages("demo")[0].text == plain
    assert records.ratings("demo")[0].rating.words.strip() == plain


def test_a_changed_and_a_cleared_rating_count(course: Course, records: Records, lay: Lay) -> None:
    """A newer hand-in changes the rating, and one without it takes it back."""
    for rating in (GOOD, BAD):
        lay("ada", supervision=rating)
        assert take_in(course, "demo", records).ratings == 1
    assert [one.rating for one in records.ratings("demo")] == [BAD]

    lay("ada")
    assert take_in(course, "demo", records).ratings == 1
    assert [one.rating.is_empty for one in records.ratings("demo")] == [True]
    assert take_in(course, "demo", records).ratings == 0


def test_after_the_release_a_rating_is_ignored(course: Course, records: Records, lay: Lay) -> None:
    """Who has read the feedback rates too late; who has not is still heard, and may ask."""
    lay("ada", supervision=GOOD)
    take_in(course, "demo", records)
    records.released("demo", "ada", digest="d")
    lay("ada", supervision=BAD, messages=(question(),))
    lay("grace", supervision=BAD)

    assert take_in(course, "demo", records) == TakenIn(brief="demo", questions=1, ratings=1)
    kept = {one.student: one.rating for one in records.ratings("demo")}
    assert kept == {"ada": GOOD, "grace": BAD}

    lay("ada")
    assert take_in(course, "demo", records).ratings == 0


def _link(file: Path) -> None:
    file.rename(file.parent.parent.parent / "elsewhere.json")
    file.symlink_to(file.parent.parent.parent / "elsewhere.json")


def _link_folder(file: Path) -> None:
    folder = file.parent
    folder.rename(folder.parent.parent / "elsewhere")
    folder.symlink_to(folder.parent.parent / "elsewhere", target_is_directory=True)


def _link_student(file: Path) -> None:
    folder = file.parent.parent
    folder.rename(folder.parent.parent / "elsewhere")
    folder.symlink_to(folder.parent.parent / "elsewhere", target_is_directory=True)


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _file_as_folder(file: Path) -> None:
    file.unlink()
    file.parent.rmdir()
    file.parent.write_text("I am a file")


def _content(raw: bytes) -> Callable[[Path], None]:
    def write(file: Path) -> None:
        file.write_bytes(raw)

    return write


def _message(**fields: Any) -> bytes:
    entry = {"id": "k1", "text": "x", "at": "2026-02-01T12:00:00Z"} | fields
    return json.dumps({"schema_version": 1, "brief": "demo", "messages": [entry]}).encode()


HOSTILE: dict[str, Callable[[Path], None]] = {
    "a link": _link,
    "a linked folder": _link_folder,
    "a linked folder above": _link_student,
    "a pipe that nobody writes into": _pipe,
    "a folder": _folder,
    "a file where a folder should be": _file_as_folder,
    "an empty file": _content(b""),
    "no JSON": _content(b"{"),
    "not an object": _content(b"[]"),
    "not UTF-8": _content(b'{"brief": "\xff"}'),
    "too large": _content(b'{"brief": "demo"}' + b" " * LARGEST),
    "too deep": _content(b"[" * 100_000),
    "a newer version": _content(b'{"schema_version": 99, "brief": "demo"}'),
    "another brief": _content(internship_text(Internship(brief="other")).encode()),
    "a level that is none": _content(b'{"brief": "demo", "supervision": {"levels": {"clear": 9}}}'),
    "a statement that is none": _content(
        b'{"brief": "demo", "supervision": {"levels": {"<b>": 1}}}'
    ),
    "a path as a key": _content(_message(id="../../etc")),
    "a text that is too long": _content(_message(text="w" * 5_001)),
    "half a character": _content(_message(text="\ud800")),
    "a time that is none": _content(_message(at="0000-13-45T99:99:99+99:99")),
    "infinity": _content(b'{"brief": "demo", "revision": Infinity}'),
    "an endless number": _content(b'{"brief": "demo", "revision": ' + b"9" * 10_000 + b"}"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_that_cannot_be_used_costs_nobody_else(
    course: Course, records: Records, lay: Lay, what: str
) -> None:
    """The student is named, nothing of the file is kept, and the others are taken in."""
    file = lay("ada", messages=(question(),), supervision=GOOD)
    HOSTILE[what](file)
    lay("grace", messages=(question(),), supervision=BAD)

    taken = take_in(course, "demo", records)

    assert taken == TakenIn(brief="demo", questions=1, ratings=1, unreadable=("ada",))
    assert {said.student for said in records.messages("demo")} == {"grace"}
    assert {one.student for one in records.ratings("demo")} == {"grace"}


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_named(course: Course, records: Records, lay: Lay) -> None:
    """What the course's account may not read is named as well."""
    lay("ada").chmod(0)

    assert take_in(course, "demo", records).unreadable == ("ada",)


def test_who_is_not_in_the_roster_is_not_read(course: Course, records: Records, lay: Lay) -> None:
    """A folder that belongs to no student of the course is passed over."""
    lay("mallory", messages=(question(),), supervision=GOOD)

    assert take_in(course, "demo", records) == TakenIn(brief="demo")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
ENTRY = st.fixed_dictionaries(
    {"id": st.text("abr-19", min_size=1, max_size=6), "text": st.text(max_size=20)},
    optional={
        "at": st.datetimes().map(lambda at: at.isoformat() + "Z") | JSON,
        "author": st.sampled_from(["student", "supervisor", "root"]) | JSON,
        "answers": st.text("ab1", max_size=3) | JSON,
    },
)
FILE = st.fixed_dictionaries(
    {"brief": st.just("demo")},
    optional={"messages": st.lists(ENTRY, max_size=4) | JSON, "supervision": JSON},
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=FILE | JSON)
def test_no_file_makes_it_fail(course: Course, records: Records, lay: Lay, content: object) -> None:
    """Whatever stands in a file, it is taken in or its student is named."""
    lay("ada", json.dumps(content).encode())

    assert take_in(course, "demo", records).unreadable in {(), ("ada",)}
