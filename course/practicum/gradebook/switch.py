"""nbgrader's own ``autograde`` handed to another engine: the command, the API, the button.

nbgrader has no setting for the class that grades, so that one method of it is replaced. The
handler of formgrader's button runs nbgrader within the server, which answers nobody meanwhile;
here a process of its own does it, and stays warm for the next click.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.utils import capture_log

__all__ = ["NbGraderException", "autograde_once", "hand_over"]

HANDLERS = "nbgrader.server_extensions.formgrader.apihandlers"
IDLE_SECONDS = 600.0
"""How long the process waits for another click before it ends."""

LONGEST_ANSWER = 1 << 26
ENDED = "the process that grades has ended: click again; the server's log may say why"


def hand_over(start: Callable[[Autograde], None], module: str) -> None:
    """Let ``start`` do what ``nbgrader autograde`` and formgrader's button ask for.

    Args:
        start: Gets nbgrader's configured converter; raises NbGraderException where a
            submission could not be graded.
        module: What the button's process runs (``python -m``): it reads a JSON list of options
            a line, and answers each with what ``autograde_once`` returns, as a line of JSON.

    """
    Autograde.start = start
    # Only in a server, and there it has been imported before any configuration is read.
    handlers = sys.modules.get(HANDLERS)
    if handlers is None or isinstance(getattr(handlers, "practicum_desk", None), _Desk):
        return
    desk = _Desk(module)

    async def post(handler: Any, assignment: str, student: str) -> None:  # noqa: ANN401
        answer = await desk.ask(_options(handler.coursedir, assignment, student))
        handler.write(json.dumps(answer))

    checked = handlers.check_xsrf(handlers.check_notebook_dir(post))
    handlers.AutogradeHandler.post = handlers.web.authenticated(checked)
    setattr(handlers, "practicum_desk", desk)  # noqa: B010 (a module of nbgrader)


def autograde_once(options: Sequence[str]) -> dict[str, Any]:
    """Do what ``nbgrader autograde`` does with these options.

    Returns:
        ``success``, ``log`` and ``error``, as nbgrader's API gives them to formgrader.

    """
    app = AutogradeApp(log_level=logging.INFO)
    try:
        app.initialize(list(options))
    except (Exception, SystemExit) as error:  # noqa: BLE001 (an instructor's configuration)
        message = f"nbgrader's configuration cannot be read: {error}"
        return {"success": False, "log": message, "error": message}
    result: dict[str, Any] = capture_log(Autograde(coursedir=app.coursedir, parent=app))
    return result


class _Desk:
    """The process behind the button, one click after the other."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def ask(self, options: Sequence[str]) -> dict[str, Any]:
        """Have one submission graded; other requests are answered meanwhile."""
        async with self._turn:
            if self._idle is not None:
                self._idle.cancel()
            process = await self._running()
            if process.stdin is None or process.stdout is None:
                raise AssertionError
            line = b""
            try:
                process.stdin.write(json.dumps(options).encode() + b"\n")
                await process.stdin.drain()
                line = await process.stdout.readline()
            except (ConnectionError, ValueError):
                self._end()
            if not line:
                return {"success": False, "log": ENDED, "error": ENDED}
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(IDLE_SECONDS, self._end)
            answer: dict[str, Any] = json.loads(line)
            return answer

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_ANSWER,
            )
        return self._process

    def _end(self) -> None:
        """Let the process end: it does when there is nothing more to read."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None


def _options(course: Any, assignment: str, student: str) -> list[str]:  # noqa: ANN401
    """Return the command's options: one submission of the course that the server shows."""
    settings = {
        "root": str(Path(course.root).absolute()),
        "db_url": course.db_url,
        "course_id": course.course_id,
        "assignment_id": assignment,
        "student_id": student,
    }
    options = [f"--CourseDirectory.{name}={value}" for name, value in settings.items() if value]
    return ["--force", *options]
