"""The brief card: all that was agreed on, and the words in which it is said."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.widgets.conftest import REPOSITORY, Lay

from practicum.briefs import read_brief
from practicum.internship import HandIn
from practicum_widgets import BriefCard, Desk
from practicum_widgets.brief_card.paragraphs import paragraphs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DUE = datetime(2027, 2, 1, 22, 59, tzinfo=UTC)
BRIEFS = ("doctor-visits", "first-steps", "flight-delays", "rainy-days")


def _changed(desk: Desk, **changes: Any) -> Desk:
    """Return the desk with other values in its brief, one level deep."""
    file = desk.folder / "brief.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name, value in changes.items():
        content[name] = content[name] | value if isinstance(value, dict) else value
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return Desk.here(desk.folder)


def _text(page: object) -> str:
    """Return the text of a twin, without its elements."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", str(page))).split())


@pytest.mark.parametrize("name", BRIEFS)
def test_the_twin_says_all_that_was_agreed_on(lay: Lay, name: str) -> None:
    """Without JavaScript there is the whole brief, with people, terms, data and the rubric."""
    desk = lay(name, due=DUE, timezone="Europe/Berlin")
    brief = read_brief(REPOSITORY / "assignments" / name / "brief.yml")
    assert desk.rubric is not None

    said = _text(BriefCard(desk).still())

    people, support, legal = brief.people, brief.support, brief.legal
    expected = [
        *(brief.title, brief.question, brief.employer.name, brief.employer.about),
        *(brief.situation, brief.scope, f"{brief.hours:g} hours", brief.ai_policy.text),
        *(support.kick_off, support.check_in, support.contact),
        *(f"within {support.response_days} days", legal.ip, legal.portfolio.wording or ""),
        legal.alternative_brief or "",
        *(part for one in (people.supervisor, people.champion) for part in (one.name, one.email)),
        *(part for entry in brief.deliverables for part in (entry.title, entry.acceptance)),
        *(milestone.title for milestone in brief.milestones),
        *(part for file in brief.data for part in (file.file, file.source, file.licence)),
        *(text for c in desk.rubric.criteria for text in (c.title, c.question, *c.levels.values())),
        "2027-02-01 23:59 in Europe/Berlin",
    ]
    assert [text for text in expected if " ".join(text.split()) not in said] == []


def test_deliverables_name_the_criteria_that_judge_them(lay: Lay) -> None:
    """A criterion is named by its title, and by its id where no rubric was handed out."""
    desk = lay()
    assert "Judged by: Clear chart" in _text(BriefCard(desk).still())

    (desk.folder / "rubric.yml").unlink()
    alone = Desk.here(desk.folder)

    said = _text(BriefCard(alone).still())
    assert "Judged by: chart" in said
    assert "The rubric was not handed out." in said


@pytest.mark.parametrize(
    ("pay", "counts", "expected"),
    [
        ({"kind": "fixed", "amount": 200}, False, "200 USD for the whole work"),
        ({"kind": "hourly", "amount": 22.5}, False, "22.5 USD an hour"),
        ({"kind": "hourly", "amount": 22}, True, "22 USD an hour (it counts in your course)"),
        ({"kind": "unpaid", "amount": 0}, True, "unpaid (it counts in your course)"),
    ],
)
def test_pay_is_said_in_one_line(
    desk: Desk, pay: dict[str, Any], counts: bool, expected: str
) -> None:
    """Amount, currency and kind are one line, and credit is named whatever is paid."""
    widget = BriefCard(_changed(desk, pay=pay, credit_bearing=counts))

    assert widget.view["pay"] == expected


@pytest.mark.parametrize(
    ("portfolio", "expected"),
    [
        ({"allowed": True, "wording": "Say so."}, "Say so."),
        ({"allowed": True, "wording": None}, "You may show the work."),
        ({"allowed": False, "wording": "Say so."}, "You may not show the work."),
    ],
)
def test_the_portfolio_has_an_answer(desk: Desk, portfolio: dict[str, Any], expected: str) -> None:
    """Whether the work may be shown is always said, with the employer's wording if there is one."""
    widget = BriefCard(_changed(desk, legal={"portfolio": portfolio}))

    assert widget.view["portfolio"] == expected
    assert expected in _text(widget.still())


def test_a_course_without_a_date_says_so(desk: Desk) -> None:
    """Where the course has no due date the card says that there is none yet."""
    widget = BriefCard(desk)

    assert widget.view["due"] == ""
    assert "no date yet" in _text(widget.still())


def test_hostile_words_of_an_employer_stay_words(desk: Desk) -> None:
    """Markup in a brief, and braces that look like places for values, are shown as they are."""
    hostile = "<script>window.hit=1</script> {names} {0}"
    widget = BriefCard(_changed(desk, question=hostile, situation=hostile, scope=hostile))

    twin = str(widget.still())

    assert "<script" not in twin
    assert _text(twin).count(" {names} {0}") == 3


def test_the_card_changes_nothing(desk: Desk) -> None:
    """Showing the card writes no file, and there is nothing that a page could ask for."""
    BriefCard(desk).still()

    assert BriefCard.actions == {}
    assert not desk.sidecar.file.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one line", ["one line"]),
        ("wrapped\nto fit\n", ["wrapped to fit"]),
        ("In: a;\n  b.\nOut: c.", ["In: a; b.", "Out: c."]),
        ("islands are\npossible: Biscoe", ["islands are possible: Biscoe"]),
        ("ask the trust in\nNorway: they know", ["ask the trust in Norway: they know"]),
        ("one\n\n\ntwo", ["one", "two"]),
        ("do:\n- this\n  now\n- that", ["do:", "- this now", "- that"]),
        ("", []),
    ],
)
def test_wrapped_lines_are_joined(text: str, expected: list[str]) -> None:
    """A paragraph is what its writer meant, not a line of the file."""
    assert paragraphs(text) == expected


@given(st.text(alphabet="aB:.- \n", max_size=60))
def test_paragraphs_lose_no_word(text: str) -> None:
    """However a text is cut, its words are all there, in their order."""
    assert " ".join(paragraphs(text)).split() == text.split()


def test_every_text_of_the_briefs_has_its_paragraphs(lay: Lay) -> None:
    """In the briefs that are shipped, what is in and what is out are a paragraph each."""
    for name in BRIEFS:
        scope = BriefCard(lay(name)).view["scope"]
        assert [text.partition(":")[0] for text in scope] == ["In", "Out"], name


# --- In a browser --------------------------------------------------------------------------


@pytest.fixture
def card(chromium: Browser) -> Iterator[Any]:
    """Open the card's page at a time, in a zone: ``open(now, zone, **view)``."""
    sources = REPOSITORY / "widgets" / "practicum_widgets"
    contexts = []

    def open_at(now: str, zone: str, **view: Any) -> Page:
        context = chromium.new_context(timezone_id=zone, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.route(
            "http://desk.example/**",
            lambda route: route.fulfill(path=sources / route.request.url.split("/", 3)[3]),
        )
        page.clock.install(time=now)
        page.goto("http://desk.example/brief_card/page.html")
        page.wait_for_selector(".pw h3")
        page.evaluate("more => model.set('view', {...model.get('view'), ...more})", view)
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.mark.browser
def test_the_due_date_is_in_the_students_zone(card: Any) -> None:
    """A student abroad sees the own time first, then the course's, and what is left."""
    page = card("2027-01-28T10:00:00Z", "America/New_York", timezone="Europe/Berlin")

    said = page.locator(".pw dd").first.inner_text()

    assert said == (
        "Monday, 1 February 2027 at 17:59 in your time zone; "
        "Monday, 1 February 2027 at 23:59 in Europe/Berlin (4 days left)"
    )


@pytest.mark.browser
@pytest.mark.parametrize(
    ("now", "handed_in", "expected"),
    [
        ("2027-01-31T00:00:00Z", False, "(46 h left)"),
        ("2027-02-01T23:30:00Z", False, "(days late: 1)"),
        ("2027-02-05T00:00:00Z", False, "(days late: 4)"),
        ("2027-02-05T00:00:00Z", True, "(you have handed in)"),
    ],
)
def test_the_time_left_is_told(card: Any, now: str, handed_in: bool, expected: str) -> None:
    """In the last two days it is hours, then days late; who has handed in is not late."""
    page = card(now, "UTC", handed_in=handed_in)

    assert expected in page.locator(".pw dd").first.inner_text()


@pytest.mark.browser
def test_the_time_left_goes_on(card: Any) -> None:
    """A page that stays open shows the time that is left now."""
    page = card("2027-01-31T00:00:00Z", "UTC")
    page.clock.fast_forward("03:00:00")

    assert "(43 h left)" in page.locator(".pw dd").first.inner_text()


def test_the_page_knows_what_was_handed_in(desk: Desk) -> None:
    """A receipt in the student's file is told to the page, which says nothing of late then."""
    receipt = HandIn(id="a", at=DUE, way="zip", sha256="0" * 64)
    desk.sidecar.change(lambda before: before.model_copy(update={"hand_ins": (receipt,)}))

    assert BriefCard(desk).view["handed_in"] is True
