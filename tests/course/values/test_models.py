"""Briefs, rosters, placements and course.yml at the edge of what they allow."""

from typing import Any

import pytest

import practicum
from practicum.course import Course
from practicum.errors import InvalidDocument, NotACourse, UnknownName

BRIEF = "assignments/tiny/brief.yml"
COURSE = "course/course.yml"
ROSTER = "course/roster.yml"


def test_the_package_root_is_exact() -> None:
    """``import practicum`` gives these names, each of them usable, and no others."""
    assert practicum.__all__ == [
        "Brief",
        "Course",
        "Marks",
        "PracticumError",
        "Roster",
        "Rubric",
        "__version__",
    ]
    assert all(hasattr(practicum, name) for name in practicum.__all__)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hours: 8\nduration", "hours: 5\nduration"),
        ("hours: 8\nduration", "hours: 40\nduration"),
        ("title: Which numbers add up?", "title: " + "x" * 80),
        ("duration_weeks: 1", "duration_weeks: 26"),
        ("amount: 200", "amount: 160"),
        ("untouched_points: 0", "untouched_points: 0.5"),
    ],
)
def test_at_the_edge(tiny: Any, old: str, new: str) -> None:
    """The smallest and the largest value that a brief may have are accepted."""
    tiny.rewrite(BRIEF, old, new)
    if "hours: 5" in new:
        tiny.rewrite(BRIEF, "All of it, hours: 8", "All of it, hours: 5")
    if "hours: 40" in new:
        tiny.rewrite(BRIEF, "All of it, hours: 8", "All of it, hours: 40")
        tiny.rewrite(BRIEF, "amount: 200", "amount: 800")

    assert tiny.course.brief("tiny").id == "tiny"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "hours: 8\nduration",
            "hours: 4.9\nduration",
            "hours is 4.9: write a number of at least 5",
        ),
        (
            "hours: 8\nduration",
            "hours: 40.1\nduration",
            "hours is 40.1: write a number of at most 40",
        ),
        ("hours: 8\nduration", "hours: .nan\nduration", "hours is nan"),
        ("title: Which numbers add up?", "title: " + "x" * 81, "title is 'xxx"),
        ("title: Which numbers add up?", "title: '  '", "title is"),
        ("duration_weeks: 1", "duration_weeks: 26.1", "duration_weeks is 26.1"),
        ("amount: 200", "amount: 159.99", "below the floor of 20.00: pay at least 160 for 8"),
        ("due_day: 7", "due_day: 8", "is due on day 8, after the end on day 7"),
        ("All of it, hours: 8", "All of it, hours: 7.99", "sum to 7.99, the brief says 8"),
        ("untouched_points: 0", "untouched_points: -1", "grading.untouched_points is -1"),
        ("id: tiny\n", "id: Tiny\n", "id is 'Tiny'"),
        ("id: tiny\n", "id: tiny2\n", "id is 'tiny2' but the folder is 'tiny'"),
    ],
)
def test_over_the_edge(tiny: Any, old: str, new: str, message: str) -> None:
    """A hair beyond what a brief may have is refused, with the rule."""
    tiny.rewrite(BRIEF, old, new)

    with pytest.raises(InvalidDocument) as caught:
        tiny.course.brief("tiny")
    assert message in str(caught.value)


@pytest.mark.parametrize("share", [0, 0.9])
def test_shares_at_the_edge(tiny: Any, share: float) -> None:
    """The employer's part of a mark may be nothing, or nine tenths."""
    tiny.rewrite(COURSE, "employer_share: 0.3", f"employer_share: {share}")

    assert tiny.course.policies.employer_share == share


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (COURSE, "employer_share: 0.3", "employer_share: 0.91", "policies.employer_share is 0.91"),
        (COURSE, "employer_share: 0.3", "employer_share: .nan", "policies.employer_share is nan"),
        (COURSE, "cell_seconds: 20", "cell_seconds: 0", "limits.cell_seconds is 0"),
        (COURSE, "id: tiny-course", "id: ../evil", "id is '../evil'"),
        (COURSE, "briefs:", "timezone: Mars/Base\nbriefs:", "write a name of the IANA database"),
        (COURSE, "briefs:", "timezone: ../../etc/passwd\nbriefs:", "write a name of the IANA"),
        (COURSE, "briefs:", "roster: ../roster.yml\nbriefs:", "roster is '../roster.yml'"),
        (
            COURSE,
            "2027-02-01T12:00:00}",
            "2027-02-01T12:00:00}\n  - {brief: tiny}",
            "tiny is here twice",
        ),
        (
            COURSE,
            "{brief: tiny, due: 2027-02-01T12:00:00}\n",
            "{brief: tiny, due: 2027-03-28T02:30:00}\ntimezone: Europe/Berlin\n",
            "does not exist once in Europe/Berlin",
        ),
        (
            COURSE,
            "{brief: tiny, due: 2027-02-01T12:00:00}\n",
            "{brief: tiny, due: 2027-10-31T02:30:00}\ntimezone: Europe/Berlin\n",
            "does not exist once in Europe/Berlin",
        ),
        (ROSTER, "id: bob", "id: ada", "the id 'ada' is used twice"),
        (ROSTER, "id: rita", "id: bob", "the id 'bob' is used twice"),
        (ROSTER, "id: bob", "id: <script>", "students.1.id is '<script>'"),
        (ROSTER, "id: bob", "id: .bob", "students.1.id is '.bob'"),
        (ROSTER, "ada@university.example", "ada@x", "students.0.email is 'ada@x'"),
        (ROSTER, "briefs: [tiny]", "briefs: []", "reviewers.0.briefs is"),
    ],
)
def test_bad_courses(tiny: Any, file: str, old: str, new: str, message: str) -> None:
    """course.yml and the roster are refused with the rule that they break."""
    tiny.rewrite(file, old, new)

    with pytest.raises(InvalidDocument) as caught:
        Course.find(tiny.root)
    assert message in str(caught.value)


def place(tiny: Any, text: str) -> Course:
    """The course with a placements file."""
    (tiny.root / "course" / "placements.yml").write_text(f"schema_version: 1\n{text}")
    tiny.rewrite(COURSE, "briefs:", "placements: placements.yml\nbriefs:")
    return Course.find(tiny.root)


def test_without_placements_everybody_works_on_everything(tiny: Any) -> None:
    """A course without a placements file expects each student on each brief."""
    assert tiny.course.students_of("tiny") == ("ada", "bob")


def test_placements_say_who_works_on_what(tiny: Any) -> None:
    """With placements, only who is placed is expected, in the file's order."""
    course = place(tiny, "placements:\n  - {student: bob, brief: tiny}\n")

    assert course.students_of("tiny") == ("bob",)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{student: zoe, brief: tiny}", ":3: there is no student 'zoe': add the student"),
        ("{student: ada, brief: other}", ":3: the course has no brief 'other': add it under"),
        ("{student: ada}", "placements.0.brief is missing"),
        ("{student: ada, brief: tiny}\n  - {student: ada, brief: tiny}", "here twice: remove one"),
    ],
)
def test_bad_placements(tiny: Any, entry: str, message: str) -> None:
    """A placement of nobody, on nothing or twice is told by its line."""
    course = place(tiny, f"placements:\n  - {entry}\n")

    with pytest.raises(InvalidDocument) as caught:
        course.students_of("tiny")
    assert message in str(caught.value)


def test_who_is_who(tiny: Any) -> None:
    """Students and reviewers are found by their ids, and a wrong id suggests the right one."""
    roster = tiny.course.roster

    assert roster.student("ada").name == "Lovelace, Ada"
    assert [reviewer.id for reviewer in roster.reviewers_of("tiny")] == ["rita"]
    assert roster.reviewers_of("other") == ()
    assert roster.student_of_lms("4711") is None
    with pytest.raises(UnknownName, match="unknown student 'adda': did you mean 'ada'"):
        roster.student("adda")


def test_a_course_is_found_from_below(tiny: Any) -> None:
    """A command works anywhere inside a course, and says so where there is none."""
    assert Course.find(tiny.root / "assignments" / "tiny").root == tiny.root
    with pytest.raises(NotACourse, match="make one with `practicum init"):
        Course.find(tiny.root.parent)
