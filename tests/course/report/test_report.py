"""Tables and the page, from a real course and from hand-made frames."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.colors import to_rgb

from practicum.cli.report import command
from practicum.course import Course
from practicum.errors import BadInput, InvalidDocument, NotACourse, PracticumError
from practicum.progress import Step
from practicum.report import Tables, plots, report, tables, tables_at
from practicum.report.display import Chart, Listing, Words
from practicum.report.drawing import _luminance, readable_on
from practicum.report.page import page_of
from practicum.report.tables import COLUMNS
from practicum.shipped import course_notebook

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "cohort_report.ipynb"
CHARTS = [
    plots.funnel_chart,
    plots.marks_chart,
    plots.criteria_chart,
    plots.raters_chart,
    plots.agreement_chart,
    plots.hours_chart,
    plots.items_chart,
]


def test_tables_of_a_graded_course(graded: Course) -> None:
    """Each table has its columns, and says what is in the databases."""
    found = tables(graded)

    for name, columns in COLUMNS.items():
        assert list(getattr(found, name).columns) == list(columns)
    assert found.funnel.to_dict("records") == [
        {"brief": "first-steps", "expected": 3, "handed_in": 2, "graded": 2, "released": 1}
    ]
    marks = found.marks.set_index("student")
    assert marks["percent"].to_dict() == {"alice": 100, "bob": 50}
    assert marks["complete"].all()
    assert (found.items.groupby("student")["score"].sum() == marks["points"]).all()
    assert found.criteria.set_index("student")["levels"].to_dict() == {
        "alice": (4, 3),
        "bob": (2, 2),
    }
    assert found.criteria.set_index("student").loc["alice", "consensus"] == 3.5
    assert found.hours["hours"].sum() == 8
    assert list(found.findings["student"]) == ["bob"]


def test_looking_makes_nothing(course: Course) -> None:
    """The tables of a fresh course are empty, and no database is made."""
    found = tables(course)

    assert found.marks.empty
    assert found.items.empty
    assert found.criteria.empty
    assert not course.work.exists()


def test_without_a_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no course is asked for and none is there, that is said kindly; a wrong one fails."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRACTICUM_COURSE", raising=False)

    found = tables_at()

    assert found.place is None
    assert "no course" in plots.heading(found).paragraphs[0]
    for draw in (*CHARTS, plots.findings_list, plots.items_list):
        assert isinstance(draw(found), Words)
    with pytest.raises(NotACourse):
        tables_at(str(tmp_path))


@pytest.mark.parametrize("draw", CHARTS)
def test_every_chart_has_its_words(draw: Callable[[Tables], Any], graded: Course) -> None:
    """A chart of one or two submissions is a picture with alternative text and a sentence."""
    found = tables(graded)
    one = Tables(
        title=found.title,
        place=found.place,
        funnel=found.funnel,
        marks=found.marks.head(1),
        items=found.items[found.items["student"] == "alice"],
        criteria=found.criteria.head(1),
        hours=found.hours,
        findings=found.findings,
    )

    for shown in (draw(found), draw(one)):
        assert isinstance(shown, Chart)
        assert shown.png.startswith(b"\x89PNG")
        assert len(shown.alt) > 20
        assert shown.reading.endswith(".")


def test_names_are_text(recwarn: pytest.WarningsRecorder) -> None:
    """A listing escapes what comes from a course, and a chart takes a dollar sign as one."""
    frame = pd.DataFrame({"a": ["<script>alert(1)</script>"], "b": ['"&']})
    html = Listing.of(frame, {"a": "<b>", "b": "B"}, "<i>")._repr_html_()

    assert "<script" not in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;script&gt;" in html
    funnel = pd.DataFrame(
        [{"brief": "$x^$ 1_{", "expected": 1, "handed_in": 1, "graded": 0, "released": 0}]
    )
    assert isinstance(plots.funnel_chart(Tables(funnel=funnel)), Chart)
    assert not recwarn.list


def test_page_asks_the_network_for_nothing() -> None:
    """Scripts, widgets and warnings of a notebook's outputs do not reach the page."""
    output: Any = nbformat.v4.new_output
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "secret = 1",
                outputs=[
                    output("display_data", {"application/javascript": "alert(1)"}),
                    output("stream", name="stderr", text="a warning"),
                    output("stream", name="stdout", text="a line"),
                ],
            )
        ]
    )

    page = page_of(notebook, title="<b>", footer="&")

    assert "a line" in page
    for banned in ("a warning", "alert(1)", "secret", "<script", "http://", "https://", "<b>"):
        assert banned not in page
    assert "default-src 'none'" in page


def test_report(graded: Course, capfd: pytest.CaptureFixture[str]) -> None:
    """The report is one page without code, scripts or requests, with alternative texts."""
    steps: list[Step] = []

    page = report(graded, progress=steps.append)

    assert page == graded.work / "reports" / "cohort_report.html"
    html = page.read_text(encoding="utf-8")
    images = re.findall(r"<img\b[^>]*>", html)
    assert len(images) == 7
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in images)
    assert all('src="data:image/png;base64,' in image for image in images)
    assert html.count("<img") == 7
    for banned in ("<script", "http://", "tables_at(", "mathjax", "require.js", "cdn"):
        assert banned not in re.sub(r"base64,[^\"]*", "", html).lower()
    assert "&lt;img src=https://evil.example" in html
    assert "Costs $5 &amp; &lt;script&gt;" in html
    assert "too few to say" in html
    executed = nbformat.read(page.with_suffix(".ipynb"), as_version=4)
    assert executed.cells[2].metadata.tags == ["injected-parameters"]
    assert steps[-1] == Step("report", 3, 3)
    assert {file.name for file in page.parent.iterdir()} == {page.name, "cohort_report.ipynb"}
    assert capfd.readouterr().err == ""


def test_a_course_may_have_its_own_notebook(graded: Course) -> None:
    """The course's own notebook is used, and a cell that fails is named; the page stays."""
    own = graded.root / "notebooks" / NOTEBOOK.name
    own.parent.mkdir()
    shutil.copy(NOTEBOOK, own)
    notebook = nbformat.read(own, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("1 / 0  # ours"))
    nbformat.write(notebook, own)
    page = graded.work / "reports" / "cohort_report.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text("before")

    with pytest.raises(PracticumError) as raised:
        report(graded)

    message = str(raised.value)
    assert str(own) in message
    assert f"the cell {len(notebook.cells)} (" in message
    assert "`1 / 0  # ours`" in message
    assert "ZeroDivisionError" in message
    assert page.read_text() == "before"


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"cells": [], "nbformat": 4}'])
def test_own_notebook_that_is_none(course: Course, text: str) -> None:
    """A file that is no notebook, or takes no parameters, is refused by name."""
    own = course.root / "notebooks" / NOTEBOOK.name
    own.parent.mkdir()
    own.write_text(text)

    with pytest.raises(InvalidDocument, match=r"cohort_report\.ipynb"):
        report(course)


def test_shipped_notebook(course: Course) -> None:
    """A course without its own notebook uses practicum's, which is stored without outputs."""
    file, own = course_notebook(course, "cohort_report")
    notebook = json.loads(file.read_text(encoding="utf-8"))

    assert not own
    assert all(not cell.get("outputs") for cell in notebook["cells"])
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


def test_output_that_cannot_be(course: Course, tmp_path: Path) -> None:
    """A folder, or the notebook's own name, is refused before anything runs."""
    for output in (tmp_path, tmp_path / "x.ipynb"):
        with pytest.raises(BadInput, match=r"ends in \.html"):
            report(course, output=output)


def test_output_into_a_folder_that_is_not_there(course: Course, tmp_path: Path) -> None:
    """The missing folder is named before anything runs, and is not made."""
    with pytest.raises(BadInput, match=r"nowhere: there is no such folder"):
        report(course, output=tmp_path / "nowhere" / "page.html")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("level", [n / 10 for n in range(41)])
def test_figures_of_the_heat_map_can_be_read(level: float) -> None:
    """On every colour of the heat map its figure has a contrast of at least 4.5 to 1."""
    ground = mpl.colormaps["YlGnBu"](level / 4)
    pair = sorted(_luminance(to_rgb(c)) for c in (readable_on(ground), ground[:3]))
    assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5


def test_command(course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command prints where the page is; --json prints both files."""
    page = tmp_path / "page.html"
    monkeypatch.setattr("practicum.report.report", lambda *_args, **_options: page)

    run = CliRunner().invoke(command, ["--course", str(course.root), "--json"])

    assert json.loads(run.output) == {"page": str(page), "notebook": str(tmp_path / "page.ipynb")}
