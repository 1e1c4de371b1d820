"""A brief with variants: what is checked, what is proved, and what comes of a submission."""

import json
import shutil
from typing import Any

import pytest

from practicum.briefs.variants import PARAMETERS, with_variant
from practicum.errors import InvalidDocument, ProofFailed
from practicum.grade import grade
from practicum.grade.variants import Variants
from practicum.publish import publish
from practicum.records import Records

DEFAULTS = "start = 0"
SOLUTION = """\
def total(numbers):
    \"\"\"Return the sum of the numbers, from the start on.\"\"\"
    ### BEGIN SOLUTION
    return start + sum(numbers)
    ### END SOLUTION"""
TEST = "assert total([1, 2]) == start + 3"


def cell(source: str = DEFAULTS, *tags: str, locked: bool = True) -> dict[str, Any]:
    """Return the cell with the defaults."""
    about = {
        "schema_version": 3,
        "grade_id": PARAMETERS,
        "grade": False,
        "solution": False,
        "locked": locked,
        "task": False,
    }
    return {
        "cell_type": "code",
        "id": PARAMETERS,
        "metadata": {"nbgrader": about, "tags": list(tags)},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


@pytest.fixture
def varied(tiny: Any) -> Any:
    """The tiny course, whose sum starts at another number for each student."""
    tiny.rewrite(
        "assignments/tiny/brief.yml",
        "grading: {notebook: brief, untouched_points: 0}",
        "grading: {notebook: brief, untouched_points: 0}\nvariants: {start: {between: [5, 9]}}",
    )
    tiny.rewrite("course/course.yml", "limits: {", "hub: {}\nlimits: {")
    tiny.edit(lambda _, notebook: notebook["cells"].insert(0, cell(DEFAULTS, PARAMETERS)))
    tiny.set_source("total", SOLUTION)
    tiny.set_source("test-total", TEST)
    return tiny


def test_a_solution_that_holds_for_the_default_alone(varied: Any) -> None:
    """A solution that ignores the parameter is refused, and the message names the values."""
    varied.set_source("total", SOLUTION.replace("start + sum", "sum"))

    with pytest.raises(ProofFailed, match=r"the solution fails in cell 4 .*start = 5"):
        publish(varied.course, varied.brief)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda cells: cells.pop(0), "has no cell 'parameters' with the defaults"),
        (lambda cells: cells.__setitem__(0, cell()), "cell 1: it lacks the tag 'parameters'"),
        (
            lambda cells: cells.__setitem__(0, cell(DEFAULTS, PARAMETERS, locked=False)),
            "cell 1: the defaults of the variants may be changed",
        ),
    ],
    ids=["no cell", "no tag", "not locked"],
)
def test_the_defaults_have_a_cell_of_their_own(varied: Any, change: Any, why: str) -> None:
    """A notebook in which values could not be put, or could be changed, is refused."""
    varied.edit(lambda _, notebook: change(notebook["cells"]))

    with pytest.raises(InvalidDocument, match=why):
        publish(varied.course, varied.brief)


def test_variants_need_a_service(varied: Any) -> None:
    """A course that hands out one release to all cannot have variants, and is told so."""
    varied.rewrite("course/course.yml", "hub: {}\n", "")

    with pytest.raises(InvalidDocument, match=r"brief\.yml:\d+: variants are given out by the"):
        publish(varied.course, varied.brief)


def hand_in(course: Any, student: str, start: int, answer: str) -> None:
    """Put a submission into its station, worked out with some values."""
    release = course.station("release", brief="tiny")
    target = course.station("submitted", student=student, brief="tiny")
    shutil.copytree(release, target)
    text = with_variant((release / "brief.ipynb").read_text(encoding="utf-8"), {"start": start})
    content = json.loads(text)
    for entry in content["cells"]:
        if entry["metadata"].get("nbgrader", {}).get("grade_id") == "total":
            entry["source"] = f"def total(numbers):\n    return {answer} + sum(numbers)"
    (target / "brief.ipynb").write_text(json.dumps(content), encoding="utf-8")
    (target / "timestamp.txt").write_text("2027-02-01 11:00:00.000000 UTC", encoding="ascii")


def test_marks_are_made_with_what_was_given_out(varied: Any) -> None:
    """The solution is proved with both ends; a student earns points with the own values alone."""
    publication = publish(varied.course, varied.brief)
    course = varied.course
    with Records(course.records_url) as records:
        for student in ("ada", "bob"):
            records.give_variant("tiny", student, lambda: {"start": 7})
        again = records.give_variant("tiny", "ada", lambda: {"start": 8})
    hand_in(course, "ada", 7, "7")
    hand_in(course, "bob", 5, "5")

    report = grade(course, "tiny", workers=1)

    figures = {proof.name: proof.figure for proof in publication.proofs}
    points = {graded.student: graded.points for graded in report.graded}
    assert figures["the solution earns every point in each variant"] == "2 tried"
    assert again == {"start": 7}
    assert points["ada"] == points["bob"] + 8


def test_a_missing_variant_is_a_finding() -> None:
    """Who was given no values is graded with the defaults, and the instructor reads so."""
    variants = Variants(given={"ada": {"start": 7}}, kernelspec={}, expected=True)

    assert not list(variants.findings("ada"))
    assert variants.source("bob") == ""
    assert "no variant was given out" in next(variants.findings("bob"))[1]
