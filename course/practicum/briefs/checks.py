"""What must hold inside a brief beyond the form of its fields."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from practicum.briefs.brief import Brief
from practicum.documents import Document
from practicum.problems import Problem
from practicum.validation import read_value

__all__ = ["brief_problems", "read_brief"]

TOLERANCE = 1e-6
"""Hours this close together are the same."""
UNSAFE = {
    "patient_care": "the care of patients",
    "hazards": "hazards",
    "vulnerable_people": "work with vulnerable people",
}


def read_brief(file: Path, *, pay_floor: float = 20.0) -> Brief:
    """Read and check a brief.yml.

    Args:
        file: The brief.yml; its folder must have the brief's id as its name.
        pay_floor: The least pay for an estimated hour, in the brief's currency.

    Raises:
        InvalidDocument: With every problem that was found.

    """
    return read_value(Brief, file, partial(brief_problems, pay_floor=pay_floor))


def brief_problems(brief: Brief, document: Document, *, pay_floor: float) -> Iterator[Problem]:
    """Yield what contradicts itself, is unfair or is unsafe in a well-formed brief."""
    yield from _name(brief, document)
    yield from _pay(brief, document, pay_floor)
    yield from _milestones(brief, document)
    yield from _repeated_ids(brief, document)
    yield from _legal(brief, document)
    yield from _safety(brief, document)
    yield from _data(brief, document)


def _name(brief: Brief, document: Document) -> Iterator[Problem]:
    folder = document.file.absolute().parent.name
    if brief.id != folder:
        yield document.problem(
            ("id",),
            f"id is {brief.id!r} but the folder is {folder!r}",
            "give both the same name",
        )


def _pay(brief: Brief, document: Document, floor: float) -> Iterator[Problem]:
    if brief.pay.kind == "unpaid":
        if brief.pay.amount:
            yield document.problem(
                ("pay", "amount"), "unpaid work has an amount", "set it to 0 or choose another kind"
            )
        if not brief.credit_bearing:
            yield document.problem(
                ("pay", "kind"),
                "unpaid work must earn credit",
                "set `credit_bearing: true` or pay the learner",
            )
        return
    rate = brief.pay.per_hour(brief.hours)
    if rate < floor:
        yield document.problem(
            ("pay", "amount"),
            f"{rate:.2f} {brief.pay.currency} an hour is below the floor of {floor:.2f}",
            f"pay at least {floor * brief.hours:.0f} for {brief.hours:g} hours, or ask for fewer",
        )


def _milestones(brief: Brief, document: Document) -> Iterator[Problem]:
    total = sum(milestone.hours for milestone in brief.milestones)
    if abs(total - brief.hours) > TOLERANCE:
        yield document.problem(
            ("milestones",),
            f"the milestones' hours sum to {total:g}, the brief says {brief.hours:g}",
            "make the two agree",
        )
    days = brief.duration_weeks * 7
    for index, milestone in enumerate(brief.milestones):
        if milestone.due_day > days:
            yield document.problem(
                ("milestones", index, "due_day"),
                f"milestone {milestone.id!r} is due on day {milestone.due_day}, "
                f"after the end on day {days:g}",
                "set an earlier day or a longer duration_weeks",
            )


def _repeated_ids(brief: Brief, document: Document) -> Iterator[Problem]:
    for part in ("milestones", "deliverables"):
        seen: set[str] = set()
        for index, item in enumerate(getattr(brief, part)):
            if item.id in seen:
                yield document.problem(
                    (part, index, "id"), f"the id {item.id!r} is used twice", "rename one"
                )
            seen.add(item.id)


def _legal(brief: Brief, document: Document) -> Iterator[Problem]:
    legal = brief.legal
    if legal.confidentiality == "nda":
        if legal.alternative_brief is None:
            yield document.problem(
                ("legal", "confidentiality"),
                "an NDA without an alternative brief",
                "name one in `alternative_brief:`, so that nobody has to sign to pass",
            )
        if not legal.portfolio.wording:
            yield document.problem(
                ("legal", "portfolio"),
                "an NDA without portfolio wording",
                "say in `wording:` what the student may show or say",
            )
    if legal.alternative_brief == brief.id:
        yield document.problem(
            ("legal", "alternative_brief"), "a brief is its own alternative", "name another brief"
        )


def _safety(brief: Brief, document: Document) -> Iterator[Problem]:
    for key, words in UNSAFE.items():
        if getattr(brief.safety, key):
            yield document.problem(
                ("safety", key),
                f"a micro-internship must not involve {words}",
                "take that part out of the scope",
            )


def _data(brief: Brief, document: Document) -> Iterator[Problem]:
    folder = document.file.parent
    for index, data in enumerate(brief.data):
        for key in ("file", "script"):
            name = getattr(data, key)
            if name is not None and not (folder / name).is_file():
                yield document.problem(
                    ("data", index, key), f"{name} does not exist", f"put it into {folder}"
                )
