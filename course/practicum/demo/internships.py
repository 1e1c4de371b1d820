"""What the demo's students kept beside their notebooks: goals, hours, evidence, self-assessment.

It is made from the brief, the student's kind of submission and the quality of the work, so that
it is the same in every run.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from practicum.internship import (
    Achievement,
    Contact,
    Internship,
    Message,
    MilestoneState,
    Objective,
    SelfLevel,
    TimeEntry,
)

if TYPE_CHECKING:
    from practicum.briefs import Brief
    from practicum.demo.cohort import Member
    from practicum.demo.mistakes import Quality
    from practicum.rubrics import Rubric

__all__ = ["internship_of"]

DILIGENCE: Final[dict[Quality, float]] = {"strong": 1.1, "fair": 0.9, "weak": 0.4}
"""Hours that were logged, as a part of the brief's."""
LEVEL: Final[dict[Quality, int]] = {"strong": 3, "fair": 3, "weak": 2}
"""How students see themselves: the weaker, the further above the employer's level."""
REACHED: Final = {"strong": "yes", "fair": "partly", "weak": "no"}
MEASURE: Final = "I can explain every line of it to a colleague"
LOOKED_BACK: Final[dict[Quality, str]] = {
    "strong": "I could do it without looking things up in the end.",
    "fair": "It works, but I still copy more than I understand.",
    "weak": "I began too late to get there.",
}


def internship_of(member: Member, brief: Brief, rubric: Rubric, due: datetime) -> Internship:
    """Return what a student of the demo kept; those who handed in nothing of their own, nothing."""
    if member.kind == "empty":
        return Internship(brief=brief.id)
    start = (due - timedelta(days=max(m.due_day for m in brief.milestones))).astimezone(UTC)
    quality = member.quality
    return Internship(
        brief=brief.id,
        revision=12,
        objectives=_objectives(brief, rubric, quality),
        milestones=_milestones(brief, quality),
        time=_time(brief, quality, start),
        messages=_messages(brief, start),
        achievements=_achievements(brief, quality, start),
        contacts=(_contact(brief, start),),
        self_assessment=_levels(rubric, quality),
    )


def _objectives(brief: Brief, rubric: Rubric, quality: Quality) -> tuple[Objective, ...]:
    skills = [skill.name for skill in brief.skills][-2:]
    return tuple(
        Objective.model_validate(
            {
                "id": f"goal-{number}",
                "text": f"Use what I know of {skill.lower()} on an employer's question",
                "measure": MEASURE,
                "skill": skill,
                "criterion": criterion.id,
                "reached": REACHED[quality],
                "looked_back": LOOKED_BACK[quality],
            }
        )
        for number, (skill, criterion) in enumerate(zip(skills, rubric.criteria, strict=False), 1)
    )


def _milestones(brief: Brief, quality: Quality) -> tuple[MilestoneState, ...]:
    done = len(brief.milestones) if quality != "weak" else len(brief.milestones) // 2
    return tuple(
        MilestoneState(milestone=milestone.id, state="done" if number < done else "doing")
        for number, milestone in enumerate(brief.milestones)
    )


def _time(brief: Brief, quality: Quality, start: datetime) -> tuple[TimeEntry, ...]:
    """Log each milestone in one sitting, in the evening of its last day."""
    return tuple(
        TimeEntry(
            id=f"time-{number}",
            milestone=milestone.id,
            begin=start + timedelta(days=max(0, milestone.due_day - 1)),
            minutes=max(5, round(60 * milestone.hours * DILIGENCE[quality])),
            note=milestone.title,
        )
        for number, milestone in enumerate(brief.milestones, 1)
    )


def _messages(brief: Brief, start: datetime) -> tuple[Message, ...]:
    question = "Is the table in the folder the whole of the data, or should I ask for more?"
    answer = "It is all we have. Please say in your text what it cannot tell us."
    return (
        Message(id="question-1", text=question, at=start + timedelta(days=1), sent=True),
        Message(
            id="answer-1",
            author="supervisor",
            name=brief.people.supervisor.name,
            text=answer,
            at=start + timedelta(days=2),
            answers="question-1",
            sent=True,
        ),
    )


def _achievements(brief: Brief, quality: Quality, start: datetime) -> tuple[Achievement, ...]:
    if quality == "weak":
        return ()
    return tuple(
        Achievement(
            id=f"done-{number}",
            text=f"Handed over: {deliverable.title.lower()}",
            kind="cell",
            evidence=deliverable.cells[0] if deliverable.cells else "",
            skill=brief.skills[number % len(brief.skills)].name if brief.skills else "",
            at=start + timedelta(days=number + 2),
        )
        for number, deliverable in enumerate(brief.deliverables[:2])
    )


def _contact(brief: Brief, start: datetime) -> Contact:
    champion = brief.people.champion
    met = (start + timedelta(days=1)).date()
    return Contact(
        id="contact-1",
        name=champion.name,
        role=champion.role,
        met=met,
        follow_up="thank for the kick-off call",
    )


def _levels(rubric: Rubric, quality: Quality) -> tuple[SelfLevel, ...]:
    words = "I checked it once more before I handed in."
    return tuple(
        SelfLevel(criterion=criterion.id, level=LEVEL[quality], evidence=words)
        for criterion in rubric.criteria
    )
