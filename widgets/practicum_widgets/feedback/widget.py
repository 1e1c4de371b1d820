"""The feedback of a brief, beside the work that it is about."""

from __future__ import annotations

from typing import Any, ClassVar

from practicum.errors import ExchangeFailed
from practicum.internship import Internship, WidgetName
from practicum_widgets.exchange import nbgrader
from practicum_widgets.feedback.pages import newest_page, released_to
from practicum_widgets.surface import Asked, Node, Surface, h

__all__ = ["Feedback"]


class Feedback(Surface):
    """The mark and how it is made up, criterion by criterion; before release, how to get it."""

    widget: ClassVar[WidgetName] = "feedback"

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return the released feedback, where its page is, and what is wrong with it."""
        released, page, fault = released_to(self.desk)
        brief, course = self.desk.brief.id, self.desk.terms.course
        return {
            "released": released.model_dump(mode="json") if released else None,
            "page": page.relative_to(self.desk.folder).as_posix() if page else "",
            "fault": fault,
            "handed_in": bool(internship.hand_ins),
            "command": f"nbgrader fetch_feedback {brief} --course {course}",
        }

    def twin(self, internship: Internship) -> Node:
        """Return the mark, its rows, the criteria and the next steps."""
        words = self.words
        released, _, fault = released_to(self.desk)
        if released is None:
            said = words["none_yet"].format(command=self.seen(internship)["command"])
            return h("section", h("h3", words["title"]), h("p", fault or said))
        rows = [
            h("tr", h("td", r.title), h("td", r.points), h("td", r.most)) for r in released.rows
        ]
        criteria = [
            h("li", f"{c.title}: {_level(c.level)} ", *[h("blockquote", said) for said in c.words])
            for c in released.criteria
        ]
        steps = [h("li", f"{s.title}, {s.level}: {s.descriptor}") for s in released.steps]
        heads = [h("th", words[name]) for name in ("part", "points", "most")]
        return h(
            "section",
            h("h3", words["title"]),
            h("p", words["mark"].format(**released.model_dump())),
            h("table", h("tr", *heads), *rows),
            h("ul", *criteria),
            h("h4", words["next"]) if steps else None,
            h("ul", *steps) if steps else None,
        )

    def do(self, action: str, asked: Asked) -> Internship:
        """Look for new feedback, through nbgrader's exchange: a folder, or the course's service.

        Raises:
            ExchangeFailed: nbgrader is not here, or has nothing; the message says why.

        """
        if action != "fetch":
            return super().do(action, asked)
        course, brief = self.desk.terms.course, self.desk.brief.id
        try:
            nbgrader("fetch_feedback", brief, "--course", course, folder=self.desk.folder.parent)
        except ExchangeFailed as error:
            # So nbgrader calls it while there is no feedback of anybody.
            if "Assignment not found" not in str(error):
                raise
            raise ExchangeFailed(str(self.words["not_released"])) from None
        if newest_page(self.desk) is None:  # a course's service has none, and that is no error
            raise ExchangeFailed(str(self.words["not_released"]))
        return self.refresh()

    def look(self) -> None:
        """Show a page that has come in meanwhile."""
        self.refresh()


def _level(level: float | None) -> str:
    return "–" if level is None else f"{level:g} / 4"
