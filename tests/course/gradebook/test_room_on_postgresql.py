"""The review room with its records on a PostgreSQL server, under load."""

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.course.review.conftest import MemoryGradebook, lay_course, notebook_of
from tests.course.review.visiting import FULL, MONTH, Browser, served

from practicum.course import Course
from practicum.records import Records
from practicum.review import apply_marks, assign

pytest.importorskip("psycopg", reason="psycopg is not installed: the extra `postgresql` has it")

REPOSITORY = Path(__file__).parents[3]
REVIEWERS = 20
SAVES = 8
PERSON = "  - {{id: r{n}, name: Reviewer {n}, employer: Market Hall, briefs: [demo]}}\n"


@pytest.fixture
def many(
    server: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Course, MemoryGradebook]:
    """A course with twenty reviewers, two graded submissions, and records on PostgreSQL."""
    monkeypatch.setenv("PRACTICUM_RECORDS_URL", server())
    course = lay_course(tmp_path / "course")
    roster = course.root / "course" / "roster.yml"
    people = "".join(PERSON.format(n=n) for n in range(REVIEWERS))
    roster.write_text(roster.read_text() + people)
    for student in ("ada", "grace"):
        folder = course.station("autograded", student=student, brief="demo")
        folder.mkdir(parents=True)
        (folder / "brief.ipynb").write_text(json.dumps(notebook_of()))
    (course.root / "notebooks").mkdir()
    shutil.copy(REPOSITORY / "notebooks" / "employer_review.ipynb", course.root / "notebooks")
    return Course.find(course.root), MemoryGradebook()


def test_twenty_at_once_lose_nothing(many: tuple[Course, MemoryGradebook]) -> None:
    """Twenty save and send at once while marks are made: each word and each level is kept."""
    course, gradebook = many
    troubles: list[str] = []
    with Records(course.records_url) as records, served(course, gradebook) as address:
        code = records.blind_code("demo", "ada")
        secrets = {f"r{n}": records.invite("demo", f"r{n}", MONTH) for n in range(REVIEWERS)}
        ended = threading.Event()

        def review(name: str) -> None:
            browser = Browser(address)
            answers = [browser.enter(secrets[name])]
            for revision in range(SAVES):
                sheet = FULL | {"overall": f"{name} {revision}"}
                answers.append(browser.put(code, sheet, revision))
            answers.append(browser.submit(code, FULL | {"overall": f"{name} sends"}, SAVES))
            troubles.extend(str(a.body) for a in answers if a.status not in {200, 303})

        def instruct() -> None:
            while not ended.is_set():
                apply_marks(course, gradebook, records, "demo")

        reviewers = [threading.Thread(target=review, args=(name,)) for name in secrets]
        instructor = threading.Thread(target=instruct)
        for thread in (*reviewers, instructor):
            thread.start()
        for thread in reviewers:
            thread.join(120)
        ended.set()
        instructor.join(60)

        assert troubles == []
        sheets = records.sheets("demo")
        said = {one.reviewer: one.sheet.overall for one in sheets}
        assert said == {name: f"{name} sends" for name in secrets}
        assert len(records.assessments("demo")) == 2 * REVIEWERS
        drafts = [records.draft("demo", "ada", name) for name in secrets]
        assert {draft.revision for draft in drafts if draft} == {SAVES + 1}
        apply_marks(course, gradebook, records, "demo")
        assert gradebook.score("ada", "analysis") == 9
        assert assign(course, "demo", records, each=2).submissions == 2
