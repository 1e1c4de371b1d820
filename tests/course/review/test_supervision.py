"""What students said of the supervision: closed before the release, and without names after."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course
from practicum.errors import UnknownName
from practicum.internship import Supervision, Terms
from practicum.internship.terms import TERMS_FILE
from practicum.records import Records
from practicum.review import pages
from practicum.review.supervision import supervision_of
from practicum_widgets import Contacts

CANARY = "the-supervision-was-canary"
STUDENTS = ("ada", "grace", "late")


def rating(level: int = 3, words: str = "", recommend: Any = "yes") -> Supervision:
    """A rating that gives each statement the same level."""
    levels: Any = dict.fromkeys(("clear", "reachable", "helpful", "respectful"), level)
    return Supervision(levels=levels, words=words, recommend=recommend)


def say(records: Records, *ratings: Supervision, released: int) -> None:
    """Let students rate, and release feedback to the first few."""
    for place, (student, given) in enumerate(zip(STUDENTS, ratings, strict=False)):
        records.rate("demo", student, given)
        if place < released:
            records.released("demo", student, digest="d")


def test_nothing_is_open_before_a_release(course: Course, records: Records) -> None:
    """Neither without ratings nor with all of them is anything told before the feedback is."""
    assert supervision_of(course, "demo", records) is None
    say(records, rating(), rating(), rating(), released=0)
    assert supervision_of(course, "demo", records) is None
    with pytest.raises(UnknownName):
        supervision_of(course, "dmo", records)


def test_feedback_to_who_did_not_rate_opens_nothing(course: Course, records: Records) -> None:
    """A release opens the rating of the student who got it, and no other."""
    records.released("demo", "late", digest="d")
    say(records, rating(), rating(), released=0)
    assert supervision_of(course, "demo", records) is None


@pytest.mark.parametrize("released", [1, 2])
def test_of_few_only_their_number_is_told(course: Course, records: Records, released: int) -> None:
    """Of less than three students nothing is shown but how many they are."""
    say(records, rating(0, CANARY, "no"), rating(0, CANARY), rating(), released=released)

    view = supervision_of(course, "demo", records)

    assert view is not None
    assert view.as_shown() == {"n": released, "few": True}
    assert CANARY not in view.model_dump_json()


def test_three_are_counted(course: Course, records: Records) -> None:
    """Levels and recommendations are counted, and who leaves one out is counted nowhere."""
    partly = Supervision(levels={"clear": 0})
    say(records, rating(4), rating(3, "So so.", "perhaps"), partly, released=3)

    view = supervision_of(course, "demo", records)

    assert view is not None
    assert json.loads(json.dumps(view.as_shown())) == {
        "n": 3,
        "levels": {
            "clear": [1, 0, 0, 1, 1],
            "reachable": [0, 0, 0, 1, 1],
            "helpful": [0, 0, 0, 1, 1],
            "respectful": [0, 0, 0, 1, 1],
        },
        "words": ["So so."],
        "recommend": {"yes": 1, "perhaps": 1, "no": 0},
    }


def test_nobody_is_added_alone(course: Course, tmp_path: Path) -> None:
    """Later releases open no rating until three more wait; giving feedback anew moves nobody."""
    now = [datetime(2027, 1, 1, tzinfo=UTC)]
    url = f"sqlite:///{tmp_path / 'later.db'}"
    with Records(url, clock=lambda: now[0]) as records:
        for n in range(6):
            records.rate("demo", f"s{n}", rating(4 if n == 3 else 1))

        def release(*students: int) -> Any:
            for n in students:
                records.released("demo", f"s{n}", digest=f"{now[0]:%Y%m%d}")
            now[0] += timedelta(days=1)
            view = supervision_of(course, "demo", records)
            return view and (view.n, view.few, dict(view.levels).get("clear"))

        assert release(0, 1, 2) == (3, False, (0, 3, 0, 0, 0))
        assert release(3) == (3, False, (0, 3, 0, 0, 0))
        assert release(0) == (3, False, (0, 3, 0, 0, 0))
        assert release(4, 5) == (6, False, (0, 5, 0, 0, 1))


def test_who_took_the_rating_back_is_not_counted(course: Course, records: Records) -> None:
    """A cleared rating is none: the two that are left are too few."""
    say(records, rating(), rating(), rating(words=CANARY), released=3)
    records.rate("demo", "late", Supervision())

    view = supervision_of(course, "demo", records)

    assert view is not None
    assert view.as_shown() == {"n": 2, "few": True}


def test_the_order_of_words_tells_nothing(course: Course, records: Records) -> None:
    """Words stand in the order of the alphabet, not of the students or the hand-ins."""
    said = [rating(words=words) for words in ("c was last", "a was first", "b was there")]
    say(records, *said, released=3)

    view = supervision_of(course, "demo", records)

    assert view is not None
    assert view.words == ("a was first", "b was there", "c was last")


def test_words_are_without_names(course: Course, records: Records) -> None:
    """A student's own name, other students and their addresses are taken out."""
    say(
        records,
        rating(words="I am Ada Lovelace (ada), write to ada@uni.example."),
        rating(words="Grace was helped more than Late Larry, says Hopper."),
        rating(words="Good."),
        released=3,
    )

    view = supervision_of(course, "demo", records)

    assert view is not None
    said = "\n".join(view.words)
    for name in ("Ada", "ada", "Lovelace", "Grace", "Hopper", "Larry", "uni.example"):
        assert name not in said
    assert "was helped more than" in said


def test_pages_for_employers_do_not_show_it(
    course: Course, gradebook: Any, graded: Callable[..., None], tmp_path: Path
) -> None:
    """A graded notebook in which the widget was shown tells an employer nothing of the rating."""
    graded("ada")
    folder = tmp_path / "demo"
    folder.mkdir()
    shutil.copy(course.brief_folder("demo") / "brief.yml", folder)
    terms = Terms(course="testing", title="A course", brief="demo")
    (folder / TERMS_FILE).write_text(terms.model_dump_json(), encoding="utf-8")
    before = Contacts(folder)
    before.do("rate", {"words": CANARY})
    before.do("reflect", {"prompt": "went-well", "text": "a reflection that is shown"})
    assert CANARY in before.desk.sidecar.file.read_text(encoding="utf-8")
    widget = Contacts(folder)  # as grading runs the cell: nobody is there to open the rating
    bundle, _ = widget._repr_mimebundle_()
    shown = {"output_type": "display_data", "data": bundle, "metadata": {}}
    file = course.station("autograded", student="ada", brief="demo") / "brief.ipynb"
    notebook = json.loads(file.read_text(encoding="utf-8"))
    cell = {"cell_type": "code", "source": "Contacts()", "outputs": [shown], "metadata": {}}
    notebook["cells"].insert(1, cell)
    notebook["metadata"]["widgets"] = {"state": {"w": {"state": widget.get_state()["view"]}}}
    file.write_text(json.dumps(notebook, default=str), encoding="utf-8")

    assert CANARY not in file.read_text(encoding="utf-8")
    pages(course, "demo", tmp_path / "out", gradebook=gradebook)

    sent = "".join(page.read_text(encoding="utf-8") for page in (tmp_path / "out").iterdir())
    assert "a reflection that is shown" in sent
    assert CANARY not in sent
