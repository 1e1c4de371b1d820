"""The demo's people: always the same, of every kind, and once of different minds."""

import csv
import io
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from practicum.briefs import Brief, read_brief
from practicum.demo import KINDS
from practicum.demo.cohort import cohort, placements_yml, reviewers_of, roster_yml
from practicum.demo.judgements import assessments_csv, disputed, levels, written_marks_csv
from practicum.demo.mistakes import read_answers
from practicum.demo.setting import BRIEFS, lay_out
from practicum.errors import BadInput
from practicum.marks import needs_moderation
from practicum.people import read_roster
from practicum.placements import read_placements
from practicum.policies import Policies
from practicum.rubrics import Rubric, read_rubric

REPOSITORY = Path(__file__).parents[3]
MEMBERS = cohort(BRIEFS)


def brief_of(name: str) -> Brief:
    """A sample brief."""
    return read_brief(REPOSITORY / "assignments" / name / "brief.yml")


def rubric_of(name: str) -> Rubric:
    """The rubric of a sample brief."""
    return read_rubric(REPOSITORY / "rubrics" / f"{brief_of(name).rubric}.yml")


def test_the_cohort_is_always_the_same() -> None:
    """The same 32 students, eight on each brief, each with an id of their own."""
    assert cohort(BRIEFS) == MEMBERS
    assert Counter(member.brief for member in MEMBERS) == dict.fromkeys(BRIEFS, 8)
    assert len({member.id for member in MEMBERS}) == len({m.lms_id for m in MEMBERS}) == 32


def test_every_kind_occurs() -> None:
    """Every documented kind of submission is handed in, and a right one on each brief."""
    assert {member.kind for member in MEMBERS} == set(KINDS)
    for brief in BRIEFS:
        assert "right" in {member.kind for member in MEMBERS if member.brief == brief}


def test_nobody_is_late_in_the_exchange() -> None:
    """On the first brief, which is handed in now, nobody plays the late one."""
    assert "late" not in {member.kind for member in MEMBERS if member.brief == BRIEFS[0]}


def test_roster_and_placements_are_good(tmp_path: Path) -> None:
    """The demo's roster and placements are read without a problem, and say what the cohort is."""
    briefs = [brief_of(name) for name in BRIEFS]
    (tmp_path / "roster.yml").write_text(roster_yml(MEMBERS, briefs), encoding="utf-8")
    (tmp_path / "placements.yml").write_text(placements_yml(MEMBERS), encoding="utf-8")

    roster = read_roster(tmp_path / "roster.yml")
    placements = read_placements(tmp_path / "placements.yml", roster, BRIEFS)

    assert [student.id for student in roster.students] == [member.id for member in MEMBERS]
    for brief in briefs:
        assert tuple(r.id for r in roster.reviewers_of(brief.id)) == reviewers_of(brief.id)
        assert {r.employer for r in roster.reviewers_of(brief.id)} == {brief.employer.name}
        assert len(placements.students_of(brief.id, roster)) == 8


def test_exactly_one_case_needs_moderation() -> None:
    """Over the whole cohort, the reviewers are far apart in one case, the disputed one."""
    gap = Policies().moderation_gap
    dispute = disputed(MEMBERS)
    cases = [
        (member.id, position)
        for member in MEMBERS
        for position, _ in enumerate(rubric_of(member.brief).rated_by("employer"))
        if needs_moderation(levels(member, position, dispute), gap)
    ]

    assert cases == [(dispute.id, 0)]


def test_reviewers_differ() -> None:
    """Any two of the three reviewers differ somewhere on each brief, and agree mostly."""
    dispute = disputed(MEMBERS)
    for brief in BRIEFS:
        given = [
            levels(member, position, dispute)
            for member in MEMBERS
            if member.brief == brief
            for position, _ in enumerate(rubric_of(brief).rated_by("employer"))
        ]
        for one, other in combinations(range(3), 2):
            apart = sum(case[one] != case[other] for case in given)
            assert 0 < apart < len(given)


@pytest.mark.parametrize("brief", BRIEFS)
def test_the_employers_table(brief: str) -> None:
    """Each reviewer judges each submission by its code, on each criterion, in words of his own."""
    members = [member for member in MEMBERS if member.brief == brief]
    codes = {member.id: f"CODE{number}" for number, member in enumerate(members)}
    answers = read_answers(REPOSITORY / "course" / "cohort" / f"{brief}.yml")
    criteria = [criterion.id for criterion in rubric_of(brief).rated_by("employer")]

    text = assessments_csv(members, codes, rubric_of(brief), answers, disputed(MEMBERS))
    rows = list(csv.DictReader(io.StringIO(text)))

    assert len(rows) == 3 * 8 * len(criteria)
    assert {row["reviewer"] for row in rows} == set(reviewers_of(brief))
    assert {row["submission"] for row in rows} == set(codes.values())
    assert {row["criterion"] for row in rows} == set(criteria)
    assert all(row["level"] in "01234" for row in rows)
    assert not any(member.name in text or f",{member.id}," in text for member in members)
    said = Counter((r["submission"], r["criterion"], r["words"]) for r in rows if r["words"])
    assert max(said.values()) == 1


def test_the_instructors_table() -> None:
    """Each written answer has a mark from 0 to its maximum, better ones for better writing."""
    points = {"recommendation": 15.0, "reflection": 5.0}

    rows = list(csv.DictReader(io.StringIO(written_marks_csv(MEMBERS, points))))

    assert len(rows) == 2 * len(MEMBERS)
    assert all(0 <= float(row["score"]) <= points[row["cell"]] for row in rows)
    by_student = {
        row["student"]: float(row["score"]) for row in rows if row["cell"] == "reflection"
    }
    by_quality = {
        quality: {by_student[m.id] for m in MEMBERS if m.quality == quality and m.kind != "empty"}
        for quality in ("strong", "fair", "weak")
    }
    assert min(by_quality["strong"]) > max(by_quality["fair"])
    assert min(by_quality["fair"]) > max(by_quality["weak"])


def test_where_the_demo_may_play(tmp_path: Path) -> None:
    """The demo needs a checkout, never overwrites another folder, and goes on in its own."""
    with pytest.raises(BadInput, match="the demo needs a checkout of practicum"):
        lay_out(tmp_path / "demo", tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(BadInput, match="holds something that is not the demo"):
        lay_out(tmp_path / "mine", REPOSITORY)

    setting = lay_out(tmp_path / "demo", REPOSITORY)
    settings = (setting.folder / "course" / "course.yml").read_text()

    assert lay_out(tmp_path / "demo", REPOSITORY) == setting
    assert (setting.folder / "course" / "course.yml").read_text() == settings
    assert [len(setting.of(brief)) for brief in BRIEFS] == [8, 8, 8, 8]
