"""Pages for employers: each graded submission under its blind code, and what to judge it by.

Only what is new or has changed is made, by several processes where it is much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.briefs import Brief
from practicum.course import Course
from practicum.errors import NotReady
from practicum.progress import Progress, Step, silent
from practicum.records import Records
from practicum.review.assessing import rows_for, template_csv
from practicum.review.folder import ReviewersFolder
from practicum.review.ingredients import Ingredients, digest_of, notebook_file
from practicum.review.ports import Gradebook, opened
from practicum.review.rendered import Page, Rendered, rendered_file
from practicum.review.submissions import submissions_of
from practicum.rubrics import Rubric
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.gradebook import AnswerKey

__all__ = ["PagesReport", "codes_shown", "pages"]

_DIGEST = 64
_NO_DIGEST = b" " * _DIGEST


class PagesReport(Value):
    """What was written into a folder for reviewers.

    ``codes`` are the submissions that have a page; ``rendered`` counts the pages that had to
    be made, because they are new or something that they are made from has changed;
    ``written`` counts the files that are new or have changed. ``ungraded`` counts submissions
    that came in, but have no page yet.
    """

    brief: str
    folder: Path
    index: Path
    table: Path
    codes: tuple[str, ...]
    written: int
    rendered: int
    ungraded: int


def pages(
    course: Course,
    brief: str,
    folder: Path,
    *,
    gradebook: Gradebook | None = None,
    progress: Progress = silent,
) -> PagesReport:
    """Write a blind page for each graded submission, an index, and the table to fill in.

    Args:
        course: The course.
        brief: The brief's id.
        folder: Where they go; new, empty, or from an earlier call for the same brief.
        gradebook: The gradebook; the course's own one if None.
        progress: Told each page that is made.

    Raises:
        BadInput: The folder cannot be made, or holds something else, such as a filled table.
        NotReady: Nothing is graded yet, or a graded notebook cannot be read; the pages of all
            others are there, and its own is not.
        UnknownName: The course has no such brief.

    """
    read, rubric = course.brief(brief), course.rubric(brief)
    with (
        opened(course, gradebook, to_write=False) as book,
        Records(course.records_url) as records,
    ):
        coded = submissions_of(course, brief, records, book).coded
        graded = set(book.students(brief)) if brief in book.briefs() else set()
        ready = {
            code: student
            for code, student in coded.items()
            if student in graded and notebook_file(course, read, student).is_file()
        }
        if not ready:
            message = f"{brief}: there is nothing graded to show yet: run `practicum grade {brief}`"
            raise NotReady(message)
        key = book.answer_key(brief)
    place = ReviewersFolder(folder.absolute(), f"{brief}.csv")
    place.check()
    run = _Run(course, read, rubric, key, ready, place)
    written, rendered = run.write(progress)
    return PagesReport(
        brief=brief,
        folder=place.place,
        index=place.index,
        table=place.table,
        codes=tuple(ready),
        written=written,
        rendered=rendered,
        ungraded=len(coded) - len(ready),
    )


def codes_shown(
    course: Course,
    brief: str,
    records: Records,
    codes: tuple[str, ...],
    *,
    gradebook: Gradebook | None = None,
) -> dict[str, str]:
    """Return whose submissions the codes of ``PagesReport`` are; each one is of this brief."""
    with opened(course, gradebook, to_write=False) as book:
        coded = submissions_of(course, brief, records, book).coded
    return {code: coded[code] for code in codes if code in coded}


@dataclass(frozen=True)
class _Run:
    """One call, with all that was read from the databases before it writes."""

    course: Course
    brief: Brief
    rubric: Rubric
    key: AnswerKey
    ready: Mapping[str, str]
    folder: ReviewersFolder

    def write(self, progress: Progress) -> tuple[int, int]:
        """Write what has changed; return how many files were, and how many pages were made."""
        place = rendered_file(self.course, self.brief.id)
        ingredients = Ingredients.of(self.course, self.brief, self.key)
        before = Rendered.read(place)
        now: dict[str, Page] = {}
        stale: list[str] = []
        for code, student in self.ready.items():
            notebook = digest_of(notebook_file(self.course, self.brief, student))
            made_from = ingredients.of_page(code, student, notebook)
            if before.is_current(self.folder.place / _name(code), made_from):
                now[_name(code)] = before.pages[_name(code)]
            else:
                stale.append(code)
        self.folder.prepare({_name(code) for code in self.ready})
        try:
            written = self._write_pages(stale, ingredients, now, progress)
            written += self._write_first_page(ingredients, before, now)
        finally:
            # Also when a notebook cannot be read: the other pages need not be made again.
            Rendered(pages=now).write(place)
        rows = rows_for(self.ready, self.rubric.rated_by("employer"))
        written += self.folder.write(self.folder.table.name, template_csv(rows))
        return written, len(stale)

    def _write_pages(
        self, stale: Sequence[str], ingredients: Ingredients, now: dict[str, Page], tell: Progress
    ) -> int:
        written = 0
        faults: list[str] = []
        done = len(self.ready) - len(stale)
        for code, (notebook, page) in zip(stale, self._made(stale), strict=True):
            if not notebook:
                # An older page would be of something else, and may name who is known by now.
                (self.folder.place / _name(code)).unlink(missing_ok=True)
                faults.append(page.decode("utf-8"))
                continue
            written += self.folder.write(_name(code), page)
            made_from = ingredients.of_page(code, self.ready[code], notebook)
            now[_name(code)] = Page.of(made_from, page)
            done += 1
            tell(Step(f"pages {self.brief.id}", done, len(self.ready), code))
        if faults:  # told at the end: one notebook keeps nobody else's page out
            more = f" ({len(faults) - 1} more like it)" if len(faults) > 1 else ""
            raise NotReady(faults[0] + more)
        return written

    def _made(self, codes: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield for each code the digest of the notebook that was read, and its page.

        Where it could not be made, the digest is "", and the page says why.
        """
        if not codes:
            return
        # The libraries that make pages are slow to import; who changes nothing needs none.
        from practicum.rendering.forks import processes_for, spread  # noqa: PLC0415
        from practicum.review.making import PageMaker  # noqa: PLC0415

        maker = PageMaker(self.course, self.brief, self.key)

        def work(place: int) -> bytes:
            student = self.ready[codes[place]]
            try:
                notebook, page = maker.page(codes[place], student)
            except NotReady as error:
                return _NO_DIGEST + str(error).encode("utf-8", "replace")
            except Exception as error:  # noqa: BLE001 (a student wrote it: it is told at the end)
                file = notebook_file(self.course, self.brief, student)
                message = (
                    f"{file}: no page can be made of it ({type(error).__name__}): look into it"
                )
                return _NO_DIGEST + message.encode("utf-8", "replace")
            return notebook.encode("ascii") + page

        for made in spread(work, len(codes), processes=processes_for(len(codes))):
            yield made[:_DIGEST].decode("ascii").strip(), made[_DIGEST:]

    def _write_first_page(
        self, ingredients: Ingredients, before: Rendered, now: dict[str, Page]
    ) -> int:
        codes, table, index = tuple(self.ready), self.folder.table.name, self.folder.index
        made_from = ingredients.of_index(self.rubric, codes, table)
        if before.is_current(index, made_from):
            now[index.name] = before.pages[index.name]
            return 0
        from practicum.review.page import index_html  # noqa: PLC0415 (see _made)

        page = index_html(self.brief, self.rubric, codes, table=table)
        now[index.name] = Page.of(made_from, page)
        return self.folder.write(index.name, page)


def _name(code: str) -> str:
    return f"{code}.html"
