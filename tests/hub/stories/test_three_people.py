"""Three people, one week: from the brief to released feedback, each by clicks in a browser.

The steps follow one another on one hub: an instructor, a student, and an employer with two
people, one by a link and one by an account.
"""

import json
import re
from typing import TYPE_CHECKING

import jwt
import pytest
from playwright.sync_api import TimeoutError, expect  # noqa: A004 (what playwright calls it)
from tests.hub.conftest import wait_for
from tests.hub.stories.conftest import (
    BRIEF,
    BY_ACCOUNT,
    BY_LINK,
    INSTRUCTOR,
    OTHER,
    READY,
    STUDENT,
    Week,
)
from tests.hub.stories.lab import (
    await_kernel,
    in_terminal,
    region,
    run_all,
    save,
    saved,
    show,
    work_through,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.suite, pytest.mark.timeout(300)]

QUESTION = "Two birds have no mass. Shall I leave them out?"
ANSWER = "Yes, and say in one sentence that you did."
REASON = "It names the next step and who takes it, but no fact that would change the advice."
WRITTEN = (
    *("bird-counts", "missing-values", "mean-mass", "mass-chart"),
    *("recommendation", "reflection"),
)
"""What Amara answers; the watch rule is left open."""


def desk_of(page: "Page") -> "Locator":
    """Return the instructor's desk in a window."""
    return page.locator(".practicum-desk").first


def renewed(week: Week) -> "Locator":
    """Renew the desk and return it."""
    desk = desk_of(week.page(INSTRUCTOR))
    desk.get_by_role("button", name="Renew").first.click()
    return desk


def answers(week: Week) -> tuple[int, dict[int, str]]:
    """Return how many cells the brief has, and by their places the solutions that Amara writes."""
    source = week.hub.root / "assignments" / BRIEF / "brief.ipynb"
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    found = {}
    for place, cell in enumerate(cells):
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in WRITTEN:
            lines = "".join(cell["source"]).splitlines()
            kept = [line for line in lines if "###" not in line and "canary" not in line]
            found[place] = "\n".join(kept)
    assert len(found) == len(WRITTEN)
    return len(cells), found


def test_the_instructor_publishes(week: Week) -> None:
    """Logging in leads to the control room; two clicks publish the brief, after its proofs."""
    page = week.log_in(INSTRUCTOR)
    page.wait_for_url("**/services/*/lab/tree/notebooks/instructor_desk.ipynb", timeout=READY)
    run_all(page)
    desk = desk_of(page)
    desk.get_by_role("button", name=f"Publish {BRIEF}").click()
    desk.get_by_role("button", name="Yes, publish to 2 students").click()
    desk.get_by_role("button", name="Stop").wait_for()
    desk.get_by_text(re.compile(r": \d+ of \d+")).wait_for()
    show(desk.get_by_role("heading", name="What to do next"))
    week.picture(page, "publishing")
    desk.get_by_text(f"practicum publish {BRIEF}: done.").wait_for()
    desk.get_by_role("cell", name="yes", exact=True).wait_for()


def test_the_student_begins(week: Week) -> None:
    """Logging in leads to the start notebook; the brief is fetched and opened by clicks."""
    page = week.log_in(STUDENT)
    page.wait_for_url("**/lab/tree/student_start.ipynb", timeout=READY)
    run_all(page)
    home = region(page, "My internships")
    home.get_by_role("button", name="Look for assignments").click()
    home.get_by_role("button", name=f"Fetch {BRIEF}").click()
    link = home.get_by_role("link", name="Open Which penguins need a census?")
    link.wait_for()
    show(home)
    week.picture(page, "student_home")
    link.click()
    page.get_by_role("heading", name="Which penguins need a census?").first.wait_for()


def test_the_student_works(week: Week) -> None:
    """Answers are written into cells; goals, milestones, hours and a question into widgets."""
    page = week.page(STUDENT)
    work_through(page, *answers(week))
    page.get_by_role("region", name="My feedback").wait_for()
    await_kernel(page)

    goals = region(page, "My learning goals")
    goals.locator('[data-key="new-text"]').fill("Compare groups without losing rows")
    saved(goals, goals.get_by_role("button", name="Add goal").click)
    board = region(page, "Milestones and hours")
    saved(
        board,
        lambda: board.locator('[data-key="state-explore"]').select_option("done"),
        board.get_by_role("button", name="Start the clock").click,
        board.get_by_role("button", name="Stop and log").click,
    )
    messages = region(page, "Messages")
    messages.locator('[data-key="question"]').fill(QUESTION)
    saved(messages, messages.get_by_role("button", name="Send", exact=True).click)
    expect(messages.get_by_text("not sent yet")).to_have_count(0)
    show(board)
    week.picture(page, "student_work")
    own = region(page, "How I judge my own work")
    for criterion in ("analysis", "advice", "chart", "habits"):
        saved(own, own.locator(f'[data-key="{criterion}-3"]').check)

    with week.service(STUDENT) as service:
        asked = service.get(f"briefs/{BRIEF}/messages").json()["messages"]
        assert [one["text"] for one in asked] == [QUESTION]
        work = wait_for(
            lambda: service.get(f"briefs/{BRIEF}/progress").json()["items"][0]["milestones"],
            "the milestones in the course's service",
        )
    assert (work[0]["milestone"], work[0]["state"]) == ("explore", "done")


def test_the_student_hands_in(week: Week) -> None:
    """The check names what is open; the hand-in has a receipt that the course has signed."""
    page = week.page(STUDENT)
    save(page)
    hand_in = region(page, "Check and hand in")
    hand_in.get_by_role("button", name="Check", exact=True).click()
    hand_in.get_by_text("4 of 5 visible tests pass").wait_for()
    hand_in.get_by_text("you have not written any code yet (watch-rule)").wait_for()
    save(page)
    hand_in.locator('[data-key="confirm"]').check()
    hand_in.get_by_role("button", name="Hand in to my course").click()
    hand_in.get_by_text("This one counts.").wait_for()
    show(hand_in)
    week.picture(page, "student_hand_in")

    with week.service(STUDENT) as service:
        (entry,) = service.get("receipts").json()["items"]
        key = service.get("receipts/key").json()["pem"]
    signed = jwt.decode(entry["receipt"], key, algorithms=["EdDSA"])
    assert (signed["student"], signed["assignment"]) == (STUDENT, BRIEF)


def test_the_submission_is_graded_on_arrival(week: Week) -> None:
    """Nobody runs a command: student and desk see that it is graded, and what waits."""

    def state() -> bool:
        with week.service(STUDENT) as service:
            found: str = service.get(f"briefs/{BRIEF}/results").json()["state"]
        return found == "graded"

    wait_for(state, "the grading on arrival")
    hand_in = region(week.page(STUDENT), "Check and hand in")
    hand_in.get_by_role("button", name="Look what came of it").click()
    hand_in.get_by_text("It was graded.").wait_for()
    desk = renewed(week)
    desk.get_by_role("cell", name="1 of 2").wait_for()
    desk.get_by_text("1 question without an answer.").wait_for()
    desk.get_by_text("2 written answers without a mark").wait_for()
    page = week.page(INSTRUCTOR)
    show(desk.get_by_role("heading", name="Where the briefs stand"))
    week.picture(page, "control_room")


def test_the_instructor_marks(week: Week) -> None:
    """Formgrader opens as a page of its own, and keeps the marks of the written answers."""
    desk = desk_of(week.page(INSTRUCTOR))
    with week.page(INSTRUCTOR).context.expect_page() as opened:
        desk.get_by_role("link", name="Open formgrader").click()
    page = opened.value
    page.get_by_role("link", name="Manual Grading").click()
    page.get_by_role("link", name=BRIEF).click()
    page.get_by_role("link", name="brief", exact=True).click()
    page.get_by_role("link", name="Submission #1").click()
    # What is typed before the page has loaded the marks is lost.
    tested = page.locator("input.score#test-bird-counts")
    expect(tested).to_have_attribute("placeholder", "10", timeout=READY)
    for cell, score in (("recommendation", "13"), ("reflection", "5")):
        field = page.locator(f"input.score#{cell}")
        field.fill(score)
        with page.expect_response(lambda answer: answer.request.method == "PUT") as kept:
            field.press("Tab")
        assert kept.value.ok
    week.picture(page, "formgrader")
    page.close()


def test_the_instructor_invites(week: Week) -> None:
    """A click makes the link for a reviewer without an account."""
    desk = renewed(week)
    desk.get_by_role("button", name=f"Show the reviews of {BRIEF}").click()
    desk.get_by_role("combobox", name="Reviewer").select_option("Ines Okafor (ines)")
    desk.get_by_role("button", name="Make a link").click()
    desk.get_by_text("Send this link to Ines Okafor (ines).").wait_for()
    week.link = desk.get_by_role("textbox", name="Link").input_value()
    assert week.link.startswith(f"{week.hub.address}services/review/invite/")


def await_submission(page: "Page") -> None:
    """Load the room again until it shows what was graded: that takes up to half a minute."""
    first = page.locator("button.pw-main").first

    def is_there() -> bool:
        try:
            first.wait_for(timeout=3_000)
        except TimeoutError:
            page.reload()
            return False
        return True

    wait_for(is_there, "the submission in the review room")


def judge(page: "Page", levels: dict[str, tuple[int, str]]) -> None:
    """Judge the first submission of the list, with a level and words for each criterion."""
    page.locator("button.pw-main").first.click()
    page.frame_locator("iframe").get_by_role("heading").first.wait_for()
    for criterion, (level, words) in levels.items():
        group = page.locator(f'fieldset[data-criterion="{criterion}"]')
        group.locator(f'[value="{level}"]').check()
        group.get_by_role("textbox").fill(words)
    page.get_by_text("Saved at").first.wait_for()
    assert not re.search("Amara|Diallo", page.content())
    page.locator("form [type=submit]").click()
    page.get_by_text("Thank you: all reviews are sent").wait_for()


def test_the_employer_judges_by_a_link(week: Week) -> None:
    """Without an account: the question is answered, the submission judged and sent."""
    page = week.page(BY_LINK)
    page.goto(week.link)
    page.get_by_role("button", name="Enter the review room").click()
    await_submission(page)
    page.get_by_text("1 question from a student waits for an answer").wait_for()
    page.get_by_label("Your answer to").fill(ANSWER)
    week.picture(page, "review_room")
    page.get_by_role("button", name="Answer", exact=True).click()
    page.get_by_text("Sent.").wait_for()
    judge(
        page,
        {
            "analysis": (3, "I can use these numbers. Say how many birds stand behind the last."),
            "advice": (4, "I know what to book, and why. You weigh the third island fairly."),
            "chart": (3, "Easy to read. Put the unit into the title, too, next time."),
            "habits": (3, "I could go on from this notebook. The watch rule is missing."),
        },
    )


def test_the_employer_judges_by_an_account(week: Week) -> None:
    """Logging in to the hub leads to the room; the second reviewer differs on one criterion."""
    page = week.log_in(BY_ACCOUNT)
    page.get_by_role("link", name="Which penguins need a census?").click()
    await_submission(page)
    judge(
        page,
        {
            "analysis": (3, "Units and missing values are there. Check one result twice."),
            "advice": (1, "I see where to go, but not what would change your mind."),
            "chart": (3, "The point is clear. The legend could be larger for a meeting."),
            "habits": (3, "Well ordered, and honest about what was hard. Finish task 4."),
        },
    )


def test_the_instructor_decides_and_releases(week: Week) -> None:
    """What was sent is taken in, the case decided, and the feedback released: each by a click."""
    page, desk = week.page(INSTRUCTOR), renewed(week)
    desk.get_by_role("button", name=f"Take in {BRIEF}").click()
    desk.get_by_text(f"practicum room apply {BRIEF}: done.").wait_for()
    desk.get_by_role("radio", name="3:").check()
    desk.get_by_role("textbox", name="Reason").fill(REASON)
    show(desk.get_by_role("heading", name="Moderation"))
    week.picture(page, "moderation")
    desk.get_by_role("button", name="Decide").click()
    desk.get_by_text("decided, level 3.").wait_for()
    renewed(week)
    desk.get_by_role("button", name=f"Release {BRIEF}").click()
    desk.get_by_role("button", name="Yes, release to 1 student").click()
    desk.get_by_text(f"practicum release {BRIEF}: done.").wait_for()


def test_the_instructor_opens_the_report(week: Week) -> None:
    """The cohort report is made by a click and opens beside the desk."""
    page, desk = week.page(INSTRUCTOR), desk_of(week.page(INSTRUCTOR))
    desk.get_by_role("button", name="Make the report").click()
    desk.get_by_text("practicum report: done.").wait_for()
    desk.get_by_role("link", name="Open the cohort report").click()
    report = page.frame_locator(".jp-HTMLViewer iframe")
    report.get_by_role("heading", name="Who has come how far").wait_for()
    week.picture(page, "cohort_report")


def test_the_student_reads_the_feedback(week: Week) -> None:
    """The answer and the feedback are in the notebook, with the employer's words and the mark."""
    page = week.page(STUDENT)
    messages = region(page, "Messages")
    messages.get_by_role("button", name="Send again and look for answers").click()
    messages.get_by_text(ANSWER).wait_for()
    assert messages.get_by_text("Coldwater Seabird Trust").count() == 1
    feedback = region(page, "My feedback")
    feedback.get_by_role("button", name="Look for new feedback").click()
    # 40 of 50 for the tests, 18 of 20 for the text, level 3 of 4 (22.5 of 30) by the employer.
    feedback.get_by_text("80.5 of 100 points").wait_for()
    feedback.get_by_text("I can use these numbers.").wait_for()
    feedback.get_by_text(REASON).wait_for()
    assert not re.search("Okafor|Aalto", feedback.inner_text())
    show(feedback)
    week.picture(page, "student_feedback")
    with page.context.expect_page() as opened:
        feedback.get_by_role("link", name="Open the whole page").click()
    opened.value.get_by_text("80.5").first.wait_for()
    opened.value.close()


def test_another_student_sees_nothing_of_it(week: Week) -> None:
    """Files, server, course, room, receipts, messages and feedback of the first are refused."""
    page = week.log_in(OTHER)
    page.wait_for_url("**/lab/tree/student_start.ipynb", timeout=READY)
    await_kernel(page)
    course = week.hub.course.id
    for place in (
        f"user/{STUDENT}/lab",
        f"user/{STUDENT}/files/{BRIEF}/brief.ipynb",
        f"services/{course}/lab",
        f"services/{course}/formgrader",
        f"services/{course}/files/course/work/gradebook.db",
        "services/review/",
        f"services/review/{BRIEF}/",
    ):
        answer = page.request.get(f"{week.hub.address}{place}")
        assert answer.status in {401, 403}, place
    with week.service(STUDENT) as service:
        (entry,) = service.get("receipts").json()["items"]
    with week.service(OTHER) as service:
        assert service.get("receipts").json()["items"] == []
        assert service.get(f"receipts/{entry['id']}").status_code in {403, 404}
        assert service.get(f"exchange/{course}/submissions/{entry['id']}").status_code in {403, 404}
        assert service.get(f"briefs/{BRIEF}/messages").json()["messages"] == []
        assert service.get(f"briefs/{BRIEF}/results").json()["state"] == "nothing"
        shown = service.get(f"briefs/{BRIEF}/feedback")
        assert shown.status_code == 404 or STUDENT not in shown.text
        assert service.get(f"briefs/{BRIEF}/assessments").json()["items"] == []


def test_commands_are_found_in_terminals(week: Week) -> None:
    """In the course's server and in a student's, the commands that are shown everywhere are there.

    A terminal's shell that reads /etc/profile would have forgotten where they are.
    """
    for name, command in ((INSTRUCTOR, "practicum"), (OTHER, "nbgrader")):
        file = f"version-for-{name}.txt"
        in_terminal(week.page(name), f"{command} --version > {file}")

        def written(file: str = file) -> str:
            found = (one.read_text() for one in week.hub.root.rglob(file))
            return next(filter(None, found), "")

        found = wait_for(
            written,
            f"the version of {command} in a terminal of {name}",
        )
        assert re.search(r"\d+\.\d+", found)


def test_no_page_complained(week: Week) -> None:
    """No script of ours ended with an error on any of these pages."""
    ours = [fault for fault in week.faults if "blob:" in fault or "pw-" in fault]
    assert ours == []
