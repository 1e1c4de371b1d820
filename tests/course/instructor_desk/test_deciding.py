"""Deciding cases on the desk, as an instructor clicks; records, log and marks are real."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.course.instructor_desk.conftest import made_of, seen

from practicum.course import Course
from practicum.instructor_desk import Desk
from practicum.records import Records
from practicum.review import moderate, review

TWO = "  - {id: ines, name: Ines Instructor}\n  - {id: igor, name: Igor Instructor}\n"
LINE = "  - {id: ines, name: Ines Instructor}\n"


def decide(desk: Desk, level: int, reason: str) -> str:
    """Choose a level, write a reason and click; return the answer beside the button."""
    desk.moderation.level.value = level
    desk.moderation.reason.value = reason
    desk.moderation.button.click()
    return seen(desk.moderation.answer.value)


def add_an_instructor(course: Course) -> None:
    """Write a second instructor into the roster."""
    roster = course.root / "course" / "roster.yml"
    roster.write_text(roster.read_text().replace(LINE, TWO))


def test_a_case_shows_who_said_what(desk: Desk, records: Records) -> None:
    """A case has the criterion, its levels as choices, and each reviewer's level and words."""
    code = records.blind_code("demo", "ada")
    case = seen(desk.moderation.case.value)

    assert [label for label, _ in desk.moderation.cases.options] == [
        f"ada ({code}) · Useful advice · levels 4, 1 · open",
        f"grace ({records.blind_code('demo', 'grace')}) · Sound analysis · levels 3, 0 · open",
    ]
    assert case.startswith(f"Useful advice: submission {code} of ada Is it good?")
    assert "4 Rita Reviewer Just right. 1 Hugo Hirer Too vague." in case
    assert [label for label, _ in desk.moderation.level.options] == [
        "0: None at all.",
        "1: A little.",
        "2: Half of it.",
        "3: Most of it.",
        "4: All of it.",
    ]
    assert desk.moderation.level.value is None


def test_a_decision_is_kept_logged_and_marked(desk: Desk, gradebook: Any, records: Records) -> None:
    """What is decided by clicks stands in the records, in the log and as the mark."""
    said = decide(desk, 3, "It names the weeks.")

    assert said.startswith("ada, Useful advice: decided, level 3. 1 mark changed, 1 other case")
    (kept,) = records.decisions("demo")
    assert (kept.student, kept.criterion, kept.level) == ("ada", "advice", 3)
    assert (kept.reason, kept.by) == ("It names the weeks.", "ines")
    (entry,) = [entry for entry in records.audit() if entry.action == "decide"]
    assert (entry.student, entry.by, entry.detail) == ("ada", "ines", "advice: level 3")
    assert gradebook.score("ada", "advice") == 9.0
    assert gradebook.comment("ada", "advice").endswith("It names the weeks.")


def test_the_list_is_renewed_and_keeps_its_place(desk: Desk) -> None:
    """After a decision the next case is open with an empty form, and the decision stands below."""
    decide(desk, 3, "It names the weeks.")

    assert [label.split(" (")[0] for label, _ in desk.moderation.cases.options] == ["grace"]
    assert "of grace" in seen(desk.moderation.case.value)
    assert (desk.moderation.level.value, desk.moderation.reason.value) == (None, "")
    below = seen(desk.moderation.decided.value)
    assert "Useful advice 3 Ines Instructor It names the weeks." in below
    assert "Kept in the log: 1 decision." in below

    said = decide(desk, 1, "The source is named later.")

    assert "no other case left" in said
    assert "There is no case to decide" in seen(desk.moderation.head.value)
    assert desk.moderation.form.layout.display == "none"


def test_the_middle_of_the_list_is_kept(
    desk: Desk, disputed: Course, gradebook: Any, table: Callable[..., Path]
) -> None:
    """Who decides the second of three cases finds the third one in its place."""
    rows = ("rita,grace,advice,4,", "hugo,grace,advice,0,")
    review(disputed, "demo", table(*rows), gradebook=gradebook)
    desk.renew_button.click()
    desk.moderation.cases.index = 1

    decide(desk, 2, "Half of it.")

    assert desk.moderation.cases.index == 1
    assert "Useful advice: submission" in seen(desk.moderation.case.value)
    assert "of grace" in seen(desk.moderation.case.value)


def test_what_is_missing_is_said(desk: Desk, records: Records) -> None:
    """A click without level and reason decides nothing and says what is missing."""
    desk.moderation.button.click()

    said = seen(desk.moderation.answer.value)
    assert said == ("Before you decide: choose a level, write the reason, which the student reads.")
    assert records.decisions("demo") == ()


def test_an_error_is_said_in_words(desk: Desk, gradebook: Any, records: Records) -> None:
    """What the verb refuses is told beside the button, and what was typed stays."""
    gradebook.published = ()

    said = decide(desk, 3, "It names the weeks.")

    assert said.startswith("Nothing was decided: demo: this brief is not published yet")
    assert (desk.moderation.level.value, desk.moderation.reason.value) == (3, "It names the weeks.")
    assert not desk.moderation.button.disabled
    assert records.decisions("demo") == ()


def test_a_reason_that_is_too_long_is_refused(desk: Desk, records: Records) -> None:
    """A reason of more than 10,000 characters is refused with its length."""
    said = decide(desk, 3, "x" * 10_001)

    assert "the reason has 10,001 characters: keep it to 10,000" in said
    assert records.decisions("demo") == ()


def test_nobody_else_decision_is_overwritten(
    desk: Desk, disputed: Course, gradebook: Any, records: Records
) -> None:
    """A case that somebody has decided since it was shown is not decided again."""
    moderate(disputed, "demo", "ada", "advice", 2, "Half.", "ines", gradebook=gradebook)

    said = decide(desk, 4, "All of it.")

    assert "somebody has decided it, or a reviewer has said something new" in said
    assert [one.level for one in records.decisions("demo")] == [2]


def test_drafts_are_kept(desk: Desk) -> None:
    """What was typed for a case is there again after another case, and after Renew."""
    desk.moderation.level.value = 2
    desk.moderation.reason.value = "Half a thought"

    desk.moderation.cases.index = 1
    assert (desk.moderation.level.value, desk.moderation.reason.value) == (None, "")
    desk.moderation.cases.index = 0
    desk.renew_button.click()

    assert (desk.moderation.level.value, desk.moderation.reason.value) == (2, "Half a thought")


def test_changed_since_shows_the_decision(
    desk: Desk, disputed: Course, gradebook: Any, records: Records, table: Callable[..., Path]
) -> None:
    """Where a reviewer spoke after the decision, the case comes back with what was decided."""
    decide(desk, 3, "It names the weeks.")
    review(disputed, "demo", table("vera,ada,advice,0,Late."), gradebook=gradebook)
    desk.renew_button.click()
    desk.moderation.cases.index = 0

    assert desk.moderation.cases.options[0][0].endswith("levels 4, 1, 0 · changed since")
    case = seen(desk.moderation.case.value)
    assert "Level 3 was decided already (It names the weeks.)" in case
    decide(desk, 2, "With Vera's in view.")
    assert [one.level for one in records.decisions("demo")] == [2]
    below = seen(desk.moderation.decided.value)
    assert "Kept in the log: 2 decisions, of which 1 replaced by a later one." in below


def test_with_several_instructors_somebody_is_chosen(
    disputed: Course, gradebook: Any, records: Records
) -> None:
    """Of two instructors none is preselected, and nothing is decided before one is chosen."""
    add_an_instructor(disputed)
    desk = Desk(disputed.root, gradebook=gradebook)

    assert decide(desk, 3, "Yes.") == "Before you decide: choose who decides."

    desk.moderation.by.value = "igor"
    decide(desk, 3, "Yes.")
    assert [one.by for one in records.decisions("demo")] == ["igor"]
    assert desk.moderation.by.value == "igor"


@pytest.mark.parametrize(("account", "chosen"), [("igor", "igor"), ("mallory", "")])
def test_on_a_hub_the_account_decides(
    disputed: Course,
    gradebook: Any,
    monkeypatch: pytest.MonkeyPatch,
    account: str,
    chosen: str,
) -> None:
    """On a hub the instructor who is logged in is preselected, and nobody for other accounts."""
    add_an_instructor(disputed)
    monkeypatch.setenv("JUPYTERHUB_USER", account)

    assert Desk(disputed.root, gradebook=gradebook).moderation.by.value == chosen


def test_the_link_leads_to_the_graded_notebook(
    desk: Desk, disputed: Course, graded: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notebook is named where it is missing, and linked from where the desk lies otherwise."""
    assert "The graded notebook is not there" in shown_link(desk)

    graded("ada")
    notebooks = disputed.root / "notebooks"
    notebooks.mkdir()
    monkeypatch.chdir(notebooks)
    desk.renew_button.click()

    link = shown_link(desk)
    assert 'href="../course/work/autograded/ada/demo/brief.ipynb"' in link
    assert made_of(link) == ({"p", "a"}, {"href"})


def shown_link(desk: Desk) -> str:
    """Return the HTML of the link of the open case."""
    (output,) = desk.moderation.link.outputs
    html: str = output["data"]["text/html"]
    return html
