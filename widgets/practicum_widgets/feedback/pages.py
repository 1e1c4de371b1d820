"""Where a student's feedback lies: fetched by nbgrader, or laid into the folder by hand."""

from __future__ import annotations

from pathlib import Path

from practicum.errors import BadInput
from practicum.internship import Released, read_released
from practicum_widgets.desk import Desk

__all__ = ["newest_page", "released_to"]

LARGEST = 60_000_000


def newest_page(desk: Desk) -> Path | None:
    """Return the newest feedback page of a desk, or None.

    nbgrader fetches `feedback/<time>/<notebook>.html`; what an LMS handed out is taken as
    `<brief>-feedback.html` or `feedback.html` in the folder.
    """
    name = f"{desk.brief.grading.notebook}.html"
    places = (
        *desk.folder.glob(f"feedback/*/{name}"),
        *desk.folder.glob(f"feedback/{name}"),
        desk.folder / f"{desk.brief.id}-feedback.html",
        desk.folder / "feedback.html",
    )
    found = [place for place in places if place.is_file() and not place.is_symlink()]
    return max(found, key=lambda place: (place.stat().st_mtime_ns, str(place)), default=None)


def released_to(desk: Desk) -> tuple[Released | None, Path | None, str]:
    """Return the newest feedback as data, the page that it is from, and what is wrong with it."""
    page = newest_page(desk)
    if page is None:
        return None, None, ""
    try:
        if page.stat().st_size > LARGEST:
            return None, page, "the page is too large to be read here: open it"
        released = read_released(page.read_bytes())
    except (BadInput, OSError) as error:
        return None, page, str(error)
    if released.brief != desk.brief.id:
        return None, page, f"the page is about another brief ({released.brief})"
    return released, page, ""
