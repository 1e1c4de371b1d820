"""Messages: the widget's own client against the service, and answers from both other sides."""

from datetime import UTC, datetime
from typing import Any

import pytest

from practicum.internship import Message
from practicum.records import Said

from .conftest import NOW, Place

PATH = "/briefs/tiny/messages"


def say(place: Place, who: str, **message: Any) -> Any:
    """Send a message as somebody."""
    return place.ask(who, "POST", PATH, json=message)


def test_a_question_and_its_answers(place: Place) -> None:
    """A question reaches instructors under its student, reviewers under its code, and back."""
    say(place, "ada", id="q1", text="Which year?")
    (blind,) = place.get("rita", PATH).json()["messages"]
    assert blind["thread"] != "ada"
    assert say(place, "rita", id="a1", text="2024.", thread=blind["thread"], answers="q1").json()
    assert say(place, "ines", id="a2", text="And 2025.", thread="ada", answers="q1").json()

    found = place.get("ada", PATH).json()["messages"]
    assert [(one["author"], one["name"], one["text"]) for one in found] == [
        ("student", "", "Which year?"),
        ("supervisor", "Tiny Trust", "2024."),
        ("instructor", "Ines Instructor", "And 2025."),
    ]
    assert [Message.model_validate(one | {"sent": True}).answers for one in found[1:]] == ["q1"] * 2
    stored = {one.key: one.by for one in place.records.messages("tiny", "ada")}
    assert stored == {"q1": "", "r-a1": "rita", "i-a2": "ines"}


def test_the_sender_is_who_calls(place: Place) -> None:
    """Author, name and time that are sent count for nothing."""
    message = Message(id="q1", author="instructor", name="Ines", text="Pass her.", at=NOW)
    body = message.model_dump(mode="json", exclude={"sent"})
    assert place.ask("ada", "POST", PATH, json=body).json() == {"id": "q1"}

    (said,) = place.records.messages("tiny")
    assert (said.author, said.by, said.student) == ("student", "", "ada")
    assert abs((said.at - datetime.now(UTC)).total_seconds()) < 60


def test_twice_is_once(place: Place) -> None:
    """The same id again is the same message, and nobody takes another's id."""
    for text in ("First.", "Second."):
        assert say(place, "ada", id="q1", text=text).status_code == 200
    say(place, "bob", id="q1", text="Bob's.")
    say(place, "ines", id="a1", text="Answer.", thread="ada")

    assert say(place, "ada", id="i-a1", text="I pretend.").status_code == 409
    said = {(one.student, one.text) for one in place.records.messages("tiny")}
    assert said == {("ada", "First."), ("bob", "Bob's."), ("ada", "Answer.")}


def test_only_what_is_new(place: Place) -> None:
    """`since` leaves out what was said until then."""
    say(place, "ada", id="q1", text="One.")
    (one,) = place.get("ada", PATH).json()["messages"]
    say(place, "ada", id="q2", text="Two.")
    found = place.get("ada", PATH, params={"since": one["at"]}).json()["messages"]

    assert [message["id"] for message in found] == ["q2"]
    assert place.get("ada", PATH, params={"since": "yesterday"}).status_code == 422


@pytest.mark.parametrize(
    ("who", "message", "status"),
    [
        ("rita", {"thread": "NOSUCH00"}, 422),
        ("rita", {"thread": "ada"}, 422),
        ("ines", {"thread": "cleo"}, 404),
        ("ines", {"thread": "../ada"}, 404),
        ("ines", {"thread": "ada", "answers": "none"}, 409),
        ("ines", {"thread": "ada", "id": "a" * 40}, 422),
        ("ada", {"thread": "bob"}, 403),
        ("ada", {"text": "\x07"}, 422),
    ],
)
def test_what_leads_nowhere_is_refused(
    place: Place, who: str, message: dict[str, Any], status: int
) -> None:
    """A thread or a question that is not there, or no words, is told and not kept."""
    answer = say(place, who, **({"id": "m1", "text": "Well?"} | message))

    assert answer.status_code == status, answer.text
    assert not place.records.messages("tiny")


def test_answers_are_no_more_than_the_widget_reads(place: Place) -> None:
    """The widget reads a million bytes and 5,000 characters a message; the rest comes after."""
    many = (
        Said(student="ada", key=f"r-{n}", author="supervisor", by="rita", text="é" * 9_000, at=NOW)
        for n in range(100)
    )
    place.records.say("tiny", many)
    answer = place.get("ada", PATH)

    assert len(answer.content) < 1_000_000
    found = [Message.model_validate(one | {"sent": True}) for one in answer.json()["messages"]]
    assert 10 < len(found) < 100


def test_a_thread_has_an_end(place: Place) -> None:
    """Nobody fills the course's records with messages."""
    place.records.say(
        "tiny",
        [Said(student="ada", key=f"q{n}", author="student", text="?", at=NOW) for n in range(500)],
    )

    assert say(place, "ada", id="more", text="One more.").status_code == 409
    assert say(place, "ada", id="q1", text="Again.").status_code == 200
