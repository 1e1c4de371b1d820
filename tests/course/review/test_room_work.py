"""What a reviewer is given to judge: anchors first, what was assigned, nothing with a conflict."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.course.review.visiting import FULL, MONTH, Browser, soon

from practicum.course import Course
from practicum.hosting import Hosting
from practicum.internship import Supervision
from practicum.records import Records, Said
from practicum.review import (
    apply_marks,
    assign,
    calibration_of,
    declare_conflict,
    reassign,
    set_anchors,
)
from practicum.review.progress import reviewers_progress

AT = datetime(2027, 2, 2, tzinfo=UTC)
EARLIER = datetime(2026, 1, 2, tzinfo=UTC)
Codes = dict[str, str]


@pytest.fixture
def codes(records: Records) -> Codes:
    """The codes of the two submissions, by student."""
    return {student: records.blind_code("demo", student) for student in ("ada", "grace")}


@pytest.fixture
def enter(address: str, records: Records) -> Callable[[str], Browser]:
    """Return what lets a reviewer come in by a link."""

    def come(reviewer: str) -> Browser:
        browser = Browser(address)
        assert browser.enter(records.invite("demo", reviewer, MONTH)).status == 303
        return browser

    return come


@pytest.fixture
def anchored(course: Course, gradebook: Any, table: Any, address: str) -> None:
    """Ada's submission is an anchor: analysis 4, advice 2."""
    assert address
    rows = table("ines,ada,analysis,4,It is all there.", "ines,ada,advice,2,It names no date.")
    set_anchors(course, "demo", rows, "ines", gradebook=gradebook)


@pytest.mark.usefixtures("anchored")
def test_anchors_come_first(enter: Callable[[str], Browser], codes: Codes) -> None:
    """Until the anchor is scored nothing else can be read, saved or sent; then all is open."""
    rita = enter("rita")
    room = rita.room()
    assert [(line["code"], line["kind"], line["locked"]) for line in room["submissions"]] == [
        (codes["ada"], "anchor", False),
        (codes["grace"], "submission", True),
    ]
    assert room["calibration"] == {"done": 0, "all": 1}
    for answer in (
        rita.ask("GET", f"/demo/submissions/{codes['grace']}"),
        rita.ask("GET", f"/demo/api/sheets/{codes['grace']}"),
        rita.put(codes["grace"], FULL),
        rita.submit(codes["grace"], FULL),
        rita.post(f"sheets/{codes['grace']}/decline", {"why": "no"}),
    ):
        assert answer.status == 423
        assert "before this one" in answer.json["why"]

    assert rita.submit(codes["ada"], FULL).status == 200

    assert rita.room()["calibration"] == {"done": 1, "all": 1}
    assert not any(line["locked"] for line in rita.room()["submissions"])
    assert rita.ask("GET", f"/demo/submissions/{codes['grace']}").status == 200


@pytest.mark.usefixtures("anchored")
def test_what_was_agreed_on_is_seen_afterwards(
    enter: Callable[[str], Browser], codes: Codes, records: Records
) -> None:
    """The agreed levels and reasons are told to who has scored, who may score again."""
    rita = enter("rita")
    rita.put(codes["ada"], FULL)
    before = rita.ask("GET", f"/demo/api/sheets/{codes['ada']}")
    assert b"It names no date" not in before.body
    assert (before.json["kind"], before.json["agreed"]) == ("anchor", None)

    first = rita.submit(codes["ada"], FULL, 1).json

    assert first["agreed"]["advice"] == {"level": 2, "words": "It names no date."}
    assert [tried["levels"] for tried in first["attempts"]] == [{"analysis": 3, "advice": 2}]
    again = FULL | {"levels": {"analysis": 4, "advice": 2}}
    second = rita.submit(codes["ada"], again, 2).json
    assert [tried["levels"]["analysis"] for tried in second["attempts"]] == [3, 4]
    # Another reviewer's tries are nobody else's business.
    assert enter("hugo").sheet(codes["ada"])["attempts"] == []
    assert len(records.sheets("demo")) == 2


@pytest.mark.usefixtures("anchored")
def test_scoring_an_anchor_marks_nobody(
    enter: Callable[[str], Browser], codes: Codes, course: Course, gradebook: Any, records: Records
) -> None:
    """An anchor's mark is what was agreed on, whatever reviewers make of it."""
    assert gradebook.score("ada", "analysis") == 12
    assert "Reason for the instructor's decision: It is all there." in gradebook.comment(
        "ada", "analysis"
    )

    nothing = FULL | {"levels": dict.fromkeys(FULL["levels"], 0)}
    assert enter("rita").submit(codes["ada"], nothing).status == 200

    assert records.assessments("demo") == ()
    apply_marks(course, gradebook, records, "demo")
    assert gradebook.score("ada", "analysis") == 12


@pytest.mark.usefixtures("anchored")
def test_how_far_a_reviewer_is_from_the_anchors(
    enter: Callable[[str], Browser], codes: Codes, course: Course, records: Records
) -> None:
    """The first try is kept apart from the last one; who has not scored has no figures."""
    rita = enter("rita")
    rita.submit(codes["ada"], FULL | {"levels": {"analysis": 1, "advice": 2}})
    rita.submit(codes["ada"], FULL | {"levels": {"analysis": 4, "advice": 2}}, 1)

    found = {one.reviewer: one for one in calibration_of(course, "demo")}

    assert (found["rita"].done, found["hugo"].done) == (True, False)
    assert (found["rita"].first.exact, found["rita"].first.adjacent) == (1, 1)
    assert (found["rita"].last.exact, found["rita"].last.n_levels) == (2, 2)
    assert found["hugo"].first.n_levels == 0
    lines = {line.reviewer: line for line in reviewers_progress(course, "demo", records, AT)}
    assert (lines["rita"].anchors_done, lines["rita"].anchors, lines["rita"].assigned) == (1, 1, 1)


def test_begun_before_there_were_anchors(
    enter: Callable[[str], Browser],
    codes: Codes,
    course: Course,
    gradebook: Any,
    table: Any,
) -> None:
    """What a reviewer had submitted before anchors were set stays open to be amended."""
    rita = enter("rita")
    rita.submit(codes["grace"], FULL)
    rows = table("ines,ada,analysis,4,All there.", "ines,ada,advice,2,No date.")

    set_anchors(course, "demo", rows, "ines", gradebook=gradebook)

    assert rita.sheet(codes["grace"])["state"] == "submitted"
    assert rita.ask("GET", f"/demo/submissions/{codes['grace']}").status == 200


def test_only_what_was_assigned(
    enter: Callable[[str], Browser], codes: Codes, course: Course, records: Records
) -> None:
    """After an assignment a reviewer sees the own share alone, and the shares are even."""
    rita, hugo, vera = (enter(name) for name in ("rita", "hugo", "vera"))
    assert len(rita.room()["submissions"]) == 2

    report = assign(course, "demo", records, each=1, overlap=0)

    assert sorted(load.assigned for load in report.loads) == [0, 1, 1]
    seen = {browser: browser.room()["submissions"] for browser in (rita, hugo, vera)}
    assert sorted(len(lines) for lines in seen.values()) == [0, 1, 1]
    for browser, lines in seen.items():
        for code in codes.values():
            mine = code in {line["code"] for line in lines}
            assert browser.ask("GET", f"/demo/submissions/{code}").status == (200 if mine else 404)
            assert browser.submit(code, FULL).status == (200 if mine else 404)


def test_given_to_somebody_else(
    enter: Callable[[str], Browser], codes: Codes, course: Course, records: Records
) -> None:
    """What a reviewer has not submitted goes to another one; what is submitted stays."""
    assign(course, "demo", records, each=2)
    rita = enter("rita")
    mine = [line["code"] for line in rita.room()["submissions"]]
    rita.submit(mine[0], FULL)

    report = reassign(course, "demo", records, "rita")

    assert [line["code"] for line in rita.room()["submissions"]] == mine[:1]
    held = records.allocations("demo")
    for student in codes:
        have = [one for one in held if one.student == student and one.state == "assigned"]
        assert len(have) == 2
    assert not report.short


def test_a_submission_is_given_back(
    enter: Callable[[str], Browser], codes: Codes, course: Course, records: Records
) -> None:
    """Who should not judge says why, sees it no more, and is not given it again."""
    rita = enter("rita")
    place = f"sheets/{codes['ada']}/decline"
    assert rita.post(place, {"why": "  "}).status == 422
    assert rita.post(place, {"why": 3}).status == 422
    assert rita.post(place, [1]).status == 400

    assert rita.post(place, {"why": "She is my niece."}).status == 200

    assert rita.post(place, {"why": "Again."}).status == 404
    assert [line["code"] for line in rita.room()["submissions"]] == [codes["grace"]]
    assert rita.ask("GET", f"/demo/submissions/{codes['ada']}").status == 404
    assign(course, "demo", records, each=3)
    mine = {one.student for one in records.allocations("demo") if one.reviewer == "rita"}
    assert [
        one.state
        for one in records.allocations("demo")
        if one.reviewer == "rita" and one.student == "ada"
    ] == ["conflict"]
    assert mine == {"ada", "grace"}
    line = next(
        line for line in reviewers_progress(course, "demo", records, AT) if line.reviewer == "rita"
    )
    assert [(one.code, one.why, one.judged) for one in line.conflicts] == [
        (codes["ada"], "She is my niece.", False)
    ]


def test_conflicts_in_the_roster(
    enter: Callable[[str], Browser], codes: Codes, course: Course
) -> None:
    """What the roster says while the room is open holds within seconds, without a restart."""
    rita = enter("rita")
    assert len(rita.room()["submissions"]) == 2
    file = course.root / "course" / "roster.yml"

    file.write_text(
        file.read_text().replace("briefs: [demo]}", "briefs: [demo], conflicts: [ada]}")
    )

    assert soon(lambda: [line["code"] for line in rita.room()["submissions"]] == [codes["grace"]])
    assert rita.ask("GET", f"/demo/submissions/{codes['ada']}").status == 404


def test_an_instructor_declares_a_conflict(
    enter: Callable[[str], Browser], codes: Codes, course: Course, records: Records
) -> None:
    """A reviewer is barred from one submission, also after having submitted about it."""
    rita = enter("rita")
    rita.submit(codes["ada"], FULL)

    assert declare_conflict(course, "demo", records, "rita", "ada", "A cousin.", "ines")

    assert rita.ask("GET", f"/demo/api/sheets/{codes['ada']}").status == 404
    line = next(line for line in reviewers_progress(course, "demo", records, AT))
    assert line.conflicts[0].judged


def test_what_is_graded_meanwhile_comes_in(
    enter: Callable[[str], Browser], gradebook: Any, graded: Callable[..., None], records: Records
) -> None:
    """A submission that is graded while the room is open is in the queue within seconds."""
    rita = enter("rita")
    assert len(rita.room()["submissions"]) == 2
    gradebook.graded.append("late")

    graded("late", text="We book Saturday 9.")

    assert soon(lambda: len(rita.room()["submissions"]) == 3)
    page = rita.ask("GET", f"/demo/submissions/{records.blind_code('demo', 'late')}")
    assert b"We book Saturday 9." in page.body


def test_changed_and_not_sent(enter: Callable[[str], Browser], codes: Codes) -> None:
    """A sheet that is changed after it was sent says so, until it is sent again."""
    rita = enter("rita")
    code = codes["ada"]
    rita.submit(code, FULL)
    assert not rita.sheet(code)["unsent"]

    rita.put(code, FULL | {"overall": "One thing more."}, 1)

    assert rita.sheet(code)["unsent"]
    assert [line["unsent"] for line in rita.room()["submissions"] if line["code"] == code] == [True]
    rita.submit(code, FULL | {"overall": "One thing more."}, 2)
    assert not rita.sheet(code)["unsent"]


def test_questions_are_answered(
    enter: Callable[[str], Browser], codes: Codes, records: Records
) -> None:
    """A question is shown without the name, its answer once, and the instructor can read both."""
    ask = "I am Ada Lovelace, ada@x.example: <b>which year?</b>"
    records.say("demo", [Said(student="ada", key="q1", author="student", text=ask, at=EARLIER)])
    rita = enter("rita")
    assert rita.room()["questions"] == 1
    thread = rita.ask("GET", "/demo/api/messages").json["threads"][0]
    assert (thread["code"], thread["open"]) == (codes["ada"], True)
    assert "Lovelace" not in thread["messages"][0]["text"]
    assert "ada@" not in thread["messages"][0]["text"]
    body = {"code": codes["ada"], "id": "a1", "answers": "q1", "text": "2026."}

    for _ in range(2):
        assert rita.post("messages", body).status == 200

    said = records.messages("demo", "ada")
    assert [(one.author, one.by, one.text) for one in said[1:]] == [("supervisor", "rita", "2026.")]
    assert rita.room()["questions"] == 0
    shown = enter("hugo").ask("GET", "/demo/api/messages").json["threads"][0]["messages"][1]
    assert (shown["name"], shown["mine"]) == ("Rita Reviewer", False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": "AAAAAAAA", "id": "a1", "answers": "", "text": "x"}, 422),
        ({"id": "a1", "answers": "", "text": "x"}, 422),
        ({"code": "", "id": "a1", "answers": "nothing", "text": "x"}, 422),
        ({"code": "", "id": "A B", "answers": "", "text": "x"}, 422),
        ({"code": "", "id": "a1", "answers": "", "text": "  "}, 422),
        ({"code": "", "id": "a1", "answers": "", "text": "x" * 10_001}, 422),
        ({"code": "", "id": 1, "answers": "", "text": "x"}, 400),
        ([], 400),
    ],
    ids=str,
)
def test_bad_answers(
    enter: Callable[[str], Browser], codes: Codes, records: Records, body: Any, status: int
) -> None:
    """An answer to nothing, without words, too long or malformed is refused and not kept."""
    records.say("demo", [Said(student="ada", key="q1", author="student", text="?", at=AT)])
    if isinstance(body, dict) and body.get("code") == "":
        body = body | {"code": codes["ada"]}

    answer = enter("rita").post("messages", body)

    assert answer.status == status
    assert answer.json["why"]
    assert len(records.messages("demo")) == 1


def test_no_questions_of_others(
    enter: Callable[[str], Browser], codes: Codes, course: Course, records: Records
) -> None:
    """Once submissions are assigned, a reviewer reads and answers the own students alone."""
    for student in codes:
        said = Said(student=student, key="q1", author="student", text="When?", at=AT)
        records.say("demo", [said])
    assign(course, "demo", records, each=1, overlap=0)

    for reviewer in ("rita", "hugo", "vera"):
        browser = enter(reviewer)
        mine = {line["code"] for line in browser.room()["submissions"]}
        threads = browser.ask("GET", "/demo/api/messages").json["threads"]
        assert {thread["code"] for thread in threads} == mine
        for code in set(codes.values()) - mine:
            body = {"code": code, "id": "a1", "answers": "", "text": "No."}
            assert browser.post("messages", body).status == 422
    assert len(records.messages("demo")) == 2


def test_supervision_is_opened_with_the_feedback(
    enter: Callable[[str], Browser], records: Records
) -> None:
    """What students said of the supervision is told after the release, and never of so few."""
    rita = enter("rita")
    for student in ("ada", "grace"):
        records.rate("demo", student, Supervision(levels={"clear": 1}, words="Too late."))
    assert rita.room()["supervision"] is None

    for student in ("ada", "grace"):
        records.released("demo", student, digest="0")

    assert rita.room()["supervision"] == {"n": 2, "few": True}


def test_who_has_an_account_needs_no_invitation(course: Course, records: Records) -> None:
    """Without a link a reviewer is not invited; on a hub the account opens the room."""
    settings = course.settings.model_copy(update={"hub": Hosting()})

    def line(course: Course) -> tuple[str, str]:
        found = reviewers_progress(course, "demo", records, EARLIER)
        return next((one.state, one.link) for one in found if one.reviewer == "rita")

    records.receive(
        "demo", "ada", received_at=EARLIER, sha256="0" * 64, source="service", files=1, size=9
    )
    assert line(course) == ("not invited", "none yet: practicum room invite")
    on_hub = replace(course, settings=settings)
    assert line(on_hub) == ("waiting", "none: the account on the hub opens the room")
