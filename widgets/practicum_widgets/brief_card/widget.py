"""The brief, the most important first: question, deliverables, date, hours; then all the rest."""

from __future__ import annotations

from typing import Any, ClassVar

from practicum.briefs import Brief
from practicum.internship import Internship, WidgetName
from practicum_widgets.surface import Node, Surface, h

__all__ = ["BriefCard"]


class BriefCard(Surface):
    """What the employer wants. It changes nothing."""

    widget: ClassVar[WidgetName] = "brief_card"

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return the brief, the course's date and the rubric."""
        brief, rubric = self.desk.brief, self.desk.rubric
        criteria = [
            {
                "id": criterion.id,
                "title": criterion.title,
                "question": criterion.question,
                "levels": [[level, said] for level, said in sorted(criterion.levels.items())],
            }
            for criterion in (rubric.criteria if rubric else ())
        ]
        titles = {criterion["id"]: criterion["title"] for criterion in criteria}
        return {
            "brief": brief.model_dump(mode="json", exclude={"grading", "matching", "safety"}),
            "due": self.desk.terms.due.isoformat() if self.desk.terms.due else "",
            "timezone": self.desk.terms.timezone,
            "pay": self.pay(brief),
            "criteria": criteria,
            "criterion_titles": titles,
            "handed_in": bool(internship.hand_ins),
        }

    def pay(self, brief: Brief) -> str:
        """Say in one line what is paid."""
        if brief.pay.kind == "unpaid":
            credit = self.words["for_credit"] if brief.credit_bearing else ""
            return " ".join(filter(None, (self.words["unpaid"], credit)))
        amount = f"{brief.pay.amount:g} {brief.pay.currency}"
        return str(self.words[f"pay_{brief.pay.kind}"]).format(amount=amount)

    def twin(self, internship: Internship) -> Node:
        """Return the brief as plain HTML."""
        brief, words, view = self.desk.brief, self.words, self.seen(internship)
        people = brief.people
        facts = {
            "due": self.desk.terms.due.strftime("%Y-%m-%d %H:%M %Z")
            if self.desk.terms.due
            else words["no_due"],
            "hours": f"{brief.hours:g}",
            "pay": view["pay"],
            "supervisor": f"{people.supervisor.name}, {people.supervisor.role}",
            "champion": f"{people.champion.name}, {people.champion.role}",
            "ip": brief.legal.ip,
            "confidentiality": words[f"confidentiality_{brief.legal.confidentiality}"],
            "ai": brief.ai_policy.text,
        }
        return h(
            "section",
            h("h3", brief.title),
            h("p", h("strong", brief.employer.name), f" – {brief.employer.about}"),
            h("p", h("strong", brief.question)),
            h("h4", words["deliverables"]),
            h("ul", *[h("li", f"{d.title}: {d.acceptance}") for d in brief.deliverables]),
            h("table", *[h("tr", h("th", words[k]), h("td", v)) for k, v in facts.items()]),
            h("h4", words["rubric"]),
            h("ul", *[h("li", f"{c['title']}: {c['question']}") for c in view["criteria"]]),
        )
