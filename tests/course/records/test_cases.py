from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum.records import Assessment, Case, Decision, cases_of
from practicum.rubrics import Rubric

Said = Callable[..., Assessment]
FIXTURE_IS_PURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

RUBRIC = Rubric.model_validate(
    {
        "schema_version": 1,
        "id": "demo",
        "title": "Demo",
        "criteria": [
            {
                "id": name,
                "title": name.title(),
                "question": "Is it good?",
                "weight": 1,
                "levels": {level: f"It is {level}." for level in range(5)},
            }
            for name in ("advice", "analysis")
        ],
    }
)


def decided(given: Assessment, level: int, *, hours: int) -> Decision:
    """Decide what an assessment is about, ``hours`` later."""
    return Decision(
        brief=given.brief,
        student=given.student,
        criterion=given.criterion,
        level=level,
        reason="Because.",
        by="ines",
        at=given.at + timedelta(hours=hours),
    )


def only(assessments: list[Assessment], *decisions: Decision, gap: int = 2) -> Case:
    """Return the one case of these judgements."""
    (case,) = cases_of(RUBRIC, assessments, decisions, gap=gap)
    return case


@pytest.mark.parametrize(
    ("levels", "level", "state"),
    [
        ([3], 3.0, "agreed"),
        ([3, 2, 3], 3.0, "agreed"),
        ([3, 2], 2.5, "agreed"),
        ([4, 2], None, "open"),
        ([0, 4, 4], None, "open"),
    ],
)
def test_the_median_counts_unless_reviewers_are_far_apart(
    said: Said, levels: list[int], level: float | None, state: str
) -> None:
    """A gap of two levels asks for moderation; otherwise the median is the level."""
    case = only([said(reviewer=f"r{n}", level=value) for n, value in enumerate(levels)])
    assert (case.level, case.state) == (level, state)


def test_a_decision_closes_a_case(said: Said) -> None:
    """What an instructor decided counts, and the case is closed."""
    both = [said(level=4), said(reviewer="hugo", level=1)]
    case = only(both, decided(both[0], 3, hours=1))
    assert (case.level, case.state, case.pending) == (3.0, "decided", False)


def test_something_new_after_a_decision_is_shown(said: Said) -> None:
    """A later assessment leaves the decision as it is, but the case is looked at again."""
    first = said(level=4)
    later = said(reviewer="hugo", level=1, at=first.at + timedelta(hours=2))
    case = only([first, later], decided(first, 3, hours=1))
    assert (case.level, case.state, case.pending) == (3.0, "changed since", True)


def test_cases_follow_the_rubric(said: Said) -> None:
    """Cases come by student and in the rubric's order; dropped criteria are left out."""
    cases = cases_of(
        RUBRIC,
        [
            said(student="zoe"),
            said(criterion="analysis"),
            said(criterion="dropped"),
            said(),
        ],
        (),
        gap=2,
    )
    assert [(case.student, case.criterion) for case in cases] == [
        ("ada", "advice"),
        ("ada", "analysis"),
        ("zoe", "advice"),
    ]


@FIXTURE_IS_PURE
@given(
    levels=st.lists(st.tuples(st.integers(0, 4), st.text(max_size=3)), min_size=1, max_size=6),
    random=st.randoms(use_true_random=False),
    gap=st.integers(1, 4),
)
def test_the_order_of_reviewers_does_not_matter(
    said: Said, levels: list[tuple[int, str]], random: object, gap: int
) -> None:
    """However the reviewers are called and ordered, the case is the same."""
    names = [f"r{number}" for number in range(len(levels))]
    one = [
        said(reviewer=name, level=level, words=words)
        for name, (level, words) in zip(names, levels, strict=True)
    ]
    shuffled = list(levels)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = [
        said(reviewer=name, level=level, words=words)
        for name, (level, words) in zip(names, shuffled, strict=True)
    ]
    assert only(one, gap=gap) == only(other, gap=gap)
