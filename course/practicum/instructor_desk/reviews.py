"""How far the reviewers are, as a table and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from practicum.instructor_desk import markup, plots
from practicum.instructor_desk.reading import Reviewed, written
from practicum.review.progress import ReviewerProgress

__all__ = ["reviews"]

HEADINGS = ("Reviewer", "State", "Done", "Begun", "Due", "Minutes", "Link")
NOBODY = (
    "Nobody in the roster may review {brief}. Add reviewers with `briefs: [{brief}]` to "
    "course/roster.yml, then press Renew."
)


def reviews(reviewed: Reviewed, zone: ZoneInfo) -> str:
    """Return the section on the reviewers of a brief, with their notes to the instructor."""
    progress = reviewed.progress
    if not progress:
        nobody = markup.paragraph(NOBODY.format(brief=reviewed.brief))
        return markup.section(markup.heading("Reviews"), nobody)
    return markup.section(
        markup.heading("Reviews"),
        markup.table(
            "In the review room; minutes are the median of a submission",
            HEADINGS,
            [_row(one, zone) for one in progress],
        ),
        _unassigned(reviewed.without_reviewer),
        markup.picture(plots.progress_chart(progress)),
        _notes(progress),
        _conflicts(progress),
    )


def _row(one: ReviewerProgress, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        f"{one.name} ({one.reviewer})",
        one.state,
        f"{one.done} of {one.assigned}",
        str(one.begun),
        "" if one.due is None else written(one.due.astimezone(zone)),
        "" if one.minutes is None else f"{one.minutes:.0f}",
        one.link,
    )


def _unassigned(codes: Sequence[str]) -> str:
    return markup.paragraph(f"Without a reviewer: {', '.join(codes)}.") if codes else ""


def _notes(progress: Sequence[ReviewerProgress]) -> str:
    notes = [(one.name, note.code, note.words) for one in progress for note in one.notes]
    return markup.section(
        markup.heading("Private notes", 3),
        markup.table("Notes for you alone", ("Reviewer", "Submission", "Note"), notes)
        if notes
        else markup.paragraph("No reviewer has left a note for you."),
    )


def _conflicts(progress: Sequence[ReviewerProgress]) -> str:
    rows = [
        (one.name, each.code, "yes" if each.judged else "no", each.why)
        for one in progress
        for each in one.conflicts
    ]
    if not rows:
        return ""
    return markup.section(
        markup.heading("Conflicts of interest", 3),
        markup.table(
            "Submissions that a reviewer must not judge",
            ("Reviewer", "Submission", "Judged already", "Why"),
            rows,
        ),
    )
