from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course
from practicum.errors import BadInput, UnknownName
from practicum.records import Records
from practicum.review import ModerationReport, moderate, pending, review

Table = Callable[..., Path]


@pytest.fixture
def disputed(course: Course, gradebook: Any, table: Table) -> Course:
    """Return the course after two reviewers differed about Ada's advice."""
    review(
        course,
        "demo",
        table("rita,ada,advice,4,Just right.", "hugo,ada,advice,1,Too vague."),
        gradebook=gradebook,
    )
    return course


def decide(course: Course, gradebook: Any, **changes: Any) -> ModerationReport:
    """Decide on Ada's advice, as usual but for ``changes``."""
    usual: dict[str, Any] = {
        "brief": "demo",
        "student": "ada",
        "criterion": "advice",
        "level": 3,
        "reason": "It names the weeks.",
        "by": "ines",
    }
    return moderate(course, **(usual | changes), gradebook=gradebook)


def test_a_case_shows_what_was_said(disputed: Course) -> None:
    """A case has the levels and words of the reviewers, without their names."""
    (case,) = pending(disputed)
    assert (case.student, case.criterion, case.title) == ("ada", "advice", "Useful advice")
    assert (case.levels, case.words) == ((4, 1), ("Just right.", "Too vague."))
    assert "rita" not in case.model_dump_json()


def test_a_decision_marks(disputed: Course, gradebook: Any) -> None:
    """What the instructor decides becomes the mark, with the reason in the comment."""
    report = decide(disputed, gradebook)
    assert report.new
    assert (report.case.state, report.case.level) == ("decided", 3.0)
    assert gradebook.score("ada", "advice") == 9.0
    comment = gradebook.comment("ada", "advice")
    assert (
        "Points: reviewers gave 4, 1; the instructor decided 3 of 4 -> 9.00 of 12 points" in comment
    )
    assert comment.endswith("Reason for the instructor's decision: It names the weeks.")
    assert pending(disputed) == ()


def test_the_same_decision_again_changes_nothing(
    disputed: Course, gradebook: Any, records: Records
) -> None:
    """A repeated command leaves records and marks as they are."""
    decide(disputed, gradebook)
    before = (records.audit(), dict(gradebook.given), gradebook.writes)
    report = decide(disputed, gradebook)
    assert not report.new
    assert (records.audit(), gradebook.given, gradebook.writes) == before


def test_a_later_assessment_keeps_the_decision(
    disputed: Course, gradebook: Any, table: Table
) -> None:
    """Who speaks after the decision reopens nothing, but the instructor is told."""
    decide(disputed, gradebook)
    review(disputed, "demo", table("vera,ada,advice,0,"), gradebook=gradebook)
    assert gradebook.score("ada", "advice") == 9.0
    (case,) = pending(disputed)
    assert (case.state, case.level) == ("changed since", 3.0)
    assert decide(disputed, gradebook).new  # the same, but now with the new one in view
    assert pending(disputed) == ()


def test_a_submission_may_be_named_by_code(
    disputed: Course, gradebook: Any, records: Records
) -> None:
    """A moderator who works blind names the submission by its code."""
    decide(disputed, gradebook, student=records.blind_code("demo", "ada"))
    assert gradebook.score("ada", "advice") == 9.0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reason": " \x00\n"}, "the reason is empty: say why with --reason"),
        ({"reason": "x" * 10_001}, "the reason has 10,001 characters: keep it to 10,000"),
        ({"level": 5}, "level is 5: give a whole level from 0 to 4"),
        ({"level": 2.5}, "level is 2.5: give a whole level from 0 to 4"),
        ({"criterion": "analysis"}, "nobody has assessed analysis of 'ada' yet"),
    ],
)
def test_a_bad_decision_is_refused(
    disputed: Course,
    gradebook: Any,
    records: Records,
    changes: dict[str, Any],
    expected: str,
) -> None:
    """What cannot be decided is refused with the reason, and nothing is kept."""
    with pytest.raises(BadInput, match=expected):
        decide(disputed, gradebook, **changes)
    assert records.decisions("demo") == ()
    assert gradebook.score("ada", "advice") is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"brief": "dem"}, "unknown brief 'dem': did you mean 'demo'"),
        ({"student": "adda"}, "unknown submission 'adda': did you mean 'ada'"),
        ({"criterion": "advise"}, "unknown criterion 'advise': did you mean 'advice'"),
        ({"by": "rita"}, "unknown instructor 'rita'"),
    ],
)
def test_unknown_names_are_refused(
    disputed: Course, gradebook: Any, changes: dict[str, Any], expected: str
) -> None:
    """Only an instructor decides, and only on what there is."""
    with pytest.raises(UnknownName, match=expected):
        decide(disputed, gradebook, **changes)
