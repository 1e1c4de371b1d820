"""Answers go back with the feedback: what stands on the page, and what does not."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.course.release.conftest import AT

from practicum.records import Said
from practicum.release.questions import answered

Desk = Any
HOSTILE = "</blockquote><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7 * 7 }} &lt;"


def ask(key: str, text: str = "Is the mean enough?", minutes: int = 0, **fields: Any) -> Said:
    """A question of Ada's."""
    usual = {"student": "ada", "key": key, "author": "student", "text": text}
    return Said.model_validate(usual | {"at": AT + timedelta(minutes=minutes)} | fields)


def answer(key: str, to: str, text: str = "Say how many, too.", **fields: Any) -> Said:
    """Rita's answer, an hour later."""
    usual: dict[str, Any] = {"author": "supervisor", "by": "rita", "answers": to, "minutes": 60}
    return ask(key, text, **(usual | fields))


def _section(page: str) -> str:
    found = re.search(r'(?s)<section aria-labelledby="questions">.*?</section>', page)
    return found[0] if found else ""


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_an_answer_stands_on_the_page(desk: Desk) -> None:
    """Question and answer are shown with their authors and times, after the employer's words."""
    desk.hand_in("ada")
    desk.edges.talk = [ask("k1"), answer("r-1", "k1")]
    desk.release()

    page = desk.page("ada")
    assert _words(_section(page)) == (
        "Your questions You , 1 February 2027, 13:00 (CET) Is the mean enough? "
        "Rita Reviewer (supervisor, Trust) , 1 February 2027, 14:00 (CET) Say how many, too."
    )
    headings = re.findall(r"<h2[^>]*>([^<]*)", page)
    place = headings.index("Your questions")
    assert headings[place - 1 : place + 2] == [
        "What the employer says",
        "Your questions",
        "Your notebook",
    ]


@pytest.mark.parametrize(
    ("author", "by", "who"),
    [
        ("instructor", "ines", "Ines Instructor (instructor)"),
        ("instructor", "gone", "Your instructor"),
        ("supervisor", "ron", "Ron Reviewer (supervisor, Trust)"),
        ("supervisor", "gone", "The employer"),
        ("supervisor", "", "The employer"),
        # Who is an instructor is no supervisor, whatever the message says.
        ("supervisor", "ines", "The employer"),
    ],
)
def test_who_answered_is_named_by_the_roster(desk: Desk, author: str, by: str, who: str) -> None:
    """Name and role come from the roster; of somebody who has left, the role alone."""
    desk.hand_in("ada")
    desk.edges.talk = [ask("k1"), answer("r-1", "k1", author=author, by=by)]
    desk.release()

    assert f"{who} , 1 February" in _words(_section(desk.page("ada")))


def test_without_answers_the_page_is_as_before(desk: Desk) -> None:
    """Open questions, and those of others, change neither a byte nor the note of the release."""
    desk.hand_in("ada")
    desk.release()
    page, noted = desk.page("ada"), desk.edges.given["ada"].digest

    desk.edges.talk = [ask("k1"), ask("k2", answers="k1"), answer("r-1", "b", student="bob")]
    report = desk.release()

    assert report.unchanged == ("ada",)
    assert (desk.page("ada"), desk.edges.given["ada"].digest) == (page, noted)
    assert "Your questions" not in page


def test_an_answer_makes_a_new_page(desk: Desk) -> None:
    """A question that is answered after the release brings a new page, and once only."""
    desk.hand_in("ada")
    desk.edges.talk = [ask("k1")]
    desk.release()
    desk.edges.talk.append(answer("r-1", "k1"))

    assert desk.release().released == ("ada",)
    assert desk.release().unchanged == ("ada",)
    assert desk.edges.handed_out == ["ada", "ada"]


def test_a_new_question_changes_no_page(desk: Desk) -> None:
    """What is asked further waits: only an answer brings it onto the page."""
    desk.hand_in("ada")
    desk.edges.talk = [ask("k1"), answer("r-1", "k1")]
    desk.release()
    desk.edges.talk.append(ask("k2", "And the median?", 90, answers="r-1"))
    assert desk.release().unchanged == ("ada",)

    desk.edges.talk.append(answer("r-2", "k2", "Better.", minutes=120))
    desk.release()
    assert "Say how many, too. You" in _words(_section(desk.page("ada")))
    assert _words(_section(desk.page("ada"))).endswith("And the median? " + _last("Better."))


def _last(text: str) -> str:
    return f"Rita Reviewer (supervisor, Trust) , 1 February 2027, 15:00 (CET) {text}"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_messages_are_inert(desk: Desk) -> None:
    """Markup in a question, an answer or a name is shown as what it is."""
    desk.hand_in("ada")
    desk.edges.talk = [ask("k1", HOSTILE), answer("r-1", "k1", HOSTILE)]
    desk.release()

    tags = _Tags()
    tags.feed(_section(desk.page("ada")))
    assert tags.found == {"section", "h2", "article", "p", "b", "blockquote"}
    assert tags.text.count(HOSTILE) == 2


def test_threads_are_apart_and_in_order() -> None:
    """Each question has its own answers, whatever order all of it came in."""
    one, two = ask("k1", minutes=5), ask("k2", minutes=1)
    to_one, to_two = answer("r-1", "k1"), answer("r-2", "k2")

    assert answered([to_one, one, to_two, two]) == ((two, to_two), (one, to_one))


def test_a_question_stands_above_its_answer() -> None:
    """A student's clock that was ahead does not turn a thread around."""
    asked, said = ask("k1", minutes=500), answer("r-1", "k1")

    assert answered([said, asked]) == ((asked, said),)


def test_an_answer_to_nothing_is_shown() -> None:
    """A message of the supervisor's own is no less worth reading."""
    said = answer("r-1", "")

    assert answered([said]) == ((said,),)
    assert answered([answer("r-1", "never-asked")]) == ((answer("r-1", "never-asked"),),)


KEYS = st.sampled_from(["a", "b", "c", "d", "e"])


@given(
    st.dictionaries(
        KEYS, st.tuples(KEYS, st.integers(0, 9), st.sampled_from(["student", "supervisor"]))
    )
)
def test_no_circle_hides_an_answer(entries: dict[str, tuple[str, int, str]]) -> None:
    """However messages point at each other, every answer is on the page once."""
    said = [
        ask(key, minutes=minutes, answers=to, author=author)
        for key, (to, minutes, author) in entries.items()
    ]

    found = [one for thread in answered(said) for one in thread]

    assert len(found) == len({one.key for one in found})
    assert {one for one in said if one.author != "student"} <= set(found)
    assert all(thread[-1].author != "student" for thread in answered(said))
