"""The brief: what an employer asks for, in the words and numbers that all parties agree on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from practicum.briefs.variants import Parameter, ParameterName
from practicum.values import CellId, Email, Id, Text, Value

__all__ = [
    "AiPolicy",
    "Brief",
    "Contact",
    "DataFile",
    "Deliverable",
    "Employer",
    "Grading",
    "Legal",
    "Matching",
    "Milestone",
    "Pay",
    "Portfolio",
    "Safety",
    "Skill",
    "Support",
    "Team",
]

Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
RelativePath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*([./][A-Za-z0-9_-]+)*$"),
    Field(description="a path inside the brief's folder, such as data/flights.csv"),
]


class Employer(Value):
    """The organisation that asks for the work."""

    name: Short
    about: Text
    industry: Short
    website: Short | None = None


class Contact(Value):
    """A person at the employer."""

    name: Short
    role: Short
    email: Email


class People(Value):
    """The champion helps day to day; the supervisor is senior and signs the work off."""

    champion: Contact
    supervisor: Contact


class DataFile(Value):
    """A file of data that comes with the brief, with its origin and licence."""

    file: RelativePath
    title: Short
    rows: Annotated[int, Field(ge=1)] | None = None
    source: Text
    licence: Annotated[Short, Field(description="an SPDX id, or 'public domain'")]
    script: RelativePath | None = None


class Team(Value):
    """How many learners work on the brief together."""

    min: Annotated[int, Field(ge=1, le=10)] = 1
    max: Annotated[int, Field(ge=1, le=10)] = 1

    @model_validator(mode="after")
    def _ordered(self) -> Team:
        if self.min > self.max:
            message = f"min {self.min} is above max {self.max}: exchange the two"
            raise ValueError(message)
        return self


class Pay(Value):
    """What the learner is paid: a fixed fee for the whole work, or by the hour."""

    kind: Literal["fixed", "hourly", "unpaid"]
    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"

    def per_hour(self, hours: float) -> float:
        """Return the pay for each of ``hours`` estimated hours, in ``currency``."""
        return self.amount if self.kind == "hourly" else self.amount / hours


class Milestone(Value):
    """A part of the work with its own hours and date."""

    id: Id
    title: Short
    hours: Annotated[float, Field(gt=0, le=400, allow_inf_nan=False)]
    due_day: Annotated[int, Field(ge=0, le=366, description="days after the start")]


class Deliverable(Value):
    """A thing that is handed over, and the rule by which it is accepted."""

    id: Id
    title: Short
    acceptance: Annotated[Text, Field(description="the rule by which the employer accepts it")]
    criteria: Annotated[tuple[Id, ...], Field(min_length=1, description="rubric criteria")]
    cells: Annotated[tuple[CellId, ...], Field(description="grade_ids of graded cells")] = ()


class Support(Value):
    """How the employer helps while the work goes on."""

    kick_off: Short
    check_in: Short
    contact: Short
    response_days: Annotated[int, Field(ge=0, le=30)]


class Portfolio(Value):
    """Whether the work may be shown to others, and how it has to be worded."""

    allowed: bool
    wording: Text | None = None


class Legal(Value):
    """Who owns the work, what is confidential, and the way out without penalty."""

    ip: Text
    confidentiality: Literal["none", "nda"]
    portfolio: Portfolio
    alternative_brief: Id | None = None


class Safety(Value):
    """What a student must not be exposed to."""

    patient_care: bool
    hazards: bool
    vulnerable_people: bool


class Matching(Value):
    """What helps a student to decide whether the brief fits."""

    topics: tuple[Short, ...]
    prerequisites: tuple[Short, ...] = ()
    location: Literal["remote", "on-site", "hybrid"]
    hiring_potential: Literal["none", "possible", "planned"]


class Skill(Value):
    """A skill that the work shows, with its code in O*NET or ESCO where there is one."""

    name: Short
    onet: (
        Annotated[
            str,
            StringConstraints(
                pattern=r"^(\d\.[A-Z](\.\d+(\.[a-z](\.\d+)?)?)?|\d{2}-\d{4}(\.\d{2})?)$"
            ),
        ]
        | None
    ) = Field(default=None, description="an O*NET element (2.A.2.a) or occupation (15-2051)")
    esco: (
        Annotated[
            str,
            StringConstraints(
                pattern=r"^http://data\.europa\.eu/esco/(skill|occupation)/[0-9A-Za-z-]+$"
            ),
        ]
        | None
    ) = Field(default=None, description="an ESCO concept URI")


class AiPolicy(Value):
    """Whether and how generative tools may be used."""

    use: Literal["none", "disclosed", "free"]
    text: Text


class Grading(Value):
    """What the notebook promises: its name, and the points that an untouched copy earns."""

    notebook: Id = "brief"
    untouched_points: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0


class Brief(Value):
    """A project brief. Fields as the field's platforms use them; see docs/files.md."""

    schema_version: Literal[1]
    id: Id
    title: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    sample: Annotated[bool, Field(description="true: the employer is an example")] = False
    employer: Employer
    people: People
    situation: Text
    question: Text
    scope: Text
    tools: tuple[Short, ...]
    data: tuple[DataFile, ...] = ()
    hours: Annotated[float, Field(ge=5, le=40, description="estimated hours, 5 to 40")]
    duration_weeks: Annotated[float, Field(gt=0, le=26)]
    team: Team = Team()
    pay: Pay
    credit_bearing: bool
    milestones: Annotated[tuple[Milestone, ...], Field(min_length=1)]
    deliverables: Annotated[tuple[Deliverable, ...], Field(min_length=1)]
    rubric: Annotated[Id, Field(description="the name of a file in rubrics/, without .yml")]
    support: Support
    legal: Legal
    safety: Safety
    matching: Matching
    skills: tuple[Skill, ...] = ()
    ai_policy: AiPolicy
    grading: Grading = Grading()
    variants: Annotated[
        dict[ParameterName, Parameter],
        Field(max_length=20, description="parameters that differ from student to student"),
    ] = Field(default_factory=dict)
