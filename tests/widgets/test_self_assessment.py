"""Self-assessment and feedback: one's own view, and after release that of the others."""

from __future__ import annotations

import pytest

from practicum.errors import BadInput
from practicum.internship import Released, ReleasedCriterion, ReleasedRow, ReleasedStep
from practicum.internship.released import NAME
from practicum_widgets import Achievements, Contacts, Desk, Feedback, SelfAssessment

RELEASED = Released(
    brief="first-steps",
    total="80.5",
    most="100",
    percent="80",
    rows=(ReleasedRow(title="Autograded tasks", points="50", most="50"),),
    criteria=(
        ReleasedCriterion(
            id="analysis",
            title="Sound analysis",
            rater="employer",
            level=2.0,
            points="4.5",
            most="9",
            words=("Say <b>how many</b> birds.",),
        ),
    ),
    steps=(ReleasedStep(title="Sound analysis", level=3, descriptor="Units everywhere."),),
)


def _release(desk: Desk, released: Released = RELEASED, when: str = "2027-02-03") -> None:
    """Lay a feedback page where nbgrader fetches it."""
    from html import escape

    page = desk.folder / "feedback" / when / "brief.html"
    page.parent.mkdir(parents=True)
    content = escape(released.model_dump_json(), quote=True)
    page.write_text(f'<html><head><meta name="{NAME}" content="{content}"></head>', "utf-8")


def test_a_level_comes_before_its_words(desk: Desk) -> None:
    """Words need a level that they are about; then either can change alone."""
    widget = SelfAssessment(desk)
    with pytest.raises(BadInput, match="choose a level first"):
        widget.do("judge", {"criterion": "analysis", "evidence": "cell 7"})

    widget.do("judge", {"criterion": "analysis", "level": 3})
    widget.do("judge", {"criterion": "analysis", "evidence": "cell 7"})

    kept = desk.sidecar.read().self_assessment[0]
    assert (kept.level, kept.evidence) == (3, "cell 7")


@pytest.mark.parametrize(
    "asked", [{"criterion": "x", "level": 1}, {"criterion": "advice", "level": 5}]
)
def test_only_the_rubric_can_be_judged(desk: Desk, asked: dict[str, object]) -> None:
    """A criterion or a level that the rubric does not have is refused."""
    with pytest.raises(BadInput):
        SelfAssessment(desk).do("judge", asked)


def test_after_release_it_stands_side_by_side(desk: Desk) -> None:
    """The own level stands beside the employer's, with the employer's words."""
    widget = SelfAssessment(desk)
    widget.do("judge", {"criterion": "analysis", "level": 3})
    assert not widget.view["released"]

    _release(desk)
    widget.look()

    row = next(entry for entry in widget.view["criteria"] if entry["id"] == "analysis")
    assert (row["level"], row["theirs"]) == (3, 2.0)
    assert row["said"] == ["Say <b>how many</b> birds."]


def test_feedback_shows_the_newest_page(desk: Desk) -> None:
    """Of two fetched pages the newer one counts; the twin escapes what people wrote."""
    _release(desk, RELEASED.model_copy(update={"total": "10"}), "2027-02-01")
    _release(desk)
    widget = Feedback(desk)

    assert widget.view["released"]["total"] == "80.5"
    html = str(widget.still())
    assert "80.5 of 100 points" in html
    assert "Say &lt;b&gt;how many&lt;/b&gt; birds." in html


def test_before_release_it_says_how_to_get_it(desk: Desk) -> None:
    """Without feedback the command stands there, with course and brief filled in."""
    assert "nbgrader fetch_feedback first-steps --course c" in str(Feedback(desk).still())


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<html>an old page", "holds no data"),
        (f'<meta name="{NAME}" content="{{">', "cannot be read"),
        (f'<meta name="{NAME}" content="[[[[">', "cannot be read"),
    ],
)
def test_a_page_without_data_is_named(desk: Desk, page: str, said: str) -> None:
    """A page of an older practicum, or a broken one, is named, and can be opened."""
    file = desk.folder / "feedback" / "now" / "brief.html"
    file.parent.mkdir(parents=True)
    file.write_text(page, encoding="utf-8")

    view = Feedback(desk).view

    assert said in view["fault"]
    assert view["page"] == "feedback/now/brief.html"


def test_evidence_is_looked_for(desk: Desk) -> None:
    """A file outside of the folder, one that is not there, and a link that is none are refused."""
    widget = Achievements(desk)
    for kind, evidence in (
        ("file", "../secret.txt"),
        ("file", "missing.png"),
        ("link", "javascript:alert(1)"),
        ("link", "example.com"),
    ):
        with pytest.raises(BadInput):
            widget.do("add", {"id": "a", "text": "x", "kind": kind, "evidence": evidence})
    widget.do("add", {"id": "a", "text": "x", "kind": "file", "evidence": "brief.yml"})
    widget.do("add", {"id": "b", "text": "x", "kind": "link", "evidence": "https://a.example/b"})

    assert len(desk.sidecar.read().achievements) == 2


def test_evidence_is_looked_for_when_it_is_changed(desk: Desk) -> None:
    """What would be refused as new evidence cannot come in by an edit, in one step or in two."""
    widget = Achievements(desk)
    widget.do("add", {"id": "a", "text": "x", "kind": "cell", "evidence": "javascript:alert(1)"})
    for change in (
        {"kind": "link"},
        {"kind": "link", "evidence": "javascript:alert(2)"},
        {"kind": "file", "evidence": "../secret.txt"},
    ):
        with pytest.raises(BadInput):
            widget.do("edit", {"id": "a"} | change)

    widget.do("edit", {"id": "a", "kind": "link", "evidence": "https://a.example/b"})

    entry = desk.sidecar.read().achievements[0]
    assert (entry.kind, entry.evidence) == ("link", "https://a.example/b")


def test_reflection_has_its_questions(desk: Desk) -> None:
    """Answers are kept by question; an empty one is taken away, another question refused."""
    widget = Contacts(desk)
    widget.do("reflect", {"prompt": "went-well", "text": "I began early."})
    widget.do("reflect", {"prompt": "was-hard", "text": "Missing values."})
    widget.do("reflect", {"prompt": "was-hard", "text": "  "})
    with pytest.raises(BadInput):
        widget.do("reflect", {"prompt": "other", "text": "x"})

    assert desk.sidecar.read().reflection == {"went-well": "I began early."}
