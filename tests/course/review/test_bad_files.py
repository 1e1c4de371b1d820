from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course
from practicum.errors import InvalidDocument
from practicum.review import review
from practicum.review import rows as reading

HEADER = "reviewer,submission,criterion,level,words\n"

ROWS = {
    "a half level": ("rita,ada,advice,2.5,", "2: level is '2.5': write 0, 1, 2, 3 or 4"),
    "a level in words": ("rita,ada,advice,five,", "2: level is 'five': write 0, 1, 2, 3 or 4"),
    "no level": (
        "rita,ada,advice,,",
        "2: level is empty: write 0, 1, 2, 3 or 4, or remove the row",
    ),
    "a level too high": ("rita,ada,advice,5,", "2: level is '5': write 0"),
    "a level below zero": ("rita,ada,advice,-1,", "2: level is '-1': write 0"),
    "a level of another script": ("rita,ada,advice,\u0663,", "2: level is '\u0663': write 0"),
    "a formula as level": ('rita,ada,advice,"=SUM(1,2)",', "2: level is '=SUM(1,2)': write 0"),
    "an unknown reviewer": (
        "reta,ada,advice,3,",
        "2: unknown reviewer 'reta': did you mean 'rita'?",
    ),
    "no reviewer": (",ada,advice,3,", "2: there is no reviewer: fill in the column, or say"),
    "a reviewer of another brief": (
        "omar,ada,advice,3,",
        "2: 'omar' does not review demo: add demo to the reviewer's briefs in the roster",
    ),
    "a student who reviews": (
        "grace,ada,advice,3,",
        "2: 'grace' is a student: name a reviewer or an instructor",
    ),
    "an unknown criterion": (
        "rita,ada,advise,3,",
        "2: unknown criterion 'advise': did you mean 'advice'?",
    ),
    "no criterion": ("rita,ada,,3,", "2: there is no criterion: write its id"),
    "an employer on the instructor's criterion": (
        "rita,ada,habits,3,",
        "2: habits is rated by the instructor, not by 'rita': remove the row",
    ),
    "an instructor on the employer's criterion": (
        "ines,ada,advice,3,",
        "2: advice is rated by the employer, not by 'ines': remove the row",
    ),
    "an unknown submission": (
        "rita,ad,advice,3,",
        "2: unknown submission 'ad': did you mean 'ada'?",
    ),
    "a path as submission": (
        "rita,../../etc/passwd,advice,3,",
        "2: unknown submission '../../etc/passwd': known: ",
    ),
    "no submission": ("rita,,advice,3,", "2: there is no submission: write its code"),
    "nothing handed in": (
        "rita,late,advice,3,",
        "2: 'late' has handed in nothing for demo: remove the row, or run `practicum collect`",
    ),
    "the same twice": (
        "rita,ada,advice,3,\nhugo,ada,advice,3,\nrita,ada,advice,3,",
        "4: rita rates advice of ada twice (first on line 2): keep one of the two rows",
    ),
    "words without end": (
        f"rita,ada,advice,3,{'x' * 10_001}",
        "2: the words have 10,001 characters: keep them to 10,000",
    ),
    "a comma in words": (
        "rita,ada,advice,3,clear, and short",
        '2: 6 fields, but there are 5 columns: put words with a comma into "double quotes"',
    ),
    "an open quote": (
        'rita,ada,advice,3,"never closed',
        "2: this is not CSV (unexpected end of data): look for a double quote that is left open",
    ),
    "text after a quote": ('rita,ada,advice,3,"a"b', "2: this is not CSV ("),
    "a problem after words of two lines": (
        'rita,ada,advice,3,"a\nb"\nrita,ada,advice,9,',
        "4: level is '9'",
    ),
    "escape codes in a name": ("rita,a\x1b[2Jda,advice,3,", "2: unknown submission 'a[2Jda'"),
}

FILES: dict[str, tuple[str, bytes, str]] = {
    "nothing in it": ("r.csv", b"", "1: the file is empty: begin with the columns reviewer, sub"),
    "no header": ("r.csv", b"rita,ada,advice,3,\n", "1: unknown column 'rita'"),
    "a column misspelt": (
        "r.csv",
        b"submission,criterion,level,word\n",
        "1: unknown column 'word': did you mean 'words'?",
    ),
    "a column missing": ("r.csv", b"submission,criterion\n", "1: the column level is missing: add"),
    "a column twice": (
        "r.csv",
        b"submission,criterion,level,level\n",
        "1: the column level is here twice: remove one",
    ),
    "Latin-1": (
        "r.csv",
        HEADER.encode() + "rita,ada,advice,3,schön\n".encode("latin-1"),
        "2: byte 0xf6 is not UTF-8: save it as CSV UTF-8",
    ),
    "UTF-16": ("r.csv", HEADER.encode("utf-16"), "the text is UTF-16: save it as CSV UTF-8"),
    "a workbook": ("r.xlsx", b"PK\x03\x04", "this is neither .csv nor .yml: save the table as CSV"),
    "no YAML": ("r.yml", b"- {a: [", "1: this is not YAML ("),
    "YAML without a list": (
        "r.yml",
        b"level: 3\n",
        "1: this is no list of assessments: write `- `",
    ),
    "YAML of words": ("r.yml", b"- hello\n", "1: this is no assessment: write the keys reviewer,"),
    "YAML with an unknown key": (
        "r.yaml",
        b"- submission: ada\n  criterion: advice\n  levle: 3\n",
        "1: unknown key 'levle': did you mean 'level'?",
    ),
    "YAML with an octal id": (
        "r.yml",
        b"- reviewer: rita\n  submission: 0123\n  criterion: advice\n  level: 3\n",
        "2: submission is 83, which YAML does not read as text: put it in quotes",
    ),
    "YAML with a yes": (
        "r.yml",
        b"- {reviewer: rita, submission: ada, criterion: advice, level: yes}\n",
        "1: level is 'True': write 0",
    ),
    "YAML with a tag": (
        "r.yml",
        b"- {reviewer: !!python/object:os.system x, submission: ada}\n",
        "is not a value: use plain text",
    ),
    "a bomb of anchors": ("r.yml", b"- &a [x, x]\n- *a\n", "anchors and aliases are not used here"),
}


def refusal(course: Course, gradebook: Any, file: Path) -> str:
    """Return the message with which a file is refused."""
    with pytest.raises(InvalidDocument) as caught:
        review(course, "demo", file, gradebook=gradebook)
    assert gradebook.writes == 0
    return str(caught.value)


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_is_refused(course: Course, gradebook: Any, tmp_path: Path, name: str) -> None:
    """Each mistake in a row is named with its line and its remedy, and is the only problem."""
    row, expected = ROWS[name]
    file = tmp_path / "reviews.csv"
    file.write_text(f"{HEADER}{row}\n")
    message = refusal(course, gradebook, file)
    assert message.startswith(f"{file}:{expected}")
    assert "\n" not in message


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused(course: Course, gradebook: Any, tmp_path: Path, name: str) -> None:
    """A file that cannot be read as a table is refused with the reason and the remedy."""
    file_name, content, expected = FILES[name]
    file = tmp_path / file_name
    file.write_bytes(content)
    message = refusal(course, gradebook, file)
    assert message.startswith(str(file))
    assert expected in message


def test_a_file_must_be_there(course: Course, gradebook: Any, tmp_path: Path) -> None:
    """A missing file and a folder are named."""
    assert "cannot be read (No such file" in refusal(course, gradebook, tmp_path / "r.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "this is a folder: name a file" in refusal(course, gradebook, tmp_path / "folder.csv")


def test_a_file_has_an_end(
    course: Course,
    gradebook: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bytes, rows and fields beyond the limits are refused, not read."""
    file = tmp_path / "r.csv"
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    file.write_text(HEADER + "rita,ada,advice,3,\n" * 4)
    assert ":4: more than 2 rows: split it" in refusal(course, gradebook, file)
    file.write_text(f"{HEADER}rita,ada,advice,3,{'x' * 200_000}\n")
    assert "field larger than field limit" in refusal(course, gradebook, file)
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    assert "more than 100 bytes: split it" in refusal(course, gradebook, file)


def test_the_option_and_the_column_may_not_differ(
    course: Course, gradebook: Any, tmp_path: Path
) -> None:
    """A file of one reviewer cannot be taken in as another's."""
    file = tmp_path / "r.csv"
    file.write_text(f"{HEADER}hugo,ada,advice,3,\n")
    with pytest.raises(InvalidDocument, match="the reviewer is 'hugo', but --reviewer says 'rita'"):
        review(course, "demo", file, reviewer="rita", gradebook=gradebook)


def test_a_thousand_problems_are_found_quickly(
    course: Course, gradebook: Any, tmp_path: Path
) -> None:
    """Suggestions stop after a while, the problems do not."""
    file = tmp_path / "r.csv"
    rows = "".join(f"x{n},y{n},z{n},9,\n" for n in range(1000))
    file.write_text(HEADER + rows)
    assert refusal(course, gradebook, file).count("\n") == 3999
