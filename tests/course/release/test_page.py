from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.marks import CellMark, Marks
from practicum.policies import LatePolicy
from practicum.release.arithmetic import figure, sum_of
from practicum.release.marks_csv import neutral

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

Desk = Any
Make = Any


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html.partition("<body>")[2]).split())


def test_the_sum_can_be_added_up(desk: Desk, make: Make) -> None:
    """The page shows each part's points, the penalty and its rule, and the mark."""
    desk.hand_in("ada", penalty=4.45)
    desk.receive("ada", received_at=datetime(2027, 2, 2, 5, 0, tzinfo=UTC))
    desk.release()
    words = _words(desk.page("ada"))
    assert "Autograded tasks tests in the notebook 10 10" in words
    assert "Written answers marked by the instructor 12 14" in words
    assert "The employer’s criteria 56 % of the mark 22.5 30" in words
    assert "Sound analysis weight 3 of 10 gives 9 points; level 3 of 4 reached 6.75 9" in words
    assert "Together 44.5 54" in words
    assert "10 % of the points for each day that has begun: 1 day \N{MINUS SIGN}4.45" in words
    assert "Your mark 40.05 54" in words


def test_the_header_says_when_in_the_course_time_zone(desk: Desk) -> None:
    """Times are those of the course, and lateness is said in words."""
    desk.hand_in("ada")
    desk.receive("ada", received_at=datetime(2027, 2, 1, 23, 4, tzinfo=UTC))
    desk.release()
    words = _words(desk.page("ada"))
    assert "Handed in 2 February 2027, 00:04 (CET)" in words
    assert "5 minutes late, within the time of grace" in words
    assert "Due 1 February 2027, 23:59 (CET)" in words


def test_the_employers_words_stand_without_names(desk: Desk) -> None:
    """Levels, their descriptor and the words are shown; who said them is not."""
    desk.hand_in("ada")
    desk.assess("ada", "chart", "ron", 4, "I would show this on Monday.")
    desk.release()
    page = desk.page("ada")
    words = _words(page)
    assert "I would show this on Monday." in words
    assert "The median of the reviewers’ levels 4 and 3." in words
    assert "Level 3.5 of 4" in words
    for name in ("Rita", "Ron", "rita", '"ron"'):
        assert name not in page


def test_points_that_were_set_by_hand_are_said_to_be(desk: Desk) -> None:
    """Where the gradebook differs from the level, the page does not pretend a sum."""
    desk.hand_in("ada")
    marks = desk.edges.marked["ada"]
    cells = [
        c.model_copy(update={"score": 1.0}) if c.cell == "criterion-chart" else c
        for c in marks.cells
    ]
    desk.edges.marked["ada"] = marks.model_copy(update={"cells": tuple(cells)})
    desk.release()
    assert "weight 2 of 10; points set by the instructor" in _words(desk.page("ada"))


def test_what_to_do_next_names_the_next_level(desk: Desk) -> None:
    """The lowest criteria come first, with the descriptor of the level above."""
    desk.hand_in("ada")
    for reviewer in ("rita", "ron"):
        desk.assess("ada", "chart", reviewer, 2)
    desk.release()
    words = _words(desk.page("ada"))
    start = words.index("What to do next")
    assert words[start:].startswith(
        "What to do next Where you can gain most, and what the next level looks like: "
        "Clear chart , level 3: Everything is labelled and easy to read"
    )


def test_marks_and_comments_stand_next_to_their_cells(desk: Desk) -> None:
    """Each graded cell has its points and the comment beside it."""
    desk.hand_in("ada")
    desk.release()
    words = _words(desk.page("ada"))
    assert "test-answer: 10 / 10 points All checks passed." in words
    assert "recommendation: 12 / 14 points Comment: Well said." in words


def test_the_page_has_a_strict_policy(desk: Desk) -> None:
    """Nothing may load but pictures in the page and its own style."""
    desk.hand_in("ada")
    desk.release()
    page = desk.page("ada")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy[1]


def test_colours_and_paths_are_taken_out_of_tracebacks(desk: Desk, make: Make) -> None:
    """A traceback is plain text, and says nothing of the grader's folders."""
    trace = (
        "\x1b[0;31mFileNotFoundError\x1b[0m Traceback",
        'File "/srv/course/work/autograded/ada/first-steps/brief.py", line 3',
        "File /home/petra/.venv/lib/python3.11/site-packages/pandas/io/common.py:873",
        "/tmp/ipykernel_4711/1234.py in <module>",  # noqa: S108 (a text, not a file)
        "C:\\Users\\petra\\course\\x.csv and /root/secret/place.csv",
        "see https://pandas.pydata.org/docs/home/x.html",
    )
    page = desk.page_of(make("notebook", make("code", "x", make("failure", "E", "e", *trace))))
    words = _words(page)
    assert "\x1b" not in page
    for gone in ("/srv", "autograded", "petra", "/root", "ipykernel", "[0;31m"):
        assert gone not in words
    assert "./brief.py" in words
    assert "site-packages/pandas/io/common.py:873" in words
    assert "~/course/x.csv and ~/secret/place.csv" in words
    assert "https://pandas.pydata.org/docs/home/x.html" in words


def test_long_outputs_are_cut_with_a_note(desk: Desk, make: Make) -> None:
    """Of one cell 20,000 characters are shown, and the page says so."""
    flood = make("stream", "x" * 1_000_000)
    page = desk.page_of(make("notebook", make("code", "print(...)", flood, flood)))
    assert len(page) < 100_000
    assert "The output is longer: the first 20,000 characters of this cell are shown." in page


def test_many_pictures_do_not_make_an_endless_page(desk: Desk, make: Make) -> None:
    """A page has room for a few megabytes of pictures, and a picture is shown once."""
    big = base64.b64encode(
        PNG[:33] + b"\0\x0f\x42\x40IDAT" + b"\0" * 1_000_004 + PNG[-12:]
    ).decode()
    one = make("data", image_png=big)
    inline = f"data:image/png;base64,{big}"
    many = make("data", text_html=f'<img src="{inline}">' + '<img src="picture:0">' * 800)
    cells = [make("code", "plot()", one, one, many) for _ in range(10)]
    page = desk.page_of(make("notebook", *cells))
    assert 1_000_000 < len(page) < 7_000_000


def test_text_that_rides_in_a_picture_is_left_behind(desk: Desk, make: Make) -> None:
    """Of a PNG only what is needed to draw it stays."""
    rider = b"\0\0\0\x0ftEXtComment\0ridings\0\0\0\0"
    png = base64.b64encode(PNG[:33] + rider + PNG[33:] + b"after the end").decode()
    page = desk.page_of(make("notebook", make("code", "plot()", make("data", image_png=png))))
    found = re.search(r'src="data:image/png;base64,([^"]+)"', page)
    assert found is not None
    assert base64.b64decode(found[1]) == PNG


@pytest.mark.parametrize(
    "bundle",
    [
        {"image_png": "bm90IGEgcGljdHVyZQ=="},
        {"image_png": "%%%"},
        {"image_png": base64.b64encode(PNG[:40]).decode()},
        {"image_svg+xml": "<svg onload=alert(1)>"},
        {"application_javascript": "alert(1)"},
        {"image_png": 5},
        {},
    ],
)
def test_what_cannot_be_shown_is_said_to_be_left_out(
    desk: Desk, make: Make, bundle: dict[str, Any]
) -> None:
    """An output that is no text, table or picture leaves a note, and nothing else."""
    page = desk.page_of(make("notebook", make("code", "x", make("data", **bundle))))
    assert "Left out: " in page
    assert "alert" not in page
    assert "<img" not in page


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"cells": None},
        {"cells": [None, 5, "x", []]},
        {"cells": [{"cell_type": "code"}]},
        {"cells": [{"cell_type": "code", "source": 5, "outputs": [1, {"data": 3}], "metadata": 1}]},
        {"cells": [{"cell_type": "markdown", "source": ["a", 1], "attachments": {"x": {"y": 1}}}]},
        {"cells": [{"cell_type": "code", "source": "", "outputs": [{"output_type": "error"}]}]},
        {"cells": [{"cell_type": "code", "source": "", "outputs": [{"output_type": "stream"}]}]},
        {"cells": [{"cell_type": "\ud800", "source": "\ud800"}]},
    ],
)
def test_a_broken_notebook_makes_a_page_all_the_same(desk: Desk, broken: dict[str, Any]) -> None:
    """Whatever is in the notebook, the marks reach the student."""
    assert "44.5" in desk.page_of(broken or {"nbformat": 4})


def test_headings_follow_each_other(desk: Desk, make: Make) -> None:
    """No level of heading is skipped, whatever the notebook's own levels are."""
    cells = [make("text", "###### deep\n\n# high\n\n### mid"), make("text", "<h1><div><h2>x</div>")]
    page = desk.page_of(make("notebook", *cells))
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert levels.count(1) == 1


def test_tables_and_pictures_can_be_heard(desk: Desk, make: Make) -> None:
    """Heading cells have a scope, and each picture has a text in its place."""
    html = (
        "<table><thead><tr><th></th><th>mass</th></tr></thead>"
        "<tbody><tr><th>0</th><td>4</td></tr></tbody></table>"
    )
    picture = f'<img alt="" src="data:image/png;base64,{base64.b64encode(PNG).decode()}">'
    cells = [make("code", "x", make("data", text_html=html + picture))]
    page = desk.page_of(make("notebook", *cells))
    assert '<th scope="col">mass</th>' in page
    assert '<th scope="row">0</th>' in page
    assert 'alt="A picture in cell 1 of the notebook"' in page
    assert not re.search(r"<th(?![^>]*scope)[ >]", page)


@given(st.floats(0, 1000), st.floats(0, 40), st.integers(-3, 9))
def test_the_total_is_what_the_marks_say(points: float, penalty: float, days: int) -> None:
    """Whatever the points are, the printed total is the marks' total to the hundredth."""
    cell = CellMark(cell="a", kind="written", max_points=1000, score=points)
    marks = Marks(student="a", brief="b", cells=(cell,), penalty=penalty)
    shown = sum_of(marks, (), timedelta(days=days), LatePolicy())
    assert float(shown.total) == pytest.approx(marks.total, abs=0.0051)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (-0.001, "0"), (5, "5"), (2.5, "2.5"), (1 / 3, "0.33"), (100, "100")],
)
def test_points_are_printed_with_two_decimals_at_most(value: float, text: str) -> None:
    """A figure has no zeros that say nothing."""
    assert figure(value) == text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r", " =", "|", "%"])
def test_no_cell_of_the_table_is_a_formula(start: str) -> None:
    """A text that a spreadsheet would run gets an apostrophe before it."""
    assert neutral(f"{start}cmd|' /C calc'!A0").startswith("'")
    assert neutral("ada") == "ada"
