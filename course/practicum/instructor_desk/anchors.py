"""How far reviewers are from the levels agreed on for the anchors, at first and at last."""

from __future__ import annotations

from collections.abc import Sequence

from practicum.instructor_desk import markup, plots
from practicum.review import ReviewerCalibration

__all__ = ["anchors"]

HEADINGS = ("Reviewer", "Anchors scored", "First try", "Last try")


def anchors(brief: str, calibration: Sequence[ReviewerCalibration]) -> str:
    """Return the section on anchors: submissions whose levels instructors agreed on."""
    if not calibration:
        return markup.section(
            markup.heading("Anchors"),
            markup.paragraph(
                f"{brief} has no anchors. An anchor is a submission whose levels you agree on; "
                "reviewers score it before all others and see how far they are from you."
            ),
        )
    rows = [
        (
            f"{one.name} ({one.reviewer})",
            f"{one.scored} of {one.anchors}{'' if one.done else ', not done'}",
            one.first.words,
            one.last.words,
        )
        for one in calibration
    ]
    return markup.section(
        markup.heading("Anchors"),
        markup.paragraph(
            "After each try a reviewer sees the agreed levels, so the first try tells how "
            "somebody judges unaided, and the last one whether that has drifted."
        ),
        markup.picture(plots.drift_chart(calibration)),
        markup.table("How far reviewers are from the agreed levels", HEADINGS, rows),
    )
