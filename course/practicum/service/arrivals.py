"""Grading on arrival: what was handed in is collected and graded, without anybody asking.

The commands of the course do it, as processes of their own: the service stays small, and the
students' code runs where `practicum grade` always runs it, in the box.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from practicum.course import Course

__all__ = ["QUICK", "Arrivals", "run_command"]

LOG: Final = logging.getLogger("practicum.service.arrivals")
PAUSE: Final = 2.0
"""Seconds that are waited for more before a batch is begun."""
AGAIN: Final = 30.0
"""Seconds until something that did not succeed is tried again."""
TRIES: Final = 5
QUICK: Final = 20
"""So many submissions of one student for one brief are graded on arrival, with results at once.

Code that is graded can read hidden tests while they run, and make a visible test fail or pass by
what it read: with results without end, it would tell its author all of them, bit by bit.
"""
BEHIND: Final = 5
"""By how much grading stands behind (``nice``) where the processors are short: people wait for the
service, and nobody for the grader. No more than that, since its limits on time go on."""
SHOWN: Final = 500
SECRETS: Final = ("TOKEN", "SECRET", "PASSWORD")

Command = Callable[[Path, Sequence[str]], bool]
"""Runs a practicum command on the course in a folder; returns whether it succeeded."""


class Arrivals:
    """Collects and grades the briefs of which something has come in, one after the other.

    While a brief is graded, what comes in waits for the next batch. What fails (another command
    is at work, say) is tried again a few times; `practicum status` shows what is left. Work that
    comes in after its author was given feedback waits for the instructor.

    Args:
        root: The course's folder.
        command: What runs a command.
        pause: Seconds that are waited for more.
        again: Seconds until the next try.

    """

    def __init__(
        self,
        root: Path,
        command: Command | None = None,
        *,
        pause: float = PAUSE,
        again: float = AGAIN,
    ) -> None:
        self._root, self._command = root, command or run_command
        self._pause, self._again = pause, again
        self._waiting: dict[str, int] = {}
        self._something = threading.Condition()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def noticed(self, course: Course, brief: str) -> None:
        """Note that something has come in for a brief; returns at once."""
        hub = course.settings.hub
        if hub is None or not hub.grade_on_arrival or brief not in course.brief_names:
            return
        with self._something:
            self._waiting[brief] = 0
            self._something.notify()

    def start(self) -> None:
        """Begin to work, in a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="arrivals", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new; a command that runs is left to end by itself."""
        self._stopped.set()
        with self._something:
            self._something.notify()

    def _work(self) -> None:
        while not self._stopped.is_set():
            with self._something:
                self._something.wait_for(lambda: self._waiting or self._stopped.is_set())
            if self._stopped.wait(self._pause):
                return
            with self._something:
                brief, tries = next(iter(self._waiting.items()))
                del self._waiting[brief]
            if not self._graded(brief):
                self._later(brief, tries + 1)

    def _graded(self, brief: str) -> bool:
        try:
            verbs = (("collect", brief, "--on-arrival"), ("grade", brief))
            return all(self._command(self._root, verb) for verb in verbs)
        except Exception:
            # Whatever happens with one brief, the others go on.
            LOG.exception("%s: it could not be graded on arrival", brief)
            return False

    def _later(self, brief: str, tries: int) -> None:
        if tries >= TRIES:
            LOG.error("%s: given up after %s tries: run `practicum status`", brief, tries)
            return
        timer = threading.Timer(self._again, self._once_more, (brief, tries))
        timer.daemon = True
        timer.start()

    def _once_more(self, brief: str, tries: int) -> None:
        with self._something:
            self._waiting.setdefault(brief, tries)
            self._something.notify()


def run_command(root: Path, arguments: Sequence[str]) -> bool:
    """Run a practicum command on a course; log what it says where it does not succeed.

    That some submissions were refused is no failure: one who hands in rubbish stops nobody.
    """
    command = (
        *((nice, f"-n{BEHIND}") if (nice := shutil.which("nice")) else ()),
        *(sys.executable, "-m", "practicum", *arguments, "--course", str(root), "--json"),
    )
    done = subprocess.run(  # noqa: S603 (our own program; a brief's name is an id)
        command,
        env=_without_secrets(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0 or (arguments[0] == "collect" and _has_report(done.stdout)):
        return True
    said = " ".join((done.stderr.strip() or done.stdout.strip())[-SHOWN:].split())
    LOG.warning("practicum %s: exit %s: %s", " ".join(arguments), done.returncode, said)
    return False


def _has_report(printed: str) -> bool:
    """Tell whether a command went through to its report."""
    try:
        return isinstance(json.loads(printed), dict)
    except ValueError:
        return False


def _without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out the service's tokens; where the databases are must stay."""
    return {
        name: value
        for name, value in environ.items()
        if not (name.startswith("JUPYTERHUB_") and any(word in name for word in SECRETS))
    }
