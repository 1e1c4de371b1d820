"""``practicum room``: links, progress, marks; bad input is named in one line, with exit code 2."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from practicum.records import Records, Sheet

Run = Callable[..., Any]


def test_a_link_for_a_reviewer(tiny: Any, run: Run) -> None:
    """``invite`` prints a link that lets that reviewer in, and that nothing else knows of."""
    done = run(
        "room", "invite", "tiny", "rita", "--address", "https://x.example/r/", place=tiny.root
    )

    assert (done.code, done.err) == (0, "")
    secret = re.search(r"https://x\.example/r/invite/([\w-]{22})\n", done.out)
    assert secret is not None
    with Records(tiny.course.records_url) as records:
        entered = records.come_in(secret[1])
    assert entered is not None
    assert (entered[0].brief, entered[0].reviewer) == ("tiny", "rita")


def test_how_far_the_reviewers_are(tiny: Any, run: Run) -> None:
    """``status`` counts what is submitted and begun, and shows the notes for the instructor."""
    with Records(tiny.course.records_url) as records:
        records.invite("tiny", "rita", timedelta(days=3))
        for student, minutes in (("s01", 4), ("s02", 10)):
            sheet = Sheet(levels={"sound": 3}, note=f"about {student}", minutes=minutes)
            records.submit_sheet("tiny", student, "rita", sheet)
        records.save_draft("tiny", "s03", "rita", Sheet(), 0)
        code = records.blind_code("tiny", "s01")

    done = run("room", "status", "tiny", place=tiny.root)
    data = json.loads(run("room", "status", "tiny", "--json", place=tiny.root).out)

    assert "Rita Reviewer (rita): 2 submitted, 1 begun, median 7 min" in done.out
    assert "not used yet, valid until" in done.out
    assert f"{code}, note to you: about s01" in done.out
    assert (data[0]["done"], data[0]["begun"], data[0]["minutes"]) == (2, 1, 7)


def test_a_link_is_taken_back(tiny: Any, run: Run) -> None:
    """``revoke`` ends the links of one reviewer and says how many there were."""
    with Records(tiny.course.records_url) as records:
        secret = records.invite("tiny", "rita", timedelta(days=3))

    done = run("room", "revoke", "tiny", "rita", place=tiny.root)

    assert done.code == 0
    assert "1 link ended" in done.out
    with Records(tiny.course.records_url) as records:
        assert records.come_in(secret) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["invite", "tiny", "nobody"], "nobody"),
        (["invite", "tiny", "s01"], "s01"),
        (["invite", "huge", "rita"], "huge"),
        (["invite", "tiny", "rita", "--days", "0"], "--days"),
        (["invite", "tiny", "rita", "--address", "javascript:x"], "begins with https://"),
        (["serve", "huge"], "huge"),
        (["serve", "tiny", "--base", "review"], "begins and ends with a slash"),
        (["status", "huge"], "huge"),
        (["apply", "huge"], "huge"),
        (["revoke", "huge", "rita"], "huge"),
        (["enter"], "enter"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_bad_input(tiny: Any, run: Run, arguments: list[str], words: str) -> None:
    """What is unknown or makes no sense is named, without a traceback."""
    done = run("room", *arguments, place=tiny.root)

    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("command", ["serve", "apply"])
def test_too_early(tiny_published: Any, run: Run, command: str) -> None:
    """Before anything is graded there is nothing to show; applying nothing changes nothing."""
    done = run("room", command, "tiny", place=tiny_published.root)

    assert "Traceback" not in done.err
    if command == "serve":
        assert done.code == 1
        assert "nothing graded to show yet: run `practicum grade tiny`" in " ".join(
            done.err.split()
        )
    else:
        assert done.code == 0
        assert "0 marks changed" in done.out
