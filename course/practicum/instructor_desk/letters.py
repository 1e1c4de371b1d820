"""Students' questions, those that wait first, and an instructor's answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

import ipywidgets as widgets
from pydantic import ValidationError

from practicum.course import Course
from practicum.errors import BadInput, PracticumError
from practicum.instructor_desk import markup
from practicum.instructor_desk.moderation import LABEL, WIDE
from practicum.records import MAX_WORDS, Records, Said, plain
from practicum.records.base import Clock
from practicum.review.correspondence import open_questions
from practicum.values import Id, Value

__all__ = ["Letters", "Thread", "answer", "threads"]

LONGEST: Final = 60


class Thread(Value):
    """What one student and those who answered said about a brief; ``name`` is the student's."""

    brief: Id
    student: Id
    name: str
    said: tuple[Said, ...]

    @property
    def is_open(self) -> bool:
        """Whether a question waits for an answer."""
        return bool(open_questions(list(self.said)))


def threads(course: Course, brief: str, records: Records) -> tuple[Thread, ...]:
    """Return the threads on a brief, by student."""
    names = {one.id: one.name for one in course.roster.students}
    found: dict[str, list[Said]] = {}
    for one in records.messages(brief):
        found.setdefault(one.student, []).append(one)
    return tuple(
        Thread(brief=brief, student=who, name=names.get(who, who), said=tuple(said))
        for who, said in sorted(found.items())
    )


def answer(course: Course, thread: Thread, text: str, by: str, clock: Clock) -> None:
    """Keep an instructor's answer, as ``practicum room answer`` does.

    Raises:
        BadInput: It has no words, or too many.

    """
    clean = plain(text).strip()
    try:
        said = Said(
            student=thread.student,
            key=f"i-{secrets.token_hex(8)}",
            author="instructor",
            by=by,
            text=clean,
            at=clock(),
        )
    except ValidationError:
        message = f"an answer has 1 to {MAX_WORDS:,} characters"
        raise BadInput(message) from None
    with Records(course.records_url) as records:
        records.say(thread.brief, [said])


class Letters:
    """The section on messages: ``view`` is what is shown.

    Args:
        send: Keeps an answer to a thread: (thread, text, by).
        renew: Called after an answer; it calls ``show``.

    """

    def __init__(self, send: Callable[[Thread, str, str], None], renew: Callable[[], None]) -> None:
        self._send, self._renew = send, renew
        self._waiting: tuple[Thread, ...] = ()
        wide = widgets.Layout(width="auto", max_width=WIDE)
        self.head, self.thread, self.line = markup.block(), markup.block(), markup.block()
        self.said = markup.block()
        self.open = widgets.Dropdown(description="Question", style=LABEL, layout=wide)
        self.by = widgets.Dropdown(description="Who answers", style=LABEL, layout=wide)
        self.text = widgets.Textarea(
            description="Answer",
            placeholder="The student reads it beside the question",
            style=LABEL,
            layout=widgets.Layout(width="auto", max_width=WIDE, height="6rem"),
        )
        self.button = widgets.Button(description="Send the answer", button_style="primary")
        self.form = widgets.VBox(
            [self.open, self.thread, self.by, self.text, self.line, self.button]
        )
        self.view = widgets.VBox([self.head, self.form, self.said])
        self.open.observe(lambda _: self._show_thread(), "value")
        self.button.on_click(lambda _: self._clicked())

    def offer(self, instructors: tuple[tuple[str, str], ...], chosen: str) -> None:
        """Offer instructors as (name, id) to answer; "" is chosen where it is not known who."""
        kept = self.by.value if self.by.value in {one for _, one in instructors} else chosen
        self.by.options = (("choose a name", ""), *instructors)
        self.by.value = kept

    def show(self, found: tuple[Thread, ...]) -> None:
        """Show the threads that wait; the one that was open stays open, with what was typed."""
        kept = self._chosen()
        self._waiting = tuple(one for one in found if one.is_open)
        places = {(one.brief, one.student): n for n, one in enumerate(self._waiting)}
        self.open.options = [(_label(one), n) for n, one in enumerate(self._waiting)]
        if self._waiting:
            place = places.get((kept.brief, kept.student)) if kept else None
            if kept is not None and place is None:
                self.text.value = ""  # it was meant for a question that is answered by now
            self.open.value = place or 0
        self.form.layout.display = "" if self._waiting else "none"
        count = len(self._waiting)
        self.head.value = markup.section(
            markup.heading("Messages"),
            markup.paragraph(
                f"{count} question{'' if count == 1 else 's'} without an answer."
                if count
                else "No question waits for an answer."
            ),
        )
        self._show_thread()

    def _chosen(self) -> Thread | None:
        number = self.open.value
        fits = number is not None and number < len(self._waiting)
        return self._waiting[number] if fits else None

    def _show_thread(self) -> None:
        thread = self._chosen()
        if thread is None:
            self.thread.value = self.line.value = ""
            return
        rows = [
            (f"{one.at:%Y-%m-%d %H:%M}", "student" if one.author == "student" else one.by, one.text)
            for one in thread.said
        ]
        caption = f"{thread.name} on {thread.brief} (times in UTC)"
        self.thread.value = markup.table(caption, ("When", "Who", "Words"), rows)
        self.line.value = markup.command(
            f'practicum room answer {thread.brief} {thread.student} "..."'
        )

    def _clicked(self) -> None:
        thread = self._chosen()
        if thread is None:
            return
        if not self.by.value or not self.text.value.strip():
            what = "write an answer" if self.by.value else "choose who answers"
            self.said.value = markup.notice(f"Before you send: {what}.")
            return
        try:
            self._send(thread, self.text.value, self.by.value)
        except PracticumError as error:
            self.said.value = markup.notice(f"Nothing was sent: {error}")
            return
        self.text.value = ""
        self._renew()
        self.said.value = markup.notice(f"Kept: {thread.name} reads it beside the question.")


def _label(thread: Thread) -> str:
    words = " ".join(plain(open_questions(list(thread.said))[-1].text).split())
    short = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    return f"{thread.brief} · {' '.join(plain(thread.name).split())} · {short}"
