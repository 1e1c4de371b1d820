"""The desk as a whole: what it shows, when there is nothing to show, and hostile texts."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import nbformat
import pytest
from nbclient import NotebookClient
from tests.course.instructor_desk.conftest import made_of, seen

from practicum.course import Course
from practicum.instructor_desk import Desk
from practicum.instructor_desk import desk as desk_at
from practicum.records import Records, Sheet
from practicum.review import review

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "instructor_desk.ipynb"
HOSTILE = "<img src=x onerror=alert(1)> $\\href{javascript:alert(1)}{x}$ </td></table><script>"
ELEMENTS = {
    *("h2", "h3", "p", "div", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("figure", "figcaption", "details", "summary", "style", "code", "pre", "a"),
}


def every(widget: Any) -> list[Any]:
    """Return a widget and all within it."""
    return [widget, *(one for child in getattr(widget, "children", ()) for one in every(child))]


def test_the_progress_of_reviewers(course: Course, gradebook: Any, records: Records) -> None:
    """Who has submitted and begun how much, in how many minutes, with notes for the instructor."""
    sheet = Sheet(levels={"analysis": 3, "advice": 3}, minutes=12, note="She knows me.")
    records.submit_sheet("demo", "ada", "rita", sheet)
    records.save_draft("demo", "grace", "rita", Sheet(), 0)
    records.invite("demo", "hugo", timedelta(days=14))

    desk = Desk(course.root, gradebook=gradebook)

    text = seen(desk.reviews.value)
    assert "Rita Reviewer (rita) working 1 of 2 1" in text
    assert f"Rita Reviewer {records.blind_code('demo', 'ada')} She knows me." in text
    assert "Hugo Hirer (hugo) waiting 0 of 2 0 not used yet, valid until" in text
    assert "Vera Visitor (vera) not invited 0 of 2" in text
    assert 'alt="Bars by reviewer. Rita Reviewer: 1 done, 1 begun, 0 not begun' in (
        desk.reviews.value
    )


def test_a_link_is_made_and_shown_once(course: Course, gradebook: Any, records: Records) -> None:
    """A click makes a link that lets in; for another reviewer, or read anew, it is gone."""
    desk = Desk(course.root, gradebook=gradebook)
    invitations = desk.invitations
    invitations.who.value = "hugo"

    invitations.button.click()

    link = invitations.link.value
    assert [invitations.link.layout.display, invitations.who.layout.display] == ["", None]
    assert "Send this link to Hugo Hirer (hugo)" in seen(invitations.said.value)
    assert "Hugo Hirer (hugo) waiting" in seen(desk.reviews.value)
    entered = records.come_in(link.rpartition("/invite/")[2])
    assert entered is not None
    assert entered[0].reviewer == "hugo"
    desk.renew()
    assert invitations.who.value == "hugo"
    invitations.who.value = "rita"
    assert (invitations.link.value, invitations.said.value) == ("", "")


def test_conflicts_and_work_without_a_reviewer(
    course: Course, gradebook: Any, records: Records
) -> None:
    """Who declared a conflict of interest is named with the reason, and so is work left over."""
    ada = records.blind_code("demo", "ada")
    records.allocate("demo", [("grace", "rita")], "assigned")
    records.allocate("demo", [("ada", "rita")], "conflict", by="rita", detail="<b>My niece</b>")

    text = seen(Desk(course.root, gradebook=gradebook).reviews.value)

    assert f"Without a reviewer: {ada}." in text
    assert f"Rita Reviewer {ada} no <b>My niece</b>" in text
    assert "Rita Reviewer (rita) not invited 0 of 1" in text


def test_reliability_in_plain_words(
    course: Course, gradebook: Any, records: Records, rated: Callable[[int], None]
) -> None:
    """Figures with intervals, who gives more, and levels without severity, never applied."""
    rated(12)

    desk = Desk(course.root, gradebook=gradebook)

    text = seen(desk.reliability.value)
    assert "2 reviewers and 12 submissions, on the employer's criteria." in text
    assert "exact agreement 0.00 0.00 to 0.24 reviewers gave the same level in 0 of 12" in text
    assert "Sound analysis: too few to say: 0 items with two reviewers, 5 are needed." in text
    assert "Rita Reviewer 12 gives 1.0 levels more than the others on the same work" in text
    assert "Never applied: no mark is made of these levels" in text
    assert f"{records.blind_code('demo', 's01')} 1.5 (1.5 without severity)" in text
    assert "Sound analysis: too few to say; Useful advice: exact agreement 0.00" in (
        desk.reliability.value
    )


def test_too_few_are_told(course: Course, gradebook: Any, rated: Callable[[int], None]) -> None:
    """Of three submissions it says that they are too few."""
    rated(3)

    text = seen(Desk(course.root, gradebook=gradebook).reliability.value)

    assert "All criteria together: too few to say: 3 submissions with two reviewers" in text
    assert "Levels without severity Too few to say." in text


def test_drift_from_anchors(course: Course, gradebook: Any, records: Records) -> None:
    """Who has scored the anchors is told apart from who has not, with first and last try."""
    desk = Desk(course.root, gradebook=gradebook)
    assert "demo has no anchors." in seen(desk.anchors.value)
    agreed = {"analysis": 1, "advice": 2}
    students = [f"s{place}" for place in range(3)]
    records.set_anchors("demo", [(student, agreed, {}) for student in students], "ines")
    for more in (1, 0):
        levels = {name: level + more for name, level in agreed.items()}
        for student in students:
            records.submit_sheet("demo", student, "rita", Sheet(levels=levels))

    desk.renew_button.click()

    text = seen(desk.anchors.value)
    assert "Rita Reviewer (rita) 3 of 3 gives 1.0 levels more than agreed" in text
    assert "gives neither more nor less than agreed" in text
    assert "Hugo Hirer (hugo) 0 of 3, not done too few to say" in text
    assert 'alt="Dots by reviewer. Rita Reviewer: first try gives 1.0 levels more' in (
        desk.anchors.value
    )


def test_nothing_published(tmp_path: Path, course: Course) -> None:
    """Before a brief is published the desk says what to do, and makes no database."""
    (course.work / "records.db").unlink()

    desk = Desk(course.root)

    assert "Next: run `practicum check`, then `practicum publish demo`" in seen(desk.said.value)
    assert desk.sections.layout.display == "none"
    assert not list(course.work.glob("*.db"))


def test_nothing_graded(course: Course, gradebook: Any) -> None:
    """Before anything is graded the desk says so, and shows the sections once there is."""
    gradebook.graded = []
    desk = Desk(course.root, gradebook=gradebook)

    said = "Nothing of demo is graded yet, so there is nothing to review. Next: `practicum collect"
    assert seen(desk.said.value).startswith(said)
    assert desk.sections.layout.display == "none"

    gradebook.graded = ["ada"]
    desk.renew_button.click()

    assert (desk.said.value, desk.sections.layout.display) == ("", "")
    assert "Rita Reviewer (rita) not invited 0 of 2" in seen(desk.reviews.value)


def test_a_broken_file_is_told_in_words(desk: Desk, disputed: Course) -> None:
    """Renew after course.yml was broken says what is wrong in it, and works again once mended."""
    settings = disputed.root / "course" / "course.yml"
    text = settings.read_text()
    settings.write_text(text + "timezon: Europe/Berlin\n")
    desk.renew_button.click()
    assert "did you mean 'timezone'?" in seen(desk.trouble.value)
    assert desk.control.view.layout.display == desk.sections.layout.display == "none"

    settings.write_text(text + "timezone: Europe/Berlin\n")
    desk.renew_button.click()

    assert desk.trouble.value == desk.said.value == ""
    assert desk.control.view.layout.display == desk.sections.layout.display == ""
    assert len(desk.moderation.cases.options) == 2


def test_no_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no course, the desk names the command that makes one."""
    monkeypatch.delenv("PRACTICUM_COURSE", raising=False)
    monkeypatch.chdir(tmp_path)

    desk = desk_at()

    assert "no course here" in seen(desk.trouble.value)
    assert "practicum init" in seen(desk.trouble.value)
    assert repr(desk) == "The instructor's desk of no course"


def test_the_course_comes_from_the_environment(
    disputed: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a path, $PRACTICUM_COURSE names the course."""
    monkeypatch.setenv("PRACTICUM_COURSE", str(disputed.root / "assignments"))

    assert repr(desk_at()) == "The instructor's desk of testing"


def test_hostile_texts_stay_text(
    course: Course, gradebook: Any, records: Records, table: Callable[..., Path]
) -> None:
    """Markup in words, notes, names, titles and reasons is shown as text, and nowhere obeyed."""
    for file, old in (
        ("course/roster.yml", "name: Rita Reviewer"),
        ("course/roster.yml", "name: Ines Instructor"),
        ("rubrics/demo.yml", "title: Useful advice"),
        ("rubrics/demo.yml", "4: All of it."),
        ("rubrics/demo.yml", "question: Is it good?"),
    ):
        place = course.root / file
        new = f"{old.split(': ')[0]}: {json.dumps(HOSTILE)}"
        place.write_text(place.read_text().replace(old, new))
    course = Course.find(course.root)
    sheet = Sheet(levels={"analysis": 4}, words={"analysis": HOSTILE}, note=HOSTILE)
    records.submit_sheet("demo", "ada", "rita", sheet)
    quoted = '"' + HOSTILE + '"'
    rows = (f"rita,ada,advice,4,{quoted}", f"hugo,ada,advice,0,{quoted}")
    review(course, "demo", table(*rows), gradebook=gradebook)
    desk = Desk(course.root, gradebook=gradebook)
    assert HOSTILE in seen(desk.moderation.case.value)
    desk.moderation.level.value = 2
    desk.moderation.reason.value = HOSTILE
    desk.moderation.button.click()

    shown = [one for one in every(desk.view) if isinstance(one, widgets.HTML)]
    for block in shown:
        elements, attributes = made_of(block.value)
        assert elements <= ELEMENTS | {"img"}
        assert "onerror" not in attributes
        assert block.value.count("<img") == block.value.count('<img src="data:image/png;base64,')
    assert HOSTILE in seen(desk.moderation.decided.value)
    assert HOSTILE in seen(desk.reviews.value)
    assert [one.reason for one in records.decisions("demo")] == [HOSTILE]


def test_no_control_takes_markup_or_formulas(desk: Desk) -> None:
    """No widget that typesets formulas is used, and no description may hold markup."""
    everything = every(desk.view)

    assert not [one for one in everything if isinstance(one, (widgets.Label, widgets.HTMLMath))]
    described = [one for one in everything if getattr(one, "description", "")]
    assert len(described) >= 7
    assert not [one for one in described if getattr(one, "description_allow_html", False)]


def test_every_control_has_a_label(desk: Desk) -> None:
    """Each control that takes input has words of its own beside it."""
    kinds = (widgets.Dropdown, widgets.Select, widgets.RadioButtons, widgets.Textarea)
    controls = [one for one in every(desk.view) if isinstance(one, (*kinds, widgets.Button))]

    assert len(controls) >= 14
    # The button that agrees has its words with the question, and is hidden until there is one.
    assert [one for one in controls if not one.description] == [desk.control.steps.yes]
    assert desk.control.steps.asking.layout.display == "none"


def test_the_notebook_runs(disputed: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook runs from top to bottom and shows the desk of the course that it finds."""
    monkeypatch.setenv("PRACTICUM_COURSE", str(disputed.root))
    notebook = nbformat.read(NOTEBOOK, as_version=4)

    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    (output,) = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    model = output["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
    state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert "practicum-desk" in state[model]["state"]["_dom_classes"]
    assert len([cell for cell in notebook.cells if cell.cell_type == "code"]) == 2
