"""The last station of a student's way: check, hand in, keep the receipt."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from practicum.errors import BadInput, CheckFailed, PracticumError
from practicum.internship import Internship, WidgetName
from practicum_widgets.desk import Desk
from practicum_widgets.hand_in import submitting, telling
from practicum_widgets.hand_in.checking import Check, check, digest_of
from practicum_widgets.hand_in.findings import Finding
from practicum_widgets.hand_in.outcome import Outcome
from practicum_widgets.hand_in.outcome_twin import outcome_twin
from practicum_widgets.hand_in.running import INSIDE
from practicum_widgets.hand_in.saved import has_unsaved, notebook_file, read_notebook, watch
from practicum_widgets.surface import Asked, Node, Surface, h

__all__ = ["HandIn"]


class HandIn(Surface):
    """A check that names what is open, and two ways to hand in: nbgrader, or a zip for an LMS."""

    widget: ClassVar[WidgetName] = "hand_in"

    _checked: Check | None = None
    _trouble = ""
    _insist = False
    _thread: threading.Thread | None = None
    _cancelled = False
    _dirty = False
    _outcome: Outcome | None = None

    def __init__(self, desk: Desk | str | Path | None = None) -> None:
        """Show the receipts, and begin to note what is run but not saved."""
        self._showing = threading.Lock()
        watch()
        super().__init__(desk)
        if not os.environ.get(INSIDE):
            self._outcome = Outcome.of(self.desk)
            self.refresh()

    def seen(self, internship: Internship) -> dict[str, Any]:
        """Return the last check, the receipts (newest first), and what came of the newest."""
        return {
            "checked": telling.check_seen(self.desk, self.words, self._checked, internship),
            "running": self._thread is not None and self._thread.is_alive(),
            "trouble": self._trouble,
            "insist": self._insist,
            "receipts": telling.receipts_seen(self.desk, internship),
            "outcome": self._outcome.seen() if self._outcome else None,
            "saved": self._saved(),
            "brief": self.desk.brief.id,
            "due": self.desk.terms.due.isoformat() if self.desk.terms.due else "",
        }

    def twin(self, internship: Internship) -> Node:
        """Return what the last check found, and the receipts."""
        return h(
            "section",
            h("h3", self.words["title"]),
            telling.check_twin(self.desk, self.words, self._checked, internship),
            h("h4", self.words["receipts"]),
            telling.receipts_twin(self.words, internship),
            outcome_twin(self.words, self._outcome.seen() if self._outcome else None),
        )

    def do(self, action: str, asked: Asked) -> Internship:
        """Check, cancel the check, hand in, or ask what came of it.

        Raises:
            BadInput: There is no notebook, or something grave is open and was not confirmed.
            PracticumError: It could not be handed in; the message says why.

        """
        if action in ("check", "submit", "pack") and os.environ.get(INSIDE):
            raise CheckFailed("this notebook is being checked: nothing is handed in from here")
        if action == "check":
            self._start(dirty=bool(asked.get("dirty")))
        elif action == "cancel":
            self._cancelled = True
        elif action in ("submit", "pack"):
            self._confirm(asked)
            hand_in = submitting.submit if action == "submit" else submitting.make_zip
            hand_in(self.desk, str(asked.get("id", "")), self.now())
            if self._outcome is not None and action == "submit":
                self._outcome.expect()
                self._outcome.look()
        elif action == "results":
            if self._outcome is not None:
                self._outcome.look()
        else:
            return super().do(action, asked)
        return self.refresh()

    def check(self) -> Check:
        """Check the notebook here and now, without a page: for a terminal or a test.

        Raises:
            PracticumError: It cannot be checked; the message says why.

        """
        found = check(self.desk, self.now(), self._progress)
        if self._dirty and not any(entry.key == "unsaved" for entry in found.findings):
            findings = (Finding("unsaved", grave=True), *found.findings)
            found = Check(found.at, findings, found.tests, found.passed, found.notebook)
        self._checked, self._insist = found, False
        return found

    def look(self) -> None:
        """Show what another window has written, that the notebook was saved, what came of it."""
        if self._outcome is not None and self._outcome.is_due:
            self._outcome.look()
            self.refresh()
        if self.view.get("saved") != self._saved():
            self.refresh()
        super().look()

    def _show(self, internship: Internship) -> None:
        # The check's thread and the page's questions show things, too: the last one is right.
        with self._showing:
            super()._show(internship)

    def _start(self, *, dirty: bool) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        read_notebook(self.desk)
        self._cancelled, self._trouble, self._dirty = False, "", dirty
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
            with suppress(PracticumError):  # said when the page asks for something
                self.refresh()

    def _progress(self, done: int, all_: int) -> bool:
        self.tell({"progress": [done, all_]})
        return not self._cancelled

    def _confirm(self, asked: Asked) -> None:
        """Ask for consent where the last check is missing, old or bad, or work is not saved."""
        if asked.get("confirmed"):
            self._insist = False
            return
        checked, unsaved = self._checked, asked.get("dirty") or has_unsaved(self.desk)
        if unsaved or checked is None or checked.grave or checked.notebook != digest_of(self.desk):
            self._insist = True
            self.refresh()
            raise BadInput(str(self.words["unsaved_first" if unsaved else "confirm_first"]))

    def _saved(self) -> str:
        try:
            stamp = notebook_file(self.desk).stat().st_mtime
        except OSError:
            return ""
        return datetime.fromtimestamp(stamp).astimezone().isoformat()
