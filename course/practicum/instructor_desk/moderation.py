"""The cases of a brief, one at a time, with the form that decides them."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from practicum.errors import PracticumError
from practicum.instructor_desk import markup
from practicum.instructor_desk.case import case_html, case_label, level_label, link_html
from practicum.instructor_desk.reading import Decided, Judged, written
from practicum.report.readings import some
from practicum.review import Dispute
from practicum.rubrics import Rubric

__all__ = ["Decide", "Moderation"]

Decide = Callable[[Dispute, int, str, str], str]
"""Decides a case by level, reason and instructor; returns the answer in words."""

Key = tuple[str, str, str]
WIDE = "46rem"
LABEL = {"description_width": "6.5rem"}
HEADINGS = ("When", "Submission", "Criterion", "Level", "By", "Why")


class Moderation:
    """The section on moderation: ``view`` is what is shown.

    What was typed for a case and not decided yet is there again when one comes back to it.

    Args:
        decide: Called when a case is decided.
        renew: Called after a decision; it calls ``show``.

    """

    def __init__(self, decide: Decide, renew: Callable[[], None]) -> None:
        self._decide, self._renew = decide, renew
        self._open: tuple[Dispute, ...] = ()
        self._rubric: Rubric | None = None
        self._shown: Dispute | None = None
        self._brief = ""
        self._drafts: dict[Key, tuple[int | None, str]] = {}
        self._make_controls()
        self.cases.observe(self._chosen, "value")
        self.button.on_click(self._clicked)

    def _make_controls(self) -> None:
        def wide(**more: str) -> widgets.Layout:
            return widgets.Layout(width="auto", max_width=WIDE, **more)

        self.head, self.case = markup.block(), markup.block()
        self.answer, self.decided = markup.block(), markup.block()
        self.link = widgets.Output()
        self.cases = widgets.Select(description="Case", style=LABEL, layout=wide())
        self.by = widgets.Dropdown(description="Who decides", style=LABEL, layout=wide())
        self.level = widgets.RadioButtons(
            options=(), description="Level", style=LABEL, layout=wide(height="auto")
        )
        self.reason = widgets.Textarea(
            description="Reason",
            placeholder="Why this level; the student reads it",
            style=LABEL,
            layout=wide(height="6rem"),
        )
        self.button = widgets.Button(description="Decide", button_style="primary")
        self.form = widgets.VBox(
            [self.cases, self.case, self.link, self.by, self.level, self.reason]
        )
        row = widgets.HBox([self.button, self.answer], layout=wide(align_items="center"))
        self.view = widgets.VBox([self.head, self.form, row, self.decided])

    def offer(self, instructors: tuple[tuple[str, str], ...], chosen: str) -> None:
        """Offer instructors as (name, id) to decide; "" is chosen where it is not known who."""
        known = {one for _, one in instructors}
        kept = self.by.value if self.by.value in known else chosen
        self.by.options = (("choose a name", ""), *instructors)
        self.by.value = kept

    def show(self, judged: Judged, rubric: Rubric) -> None:
        """Show cases and decisions; the case that was open stays, or else its place in the list."""
        self._keep_draft()
        place = self.cases.index or 0 if judged.brief == self._brief else 0
        key = _key(self._shown) if self._shown else None
        keys = [_key(case) for case in judged.open]
        self._open, self._rubric = judged.open, rubric
        self._shown, self._brief = None, judged.brief
        self.cases.options = [(case_label(case), number) for number, case in enumerate(judged.open)]
        self.cases.rows = min(8, max(2, len(keys)))
        if keys:
            self.cases.index = keys.index(key) if key in keys else min(place, len(keys) - 1)
        self._open_case()
        self.form.layout.display = self.button.layout.display = "" if keys else "none"
        self.head.value = markup.section(
            markup.heading("Moderation"),
            markup.paragraph(_how_many(len(keys))),
        )
        self.decided.value = _decisions(judged)

    def _chosen(self, _: object) -> None:
        if self._shown is not None:
            self._keep_draft()
            self.answer.value = ""
            self._open_case()

    def _keep_draft(self) -> None:
        if self._shown is not None:
            self._drafts[_key(self._shown)] = (self.level.value, self.reason.value)

    def _open_case(self) -> None:
        """Put the chosen case and what was typed for it into the form."""
        number = self.cases.index
        case = self._open[number] if number is not None and number < len(self._open) else None
        criterion = self._rubric and case and self._rubric.criterion(case.criterion)
        self._shown = case
        if case is None or not criterion:
            self.case.value, self.link.outputs = "", ()
            return
        self.case.value = case_html(case, criterion)
        self.link.outputs = (_html_output(link_html(case)),)
        level, reason = self._drafts.get(_key(case), (None, ""))
        self.level.options = [
            (level_label(number, words), number)
            for number, words in sorted(criterion.levels.items())
        ]
        self.level.value, self.reason.value = level, reason

    def _clicked(self, _: object) -> None:
        case = self._shown
        missing = self._missing()
        if case is None or missing:
            self.answer.value = markup.notice(missing)
            return
        self.button.disabled = True
        try:
            said = self._decide(case, self.level.value, self.reason.value, self.by.value)
        except PracticumError as error:
            self.answer.value = markup.notice(f"Nothing was decided: {error}")
            return
        finally:
            self.button.disabled = False
        self._drafts.pop(_key(case), None)
        self._shown = None
        self._renew()
        self.answer.value = markup.notice(said)

    def _missing(self) -> str:
        wanted = (
            (self.by.value, "choose who decides"),
            (self.level.value is not None, "choose a level"),
            (self.reason.value.strip(), "write the reason, which the student reads"),
        )
        missing = [words for there, words in wanted if not there]
        return f"Before you decide: {', '.join(missing)}." if missing else ""


def _key(case: Dispute) -> Key:
    return case.brief, case.student, case.criterion


def _how_many(cases: int) -> str:
    if not cases:
        return "There is no case to decide: nowhere are two reviewers far apart."
    return (
        f"{some(cases, 'case')} to decide. Read the work and the words, choose a level, and say "
        "why; the student reads your reason, and never who said what."
    )


def _decisions(judged: Judged) -> str:
    if not judged.decided:
        return markup.section(
            markup.heading("Decisions taken", 3), markup.paragraph("Nothing was decided yet.")
        )
    replaced = len(judged.logged) - len(judged.decided)
    kept = f"Kept in the log: {some(len(judged.logged), 'decision')}"
    kept += f", of which {replaced} replaced by a later one." if replaced > 0 else "."
    log = [(written(e.at), e.student, e.detail, e.by) for e in judged.logged]
    return markup.section(
        markup.heading("Decisions taken", 3),
        markup.table("Decisions that count", HEADINGS, map(_row, judged.decided)),
        markup.folded(kept, markup.table("The log", ("When", "Submission", "What", "By"), log)),
        markup.paragraph(
            "To change one: practicum moderate "
            f'{judged.brief} CODE CRITERION --level N --reason "..."'
        ),
    )


def _row(one: Decided) -> tuple[str, ...]:
    who = f"{one.student} ({one.code})"
    return written(one.at), who, one.title, str(one.level), one.by, one.reason


def _html_output(html: str) -> dict[str, object]:
    """Return HTML as a cell's output, whose links JupyterLab follows; those of a widget not."""
    return {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
