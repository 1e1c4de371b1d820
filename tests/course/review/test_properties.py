import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum.course import Course
from practicum.records import Records
from practicum.review import apply_marks, pending, review

Table = Callable[..., Path]

ONCE = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FILE = st.dictionaries(
    st.tuples(
        st.sampled_from(["rita", "hugo", "vera"]),
        st.sampled_from(["ada", "grace"]),
        st.sampled_from(["analysis", "advice"]),
    ),
    st.integers(0, 4),
    min_size=1,
)


def rows_of(file: dict[tuple[str, str, str], int]) -> list[str]:
    """Return the rows of a file of assessments."""
    return [",".join((*key, str(level), f"words {level}")) for key, level in file.items()]


def fresh(course: Course, gradebook: Any) -> tuple[Course, Any]:
    """Return the course with a work folder of its own, and an empty gradebook of the kind."""
    root = Path(tempfile.mkdtemp(dir=course.root.parent))
    for folder in ("assignments", "rubrics"):
        (root / folder).symlink_to(course.root / folder)
    new = type(gradebook)()
    return Course(root, course.settings, course.roster), new


@ONCE
@given(files=st.lists(FILE, min_size=1, max_size=3))
def test_history_loses_nothing(
    course: Course,
    gradebook: Any,
    table: Table,
    files: list[dict[tuple[str, str, str], int]],
) -> None:
    """Whatever files come in, every level that was new is in the history, in its order."""
    course, gradebook = fresh(course, gradebook)
    expected: dict[tuple[str, str, str], list[int]] = {}
    for file in files:
        report = review(course, "demo", table(*rows_of(file)), gradebook=gradebook)
        new = 0
        for key, level in file.items():
            history = expected.setdefault(key, [])
            if history[-1:] != [level]:
                history.append(level)
                new += 1
        assert (report.added, report.unchanged) == (new, len(file) - new)
    with Records(course.records_url) as records:
        for (reviewer, student, criterion), levels in expected.items():
            kept = records.history("demo", student, criterion)
            assert [a.level for a in kept if a.reviewer == reviewer] == levels
        current = {
            (a.reviewer, a.student, a.criterion): a.level for a in records.assessments("demo")
        }
        assert current == {key: levels[-1] for key, levels in expected.items()}


@ONCE
@given(file=FILE, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    course: Course,
    gradebook: Any,
    table: Table,
    file: dict[tuple[str, str, str], int],
    random: object,
) -> None:
    """Rows in any order, in one file or one by one, give the same marks and comments."""
    one_course, one = fresh(course, gradebook)
    review(one_course, "demo", table(*rows_of(file)), gradebook=one)
    other_course, other = fresh(course, gradebook)
    rows = rows_of(file)
    random.shuffle(rows)  # type: ignore[attr-defined]
    for row in rows:
        review(other_course, "demo", table(row), gradebook=other)
    assert pending(one_course) == pending(other_course)
    assert one.given == other.given


@ONCE
@given(file=FILE)
def test_taking_in_again_changes_nothing(
    course: Course,
    gradebook: Any,
    table: Table,
    file: dict[tuple[str, str, str], int],
) -> None:
    """The second time no assessment is added, no mark written and no line logged."""
    course, gradebook = fresh(course, gradebook)
    path = table(*rows_of(file))
    review(course, "demo", path, gradebook=gradebook)
    writes = gradebook.writes
    with Records(course.records_url) as records:
        log = records.audit()
        assert review(course, "demo", path, gradebook=gradebook).added == 0
        assert apply_marks(course, gradebook, records, "demo").changed == 0
        assert (records.audit(), gradebook.writes) == (log, writes)
