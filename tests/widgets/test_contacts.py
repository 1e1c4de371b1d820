"""People and reflection: above all the rating of the supervision, which is kept apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum.errors import BadInput
from practicum.internship import Supervision, read_internship
from practicum_widgets import Contacts, Desk
from practicum_widgets.contacts.rating import STATEMENTS

CANARY = "canary-of-the-rating"


def _kept(desk: Desk) -> Supervision | None:
    """Return the rating as the next program reads it from the file."""
    return read_internship(desk.sidecar.file.read_bytes()).supervision


def test_each_answer_is_saved_by_itself(desk: Desk) -> None:
    """A level, a recommendation and words add up in the file, and another level replaces one."""
    widget = Contacts(desk)
    widget.do("rate", {"statement": "clear", "level": 4})
    widget.do("rate", {"statement": "respectful", "level": 0})
    widget.do("rate", {"recommend": "perhaps"})
    widget.do("rate", {"words": "Quick answers."})
    widget.do("rate", {"statement": "clear", "level": 1})

    assert _kept(desk) == Supervision(
        levels={"clear": 1, "respectful": 0}, words="Quick answers.", recommend="perhaps"
    )


def test_it_can_be_cleared(desk: Desk) -> None:
    """Cleared, or emptied answer by answer, nothing of it stays in the file."""
    widget = Contacts(desk)
    widget.do("rate", {"statement": "clear", "level": 4})
    widget.do("rate", {"words": CANARY})
    widget.do("clear_rating", {})
    assert _kept(desk) is None
    assert CANARY not in desk.sidecar.file.read_text(encoding="utf-8")

    widget.do("rate", {"recommend": "no"})
    widget.do("rate", {"recommend": ""})
    assert _kept(desk) is None


@pytest.mark.parametrize(
    "asked",
    [
        {"statement": "clear", "level": 5},
        {"statement": "clear", "level": -1},
        {"statement": "clear", "level": "much"},
        {"statement": "clear"},
        {"statement": "pay", "level": 3},
        {"statement": ["clear"], "level": 3},
        {"recommend": "always"},
        {"words": "w" * 5_001},
        {"words": {"x": 1}},
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, asked: dict[str, Any]) -> None:
    """A statement, level or answer that there is not is refused, and nothing is written."""
    with pytest.raises(BadInput):
        Contacts(desk).do("rate", asked)

    assert not desk.sidecar.file.exists()


def test_the_page_gets_it_when_it_asks_only(desk: Desk) -> None:
    """Before somebody opens it, and after it is closed, the rating is not in the view."""
    Contacts(desk).do("rate", {"words": CANARY})
    widget = Contacts(desk)
    views: list[Any] = []
    for action in ("", "open_rating", "close_rating"):
        if action:
            widget.do(action, {})
        views.append(widget.view["rating"])

    before, opened, after = views
    assert (before, after) == (None, None)
    assert opened["words"] == CANARY
    assert [name for name, _ in opened["levels"]] == list(STATEMENTS)


@pytest.mark.parametrize("opened", [False, True])
def test_the_twin_never_shows_it(desk: Desk, opened: bool) -> None:
    """The twin, which others see in executed notebooks, is the same with and without a rating."""
    widget = Contacts(desk)
    before = str(widget.still())
    widget.do("rate", {"statement": "clear", "level": 0, "words": CANARY, "recommend": "no"})
    if opened:
        widget.do("open_rating", {})

    assert str(widget.still()) == before
    assert CANARY not in str(widget._repr_mimebundle_())


def test_a_notebook_that_is_run_does_not_hold_it(desk: Desk) -> None:
    """What a kernel sends for a displayed widget, which grading keeps, is without the rating."""
    Contacts(desk).do("rate", {"words": CANARY})
    widget = Contacts(desk)
    widget._repr_mimebundle_()
    widget.look()

    assert CANARY not in json.dumps(widget.get_state(), default=str)


def test_after_the_feedback_it_is_closed(desk: Desk) -> None:
    """Who has the feedback cannot rate or clear any more, and is told so; the rest goes on."""
    widget = Contacts(desk)
    widget.do("rate", {"words": "before"})
    page = desk.folder / "feedback" / "2027-02-03" / "brief.html"
    page.parent.mkdir(parents=True)
    page.write_text("<html></html>", encoding="utf-8")

    for action in ("rate", "clear_rating"):
        with pytest.raises(BadInput, match="cannot be changed any more"):
            widget.do(action, {"words": "after"})
    widget.do("reflect", {"prompt": "goals", "text": "All."})

    kept = _kept(desk)
    assert kept is not None
    assert kept.words == "before"
    assert widget.view["released"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(max_size=60))
def test_any_words_are_kept_or_refused(desk: Desk, words: str) -> None:
    """Whatever somebody types comes into a file that can be read again."""
    widget = Contacts(desk)
    widget.do("rate", {"words": words, "recommend": "yes"})

    kept = _kept(desk)
    assert kept is not None
    assert kept == widget.desk.sidecar.read().supervision
    assert not set(kept.words) & {"\x00", "\u202e"}
