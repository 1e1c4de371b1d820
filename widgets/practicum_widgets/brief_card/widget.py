"""The brief, the most important first: question, deliverables, date, hours; then all the rest."""

from __future__ import annotations

from typing import Any, ClassVar

from practicum.internship import Internship, WidgetName
from practicum_widgets.brief_card.paragraphs import paragraphs
from practicum_widgets.brief_card.twin import brief_as_html
from practicum_widgets.surface import Node, Surface

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
            "situation": paragraphs(brief.situation),
            "scope": paragraphs(brief.scope),
            "due": self.desk.terms.due.isoformat() if self.desk.terms.due else "",
            "timezone": self.desk.terms.timezone,
            "hours": self.hours(),
            "pay": self.pay(),
            "portfolio": self.portfolio(),
            "criteria": criteria,
            "criterion_titles": titles,
            "handed_in": bool(internship.hand_ins),
        }

    def hours(self) -> str:
        """Say in one line how much work it is."""
        brief = self.desk.brief
        key = "hours_in_week" if brief.duration_weeks == 1 else "hours_in"
        said = str(self.words[key])
        return said.format(hours=f"{brief.hours:g}", weeks=f"{brief.duration_weeks:g}")

    def pay(self) -> str:
        """Say in one line what is paid, and whether it counts in the course."""
        pay = self.desk.brief.pay
        amount = f"{pay.amount:g} {pay.currency}"
        said = str(self.words[f"pay_{pay.kind}"]).format(amount=amount)
        return f"{said} {self.words['for_credit']}" if self.desk.brief.credit_bearing else said

    def portfolio(self) -> str:
        """Say whether the work may be shown, and in which words."""
        portfolio = self.desk.brief.legal.portfolio
        if not portfolio.allowed:
            return str(self.words["portfolio_no"])
        return portfolio.wording or str(self.words["portfolio_yes"])

    def twin(self, internship: Internship) -> Node:
        """Return the brief as plain HTML."""
        return brief_as_html(self.desk, self.words, self.seen(internship))
