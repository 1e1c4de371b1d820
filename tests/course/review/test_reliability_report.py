"""The report of reviewers' reliability: figures worked out by hand, and what it leaves alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from practicum.course import Course
from practicum.errors import UnknownName
from practicum.records import Assessment, Records
from practicum.reliability import Reliability
from practicum.review import apply_marks, reliability_of

AT = datetime(2027, 2, 2, tzinfo=UTC)
RITA, HUGO = (4, 3, 2, 1, 0, 2), (4, 3, 1, 1, 0, 3)


def assess(records: Records, reviewer: str, levels: tuple[int, ...], criterion: str) -> None:
    """Let a reviewer give levels to as many students: s00, s01, ..."""
    records.assess_all(
        Assessment(
            brief="demo",
            student=f"s{place:02}",
            criterion=criterion,
            reviewer=reviewer,
            level=level,
            at=AT,
        )
        for place, level in enumerate(levels)
    )


@pytest.fixture
def six(course: Course, records: Records) -> Course:
    """Return the course after two reviewers rated the advice of six, and one the analysis."""
    assess(records, "rita", RITA, "advice")
    assess(records, "hugo", HUGO, "advice")
    assess(records, "rita", RITA, "analysis")
    return course


def values(found: Reliability) -> dict[str, float | None]:
    """Return the figures by name."""
    return {figure.name: figure.value for figure in found.figures}


def test_the_figures_of_six_submissions(six: Course) -> None:
    """Four of six on the same level; the others follow from sums of squares.

    Weighted kappa: mean square of the differences 2/6, by chance 34/6 + 36/6 - 2*2*2 = 22/6.
    ICC: mean squares of items 21/5, of raters 0, of the rest 1/5. AC1: shares of the levels
    2, 3, 2, 3, 2 of 12, by chance (1 - 30/144) / 4 = 19/96.
    Alpha: ranks of the levels in the 12 are 1, 3.5, 6, 8.5, 11; disagreement of two pairs 2.5
    apart against all 66 pairs.
    """
    analysis, advice = reliability_of(six, "demo").criteria

    assert (advice.criterion, advice.title) == ("advice", "Useful advice")
    assert (advice.n_items, advice.n_raters) == (6, 2)
    by_ranks = [1.0] * 2 + [3.5] * 3 + [6.0] * 2 + [8.5] * 3 + [11.0] * 2
    pairs = [(a - b) ** 2 for n, a in enumerate(by_ranks) for b in by_ranks[:n]]
    expected = {
        "exact agreement": 4 / 6,
        "adjacent agreement": 1.0,
        "weighted kappa": 1 - (2 / 6) / (22 / 6),
        "ICC(2,1)": (4.2 - 0.2) / (4.2 + 0.2 + 2 * (0 - 0.2) / 6),
        "ICC(2,k)": (4.2 - 0.2) / (4.2 + (0 - 0.2) / 6),
        "Krippendorff's alpha": 1 - (2 * 2.5**2 / 6) / (sum(pairs) / 66),
        "Gwet's AC1": (4 / 6 - 19 / 96) / (1 - 19 / 96),
    }
    found = values(advice)
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    exact = advice.figure("exact agreement")
    assert exact.words == "reviewers gave the same level in 4 of 6 cases"
    assert (exact.low, exact.high) == pytest.approx((0.300, 0.903), abs=0.001)
    assert advice.figure("weighted kappa").words == (
        "reviewers came 91% of the way from chance to full agreement"
    )

    assert set(values(analysis).values()) == {None}
    assert analysis.figures[0].words == ("too few to say: 0 items with two reviewers, 5 are needed")


def test_criteria_are_pooled(six: Course, records: Records) -> None:
    """All criteria together count each criterion of each submission as an item."""
    assess(records, "hugo", RITA, "analysis")

    report = reliability_of(six, "demo")

    assert (report.n_submissions, report.n_reviewers) == (6, 2)
    assert report.together.n_items == 12
    exact = report.together.figure("exact agreement")
    assert exact.value == pytest.approx(10 / 12)
    assert exact.words == "reviewers gave the same level in 10 of 12 cases"


def test_criteria_do_not_stand_in_for_submissions(course: Course, records: Records) -> None:
    """Two criteria of four submissions are eight items, but still four submissions."""
    for criterion in ("advice", "analysis"):
        assess(records, "rita", RITA[:4], criterion)
        assess(records, "hugo", HUGO[:4], criterion)

    together = reliability_of(course, "demo").together

    assert together.n_items == 8
    assert {(one.value, one.low, one.high, one.words) for one in together.figures} == {
        (None, None, None, "too few to say: 4 submissions with two reviewers, 5 are needed")
    }


def test_criteria_of_a_submission_are_no_surer_than_one(course: Course, records: Records) -> None:
    """Two criteria with the same levels leave the figures of all together as unsure as one does."""
    for criterion in ("advice", "analysis"):
        assess(records, "rita", RITA, criterion)
        assess(records, "hugo", HUGO, criterion)

    report = reliability_of(course, "demo")

    for name in ("weighted kappa", "Gwet's AC1", "Gwet's AC2"):
        one, both = report.criteria[0].figure(name), report.together.figure(name)
        assert (both.n_items, one.n_items) == (12, 6)
        assert both.low == pytest.approx(one.low)
        assert both.high == pytest.approx(one.high)


def test_six_are_too_few_for_severity(six: Course) -> None:
    """With six submissions in common nothing is said of who gives more, and none is adjusted."""
    report = reliability_of(six, "demo")

    assert [(one.rater, one.name, one.words) for one in report.severity] == [
        ("hugo", "Hugo Hirer", "too few to say: 6 submissions shared, 10 are needed"),
        ("rita", "Rita Reviewer", "too few to say: 6 submissions shared, 10 are needed"),
    ]
    assert {one.adjusted for one in report.adjusted} == {None}


def test_who_gives_a_level_more(course: Course, records: Records) -> None:
    """One level more on the same work is half a level above the mean reviewer.

    What both rated stays as it is; what the milder rated alone loses the half.
    """
    assess(records, "hugo", (1, 2) * 6, "advice")
    assess(records, "rita", (*(2, 3) * 6, 3), "advice")

    report = reliability_of(course, "demo")

    assert [(one.name, one.words) for one in report.severity] == [
        ("Hugo Hirer", "gives 1.0 levels less than the others on the same work"),
        ("Rita Reviewer", "gives 1.0 levels more than the others on the same work"),
    ]
    levels = {one.item: one for one in report.adjusted}
    assert len(levels) == 13
    both, alone = (levels[records.blind_code("demo", student)] for student in ("s00", "s12"))
    assert (both.given, alone.given) == (1.5, 3.0)
    assert both.adjusted == pytest.approx(1.5)
    assert alone.adjusted == pytest.approx(2.5)


def test_only_the_employers_criteria_count(six: Course, records: Records) -> None:
    """What instructors rate, what the rubric no longer has, and what was replaced are left out."""
    before = reliability_of(six, "demo")
    assess(records, "ines", RITA, "habits")
    assess(records, "rita", RITA, "was-there-once")
    assert reliability_of(six, "demo") == before

    assess(records, "hugo", RITA, "advice")
    advice = reliability_of(six, "demo").criteria[1]
    assert advice.figure("exact agreement").value == 1.0


def test_nobody_has_assessed_anything(course: Course) -> None:
    """Without assessments every figure says that there are too few."""
    report = reliability_of(course, "demo")

    assert (report.n_submissions, report.n_reviewers) == (0, 0)
    assert (report.severity, report.adjusted) == ((), ())
    for found in (report.together, *report.criteria):
        assert all(one.words.startswith("too few to say: 0 ") for one in found.figures)


def test_no_student_is_named(six: Course, records: Records) -> None:
    """Submissions stand under their blind codes; reviewers who left the roster under their ids."""
    assess(records, "gone", RITA, "advice")

    report = reliability_of(six, "demo")

    assert {one.item for one in report.adjusted} == {
        records.blind_code("demo", f"s{place:02}") for place in range(6)
    }
    assert report.severity[0].model_dump(include={"rater", "name"}) == {"rater": "gone", "name": ""}
    assert '"s00"' not in report.model_dump_json()


def test_nothing_is_changed(six: Course, records: Records, gradebook: Any) -> None:
    """No mark, no assessment, no decision, and nothing in the log; the second look is the same."""
    gradebook.graded = [f"s{place:02}" for place in range(6)]
    assert apply_marks(six, gradebook, records, "demo").changed == 12
    reliability_of(six, "demo")  # makes the secret of the blind codes, if there was none

    def state() -> tuple[Any, ...]:
        kept = records.assessments("demo"), records.decisions("demo"), records.audit()
        return (*kept, dict(gradebook.given), gradebook.writes)

    before = state()
    first = reliability_of(six, "demo")
    assert state() == before
    assert reliability_of(six, "demo") == first
    assert apply_marks(six, gradebook, records, "demo").changed == 0


def test_an_unknown_brief(course: Course) -> None:
    """An unknown brief is refused as everywhere."""
    with pytest.raises(UnknownName, match="unknown brief 'dem': did you mean 'demo'"):
        reliability_of(course, "dem")
