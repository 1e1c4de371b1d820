import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course
from practicum.errors import BadInput, InvalidDocument, NotReady, UnknownName
from practicum.progress import Step
from practicum.records import Records
from practicum.review import apply_marks, pending, review, template, write_template

Table = Callable[..., Path]


def test_the_median_becomes_the_mark(course: Course, gradebook: Any, table: Table) -> None:
    """Three reviewers agree more or less: their median, in points, is the criterion's mark."""
    file = table("rita,ada,advice,3,", "hugo,ada,advice,2,", "vera,ada,advice,3,")
    report = review(course, "demo", file, gradebook=gradebook)
    assert gradebook.score("ada", "advice") == 9.0
    assert (report.added, report.unchanged, report.marks.changed) == (3, 0, 1)


def test_the_comment_tells_all_but_names(course: Course, gradebook: Any, table: Table) -> None:
    """The comment has the criterion, the level in words, the arithmetic and what was said."""
    file = table(
        'rita,ada,advice,3,"Clear, and short."', "hugo,ada,advice,2,", "vera,ada,advice,3,A"
    )
    review(course, "demo", file, gradebook=gradebook)
    assert gradebook.comment("ada", "advice") == (
        "Useful advice: level 3 of 4\n\n"
        "Most of it.\n\n"
        "Points: median of 3, 3, 2 = 3 of 4 -> 9.00 of 12 points\n\n"
        "The reviewers wrote:\n\n“A”\n\n“Clear, and short.”"
    )


def test_half_levels_are_explained(course: Course, gradebook: Any, table: Table) -> None:
    """Two reviewers a level apart give a half level, which lies between two descriptions."""
    gradebook.points = 4.3
    review(course, "demo", table("rita,ada,advice,3,", "hugo,ada,advice,2,"), gradebook=gradebook)
    assert gradebook.score("ada", "advice") == 2.69
    comment = gradebook.comment("ada", "advice")
    assert "Between level 2 (Half of it.) and level 3 (Most of it.)" in comment
    assert "median of 3, 2 = 2.5 of 4 -> 2.69 of 4.3 points" in comment


def test_one_reviewer_needs_no_median(course: Course, gradebook: Any, table: Table) -> None:
    """With a single reviewer the level itself is what counts."""
    review(course, "demo", table("rita,ada,advice,4,Great."), gradebook=gradebook)
    comment = gradebook.comment("ada", "advice")
    assert "Points: 4 of 4 -> 12.00 of 12 points\n\nThe reviewer wrote:" in comment


def test_a_gap_leaves_the_mark_unset(course: Course, gradebook: Any, table: Table) -> None:
    """Reviewers who are two levels apart make a case for the instructor, and no mark."""
    file = table("rita,ada,advice,4,", "hugo,ada,advice,2,", "rita,ada,analysis,3,")
    report = review(course, "demo", file, gradebook=gradebook)
    assert gradebook.score("ada", "advice") is None
    assert gradebook.score("ada", "analysis") == 9.0
    assert [case.criterion for case in report.marks.pending] == ["advice"]
    assert report.marks.taken_back == 0
    assert pending(course) == report.marks.pending == pending(course, "demo")


def test_a_mark_from_before_a_disagreement_is_taken_back(
    course: Course, gradebook: Any, table: Table
) -> None:
    """A second reviewer who disagrees makes a case, and the earlier mark is unset."""
    review(course, "demo", table("rita,ada,advice,4,"), gradebook=gradebook)
    report = review(course, "demo", table("hugo,ada,advice,1,"), gradebook=gradebook)
    assert [case.state for case in report.marks.pending] == ["open"]
    assert report.marks.taken_back == 1
    assert gradebook.score("ada", "advice") is None
    assert report.marks.changed == 0


def test_the_same_file_again_changes_nothing(
    course: Course, gradebook: Any, records: Records, table: Table
) -> None:
    """Marks, records and log stay as they are, and the report says so."""
    file = table("rita,ada,advice,4,x", "hugo,ada,advice,2,", "rita,grace,analysis,3,=1+1")
    review(course, "demo", file, gradebook=gradebook)
    before = (records.audit(), dict(gradebook.given), gradebook.writes)
    report = review(course, "demo", file, gradebook=gradebook)
    assert (records.audit(), gradebook.given, gradebook.writes) == before
    assert (report.added, report.unchanged, report.marks.changed) == (0, 3, 0)


def test_a_reviewer_may_think_again(
    course: Course, gradebook: Any, records: Records, table: Table
) -> None:
    """A new level of the same reviewer replaces the one that counts, and the mark follows."""
    review(course, "demo", table("rita,ada,advice,3,"), gradebook=gradebook)
    report = review(course, "demo", table("rita,ada,advice,4,"), gradebook=gradebook)
    assert report.added == 1
    assert gradebook.score("ada", "advice") == 12.0
    assert [a.level for a in records.history("demo", "ada", "advice")] == [3, 4]


def test_submissions_not_graded_yet_wait(
    course: Course, gradebook: Any, records: Records, table: Table
) -> None:
    """An assessment before the grading is kept; applying the marks later enters it."""
    gradebook.graded.remove("grace")
    file = table("rita,grace,advice,3,", "rita,ada,advice,3,")
    report = review(course, "demo", file, gradebook=gradebook)
    assert report.marks.skipped == ("grace",)
    gradebook.graded.append("grace")
    later = apply_marks(course, gradebook, records, "demo")
    assert (later.changed, later.unchanged, later.skipped) == (1, 1, ())
    assert gradebook.score("grace", "advice") == 9.0


def test_instructors_rate_what_is_theirs(course: Course, gradebook: Any, table: Table) -> None:
    """A criterion whose rater is the instructor is rated by one."""
    review(course, "demo", table("ines,ada,habits,2,"), gradebook=gradebook)
    assert gradebook.score("ada", "habits") == 6.0


def test_the_template_goes_out_and_comes_back(
    course: Course, gradebook: Any, records: Records, tmp_path: Path
) -> None:
    """An employer's table names no student; filled in, it marks the right ones."""
    rows = template(course, "demo", gradebook=gradebook)
    file = tmp_path / "out.csv"
    assert write_template(rows, file)
    text = file.read_text("utf-8-sig")
    assert "ada" not in text
    assert "habits" not in text  # the instructor's
    assert [row.submission for row in rows] == sorted(row.submission for row in rows)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert list(table[0]) == ["submission", "criterion", "level", "words"]
    ada = records.blind_code("demo", "ada")
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(table[0]))
        writer.writeheader()
        for row in table:
            writer.writerow(row | {"level": "4" if row["submission"] == ada else "1"})
    report = review(course, "demo", file, reviewer="rita", gradebook=gradebook)
    assert report.added == 4
    assert gradebook.score("ada", "advice") == 12.0
    assert gradebook.score("grace", "advice") == 3.0


def test_a_filled_in_template_is_not_overwritten(
    course: Course, gradebook: Any, tmp_path: Path
) -> None:
    """Writing the template again is harmless; over somebody's work it is refused."""
    rows = template(course, "demo", gradebook=gradebook)
    file = tmp_path / "out.csv"
    assert write_template(rows, file)
    assert not write_template(rows, file)
    file.write_text("work of an hour")
    with pytest.raises(BadInput, match="exists already, maybe filled in"):
        write_template(rows, file)
    with pytest.raises(BadInput, match="cannot be written"):
        write_template(rows, tmp_path / "no folder" / "out.csv")


def test_codes_may_be_typed(course: Course, gradebook: Any, records: Records, table: Table) -> None:
    """A code in lower case with a hyphen is the same submission."""
    code = records.blind_code("demo", "ada").lower()
    review(course, "demo", table(f"rita,{code[:4]}-{code[4:]},advice,3,"), gradebook=gradebook)
    assert gradebook.score("ada", "advice") == 9.0


def test_yaml_is_read_too(course: Course, gradebook: Any, tmp_path: Path) -> None:
    """A list of assessments in YAML says the same as a table."""
    file = tmp_path / "reviews.yml"
    file.write_text(
        "- {submission: ada, criterion: advice, level: 3, words: 'Good: clear.'}\n"
        "- {submission: grace, criterion: advice, level: '2', words: }\n"
    )
    assert review(course, "demo", file, reviewer="rita", gradebook=gradebook).added == 2
    assert "“Good: clear.”" in gradebook.comment("ada", "advice")
    assert gradebook.score("grace", "advice") == 6.0


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_spreadsheets_of_other_countries_are_read(
    course: Course, gradebook: Any, tmp_path: Path, delimiter: str
) -> None:
    """A table with semicolons or tabs, a byte order mark, CRLF and empty rows is read."""
    file = tmp_path / "Reviews.CSV"
    header = delimiter.join(["Submission", " criterion", "LEVEL", "words"])
    row = delimiter.join(["ada", "advice", "3.0", '"Sehr schön,\r\nwirklich."'])
    file.write_bytes(f"\ufeff{header}\r\n{row}\r\n{delimiter * 3}\r\n".encode())
    review(course, "demo", file, reviewer="rita", gradebook=gradebook)
    assert "“Sehr schön,\nwirklich.”" in gradebook.comment("ada", "advice")


def test_formulas_and_markup_are_plain_text(
    course: Course, gradebook: Any, records: Records, table: Table
) -> None:
    """What looks like a formula or HTML is kept as it was typed; control characters go."""
    words = "=HYPERLINK(1) <script>alert(1)</script> \x1b[31m\u202ered\x00"
    review(course, "demo", table(f"rita,ada,advice,3,{words}"), gradebook=gradebook)
    (assessment,) = records.assessments("demo")
    assert assessment.words == "=HYPERLINK(1) <script>alert(1)</script> [31mred"


def test_an_unpublished_brief_has_no_marks(
    course: Course, gradebook: Any, records: Records, table: Table
) -> None:
    """Before publication nothing is taken in; the message names the command."""
    gradebook.published = ()
    with pytest.raises(NotReady, match="not published yet: run `practicum publish demo`"):
        review(course, "demo", table("rita,ada,advice,3,"), gradebook=gradebook)
    assert records.assessments("demo") == ()


def test_names_on_the_command_line_are_checked(
    course: Course, gradebook: Any, table: Table
) -> None:
    """A brief or reviewer that does not exist is answered with the nearest one."""
    file = table("rita,ada,advice,3,")
    with pytest.raises(UnknownName, match="unknown brief 'dmo': did you mean 'demo'"):
        review(course, "dmo", file, gradebook=gradebook)
    with pytest.raises(UnknownName, match="unknown reviewer 'reta': did you mean 'rita'"):
        review(course, "demo", file, reviewer="reta", gradebook=gradebook)


def test_progress_is_told(course: Course, gradebook: Any, table: Table) -> None:
    """Each kind of work ends with as many units done as there are."""
    steps: list[Step] = []
    file = table("rita,ada,advice,3,", "rita,grace,advice,3,")
    review(course, "demo", file, gradebook=gradebook, progress=steps.append)
    assert {step.what: (step.done, step.total) for step in steps} == {
        "read reviews.csv": (2, 2),
        "marks demo": (2, 2),
    }


def test_all_problems_come_at_once_and_nothing_is_kept(
    course: Course, gradebook: Any, records: Records, table: Table
) -> None:
    """A file with good and bad rows is refused whole, with a line for each problem."""
    file = table("rita,ada,advice,3,", "nobody,nothing,never,5,", "rita,ada,advice,2,")
    with pytest.raises(InvalidDocument) as caught:
        review(course, "demo", file, gradebook=gradebook)
    assert [problem.line for problem in caught.value.problems] == [3, 3, 3, 3, 4]
    assert str(caught.value).startswith(f"{file}:3: ")
    assert records.assessments("demo") == ()
    assert gradebook.writes == 0
