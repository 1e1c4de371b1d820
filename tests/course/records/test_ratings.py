"""Ratings of the supervision: the newest counts, none is lost, and the log keeps silent."""

from __future__ import annotations

from sqlalchemy import func, select

from practicum.internship import Supervision
from practicum.records import Records
from practicum.records.tables import RATINGS

GOOD = Supervision(levels={"clear": 4, "helpful": 3}, words="Kind, and quick.", recommend="yes")
BAD = Supervision(levels={"clear": 1}, words="Nobody answered me.", recommend="no")


def _rows(records: Records) -> int:
    with records._reading() as connection:
        return connection.execute(select(func.count()).select_from(RATINGS)).scalar_one()


def test_the_newest_rating_of_a_student_counts(records: Records) -> None:
    """A changed mind takes the place of what was said before, which stays in the table."""
    assert records.rate("demo", "ada", GOOD)
    assert records.rate("demo", "ada", BAD)

    assert [(one.student, one.rating) for one in records.ratings("demo")] == [("ada", BAD)]
    assert _rows(records) == 2


def test_the_same_rating_again_writes_nothing(records: Records) -> None:
    """What says the same as the newest one leaves neither a row nor a line in the log."""
    records.rate("demo", "ada", GOOD)
    before = records.audit()

    assert not records.rate("demo", "ada", GOOD)
    assert _rows(records) == 1
    assert records.audit() == before


def test_an_earlier_rating_can_come_back(records: Records) -> None:
    """Who goes back to the first opinion is believed: it is compared with the newest only."""
    for rating in (GOOD, BAD, GOOD):
        assert records.rate("demo", "ada", rating)

    assert [one.rating for one in records.ratings("demo")] == [GOOD]


def test_a_rating_can_be_taken_back(records: Records) -> None:
    """A rating that says nothing counts as such."""
    records.rate("demo", "ada", GOOD)
    records.rate("demo", "ada", Supervision())

    assert [one.rating.is_empty for one in records.ratings("demo")] == [True]


def test_briefs_and_students_are_kept_apart(records: Records) -> None:
    """Each student has one rating for each brief, and they come by student."""
    records.rate("demo", "bob", BAD)
    records.rate("demo", "ada", GOOD)
    records.rate("other", "ada", BAD)

    assert [one.student for one in records.ratings("demo")] == ["ada", "bob"]
    assert [one.rating for one in records.ratings("other")] == [BAD]
    assert records.ratings("nothing") == ()


def test_the_log_does_not_tell_what_was_rated(records: Records) -> None:
    """Who reads the audit log before the release learns that somebody rated, and no more."""
    records.rate("demo", "ada", GOOD)
    records.rate("demo", "bob", BAD)

    good, bad = records.audit()
    assert (good.action, good.student, good.detail) == ("rate supervision", "ada", "")
    same = {"student": "ada", "at": good.at}
    assert bad.model_copy(update=same) == good


def test_hostile_words_stay_words(records: Records) -> None:
    """Markup and SQL come back as they were, without what nobody can see."""
    hostile = Supervision(
        words="<img src=x onerror=1> '); DROP TABLE ratings;--\x00\u202e\U0001f600"
    )
    records.rate("demo", "ada", hostile)

    (kept,) = records.ratings("demo")
    assert kept.rating.words == "<img src=x onerror=1> '); DROP TABLE ratings;--\U0001f600"
