"""The last station of a student's way: check, hand in, keep the receipt."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any, ClassVar

from practicum.errors import BadInput, PracticumError
from practicum.internship import HandIn as Receipt
from practicum.internship import Internship, WidgetName
from practicum_widgets.exchange import nbgrader
from practicum_widgets.hand_in.checking import Check, check, read_notebook
from practicum_widgets.hand_in.packing import changes_between, pack, receipt
from practicum_widgets.surface import Asked, Node, Surface, h

__all__ = ["HandIn"]


class HandIn(Surface):
    """A check that names what is open, and two ways to hand in: nbgrader, or a zip for an LMS."""

    widget: ClassVar[WidgetName] = "hand_in"

    _checked: Check | None = None
    _trouble = ""
    _thread: threading.Thread | None = None
    _cancelled = False

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return the last check, the receipts (newest first), and when the notebook was saved."""
        receipts = sorted(internship.hand_ins, key=lambda entry: entry.at)
        pairs = zip([None, *receipts], receipts, strict=False)
        shown = [
            entry.model_dump(mode="json", exclude={"files"})
            | {"count": len(entry.files), "changes": changes_between(before, entry)}
            for before, entry in pairs
        ]
        checked = self._checked
        return {
            "checked": {
                "at": checked.at.isoformat(),
                "tests": checked.tests,
                "passed": checked.passed,
                "findings": [[f.key, f.grave, f.about] for f in checked.findings],
            }
            if checked
            else None,
            "running": self._thread is not None and self._thread.is_alive(),
            "trouble": self._trouble,
            "receipts": shown[::-1],
            "saved": self._saved(),
            "brief": self.desk.brief.id,
            "due": self.desk.terms.due.isoformat() if self.desk.terms.due else "",
        }

    def twin(self, internship: Internship) -> Node:
        """Return the receipts as a table."""
        words = self.words
        rows = [
            h(
                "tr",
                h("td", f"{entry.at:%Y-%m-%d %H:%M %Z}"),
                h("td", words[f"way_{entry.way}"]),
                h("td", entry.sha256[:16]),
            )
            for entry in sorted(internship.hand_ins, key=lambda entry: entry.at, reverse=True)
        ]
        heads = h("tr", *[h("th", words[name]) for name in ("when", "way", "digest")])
        shown = h("table", heads, *rows) if rows else h("p", words["no_receipts"])
        return h("section", h("h3", words["title"]), shown)

    def do(self, action: str, asked: Asked) -> Internship:
        """Check, cancel the check, or hand in.

        Raises:
            BadInput: There is no notebook, or something grave is open and was not confirmed.
            PracticumError: It could not be handed in; the message says why.

        """
        if action == "check":
            self._start()
        elif action == "cancel":
            self._cancelled = True
        elif action == "submit":
            self._confirmed(asked)
            self._submit(str(asked["id"]))
        elif action == "pack":
            self._confirmed(asked)
            self._pack(str(asked["id"]))
        else:
            return super().do(action, asked)
        return self.refresh()

    def check(self) -> Check:
        """Check here and now, without a page: for a terminal or a test.

        Raises:
            PracticumError: It cannot be checked; the message says why.

        """
        internship = self.desk.sidecar.read()
        self._checked = check(self.desk, internship, self.now(), self._progress)
        return self._checked

    def _start(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        read_notebook(self.desk)
        self._cancelled, self._trouble = False, ""
        self._thread = threading.Thread(target=self._check, name="check", daemon=True)
        self._thread.start()

    def _check(self) -> None:
        try:
            self.check()
        except PracticumError as error:
            self._trouble = str(error)
        except Exception as error:  # noqa: BLE001 (a thread has nobody else to tell)
            self._trouble = f"the check failed ({type(error).__name__}: {error}): try again"
        finally:
            self._thread = None
            self.refresh()

    def _progress(self, done: int, all_: int) -> bool:
        self.tell({"progress": [done, all_]})
        return not self._cancelled

    def _confirmed(self, asked: Asked) -> None:
        if not asked.get("confirmed") and (self._checked is None or self._checked.grave):
            raise BadInput(str(self.words["confirm_first"]))

    def _submit(self, key: str) -> None:
        """Hand in through nbgrader; the receipt travels along, and goes again if that fails."""
        brief, course = self.desk.brief.id, self.desk.terms.course
        if self.desk.folder.name != brief:
            message = f"nbgrader hands in the folder {brief!r}: rename {self.desk.folder.name!r} so"
            raise BadInput(message)
        self._keep(receipt(self.desk, key, "nbgrader", course, self.now()))
        try:
            nbgrader("submit", brief, "--course", course, folder=self.desk.folder.parent)
        except PracticumError:
            self._drop(key)
            raise

    def _pack(self, key: str) -> None:
        now = self.now()
        target = self.desk.folder / f"{self.desk.brief.id}-{now:%Y%m%d-%H%M%S}.zip"
        handed = receipt(self.desk, key, "zip", target.name, now)
        self._keep(handed)
        try:
            pack(self.desk, handed, target)
        except PracticumError:
            self._drop(key)
            raise

    def _keep(self, handed: Receipt) -> None:
        read_notebook(self.desk)

        def keep(internship: Internship) -> Internship:
            if any(entry.id == handed.id for entry in internship.hand_ins):
                return internship
            return internship.model_copy(update={"hand_ins": (*internship.hand_ins, handed)})

        self.desk.sidecar.change(keep)

    def _drop(self, key: str) -> None:
        def drop(internship: Internship) -> Internship:
            kept = tuple(entry for entry in internship.hand_ins if entry.id != key)
            return internship.model_copy(update={"hand_ins": kept})

        self.desk.sidecar.change(drop)
        self.refresh()

    def _saved(self) -> str:
        file = self.desk.folder / f"{self.desk.brief.grading.notebook}.ipynb"
        try:
            return datetime.fromtimestamp(file.stat().st_mtime).astimezone().isoformat()
        except OSError:
            return ""
