"""Every widget: what it shows, its twin, its words, and what hostile texts do to it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.widgets.conftest import REPOSITORY, Lay

import practicum_widgets
from practicum.briefs import read_brief
from practicum.demo.cohort import cohort
from practicum.demo.internships import internship_of
from practicum.errors import BadInput
from practicum.internship import Internship
from practicum.rubrics import read_rubric
from practicum_widgets import Desk, Objectives
from practicum_widgets.surface import h

_DUE = datetime(2027, 2, 1, 22, 59, tzinfo=UTC)
NAMES = [name for name in practicum_widgets.__all__ if name not in ("Desk", "Home")]
FOLDERS = sorted(
    place.parent for place in Path(practicum_widgets.__file__).parent.glob("*/widget.js")
)
HOSTILE = (
    "<script>window.hit=1</script><img src=x onerror=window.hit=1>",
    "</section><h1>forged</h1>",
    "\u202eabc \u2066 \u0000 \x1b[31m \ud800",
    "{title} {0} %s ${x} `y`",
    "مرحبا 👩‍🚀 שלום",
)


def _filled(desk: Desk) -> Internship:
    """Fill a desk with what a student of the demo keeps."""
    brief = read_brief(REPOSITORY / "assignments" / "first-steps" / "brief.yml")
    rubric = read_rubric(REPOSITORY / "rubrics" / "first-steps.yml")
    member = cohort(("first-steps",))[0]
    kept = internship_of(member, brief, rubric, desk.terms.due or _DUE)
    return desk.sidecar.change(lambda _: kept)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def _tags(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    return parser


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("filled", [False, True])
def test_view_is_plain_data(desk: Desk, name: str, filled: bool) -> None:
    """What a page is sent is JSON, on the first day and later."""
    if filled:
        _filled(desk)
    widget = getattr(practicum_widgets, name)(desk)

    assert json.loads(json.dumps(widget.view))


@pytest.mark.parametrize("name", NAMES)
def test_display_brings_a_twin(desk: Desk, name: str) -> None:
    """A displayed widget has its state as plain HTML beside it, without script."""
    _filled(desk)
    widget = getattr(practicum_widgets, name)(desk)

    bundle = widget._repr_mimebundle_()[0]

    tags = set(_tags(bundle["text/html"]).tags)
    assert tags <= {
        *("section", "h3", "h4", "p", "ul", "li", "table", "tr", "th", "td", "strong", "br"),
        "blockquote",
    }
    assert bundle["text/plain"] == widget.words["title"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(desk: Desk, text: str) -> None:
    """Markup, controls and other scripts are shown as what they are, and make no element."""
    widget = Objectives(desk)
    plain = len(_tags(str(h("p", "x"))).tags)
    widget.do("add", {"id": "a", "text": f"x {text}", "measure": text})
    html = str(widget.still())

    found = _tags(html)
    assert plain == 1
    assert sorted(set(found.tags)) == ["br", "h3", "li", "section", "strong", "ul"]
    assert "\x1b" not in html
    assert "\u202e" not in html
    seen = "".join(c for c in text if c.isprintable() and c != " ")
    assert seen in "".join(c for c in found.text if c.isprintable() and c != " ")


@pytest.mark.parametrize(
    "asked",
    [
        {"do": "add"},
        {"do": "add", "id": "A B", "text": "x"},
        {"do": "add", "id": "a", "text": ""},
        {"do": "add", "id": "a", "text": "x" * 400},
        {"do": "add", "id": "a", "text": {"x": 1}},
        {"do": "add", "id": "a", "text": "x", "due": "soon"},
        {"do": "no such thing"},
    ],
)
def test_a_page_that_asks_for_nonsense_is_told(desk: Desk, asked: dict[str, Any]) -> None:
    """What makes no sense is answered with a reason, and nothing is written."""
    widget = Objectives(desk)
    said: list[dict[str, Any]] = []
    widget.send = said.append

    widget._asked(widget, asked | {"ask": 3}, [])

    assert (said[0]["answer"], said[0]["ok"]) == (3, False)
    assert said[0]["why"]
    assert "Traceback" not in said[0]["why"]
    assert not desk.sidecar.file.exists()


def test_what_is_acknowledged_is_on_the_disk(desk: Desk) -> None:
    """The answer comes after the write."""
    widget = Objectives(desk)
    seen: list[bool] = []
    widget.send = lambda _: seen.append(desk.sidecar.file.exists())

    widget._asked(widget, {"ask": 1, "do": "add", "id": "a", "text": "x"}, [])

    assert seen == [True]


def test_another_window_sees_a_change(desk: Desk) -> None:
    """A second widget on the same file shows the change at its next look."""
    one, two = Objectives(desk), Objectives(Desk.here(desk.folder))
    one.do("add", {"id": "a", "text": "x"})

    two._asked(two, {"do": "look", "ask": 1}, [])

    assert [goal["id"] for goal in two.view["goals"]] == ["a"]


def test_a_course_switches_widgets_off(lay: Lay) -> None:
    """A widget that is off says so in one line, in place of itself."""
    widget = Objectives(lay(widgets=("brief_card",)))

    bundle = widget._repr_mimebundle_()

    assert bundle == {
        "text/plain": "Your course does not use this widget.",
        "text/html": "<p>Your course does not use this widget.</p>",
    }


def test_words_follow_the_course(lay: Lay) -> None:
    """The language of the course is that of the widgets; one that nobody wrote is English."""
    assert Objectives(lay(language="de")).words["title"] == "Meine Lernziele"
    assert Objectives(lay("rainy-days", language="fr")).words["title"] == "My learning goals"


def test_a_folder_without_a_brief_says_what_to_do(tmp_path: Path) -> None:
    """Outside of a fetched folder the message names the folder and the way out."""
    with pytest.raises(BadInput, match=r"there is no brief\.yml here"):
        Objectives(tmp_path)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_language_has_the_same_words(folder: Path) -> None:
    """Every widget has the same words in each language, with the same places for values."""
    tables = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    english = tables["en"]
    for language, table in tables.items():
        assert table.keys() == english.keys(), language
        for key, text in table.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), (
                key
            )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_word_that_is_said_exists(folder: Path) -> None:
    """Each word that a page says by name is in the table."""
    own = json.loads((folder / "words.json").read_text(encoding="utf-8"))["en"]
    shared = json.loads((folder.parent / "surface" / "words.json").read_text("utf-8"))["en"]
    script = (folder / "widget.js").read_text(encoding="utf-8")

    said = set(re.findall(r'say\("([\w-]+)"', script))

    assert said
    assert said - {*own, *shared} == set()


def test_pages_never_read_text_as_html() -> None:
    """No widget's script has a way by which text would become markup."""
    for script in Path(practicum_widgets.__file__).parent.rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, (script.name, word)
