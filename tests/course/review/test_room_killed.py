"""The room's server is killed at any moment: what it has acknowledged is there afterwards."""

import http.client
import threading
import time
from typing import Any

import pytest
from tests.course.review.visiting import FULL, MONTH, Browser, Server

from practicum.records import Records


class Writer(threading.Thread):
    """A reviewer who saves and sends without a pause, and remembers what was acknowledged."""

    def __init__(self, browser: Browser, code: str) -> None:
        super().__init__()
        self.browser, self.code = browser, code
        self.saved: tuple[int, Any] = (0, {})
        self.sent = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Save until the server is gone or it is told to end."""
        revision, turn = self.saved[0], 0
        while not self.ended.is_set():
            turn += 1
            sheet = FULL | {"overall": f"{self.name} {revision + 1}"}
            act = self.browser.submit if turn % 5 == 0 else self.browser.put
            try:
                answer = act(self.code, sheet, revision)
            except (OSError, http.client.HTTPException):
                return
            if answer.status != 200:
                self.saved = (-1, answer.json)
                return
            revision = answer.json["revision"]
            self.saved = (revision, sheet)
            self.sent += act == self.browser.submit


@pytest.mark.slow
def test_what_was_acknowledged_is_kept(server: Server, records: Records) -> None:
    """Killed four times while three reviewers write, the room has lost nothing it said it had."""
    code = records.blind_code("demo", "ada")
    browsers = {}
    for reviewer in ("rita", "hugo", "vera"):
        browsers[reviewer] = Browser(server.address)
        assert browsers[reviewer].enter(records.invite("demo", reviewer, MONTH)).status == 303
    sent = dict.fromkeys(browsers, 0)
    for pause in (0.3, 0.55, 0.9, 0.15):
        writers = {name: Writer(browser, code) for name, browser in browsers.items()}
        for name, writer in writers.items():
            writer.saved = (browsers[name].sheet(code)["revision"], {})
            writer.start()
        time.sleep(pause)
        server.kill()
        for name, writer in writers.items():
            writer.ended.set()
            writer.join(20)
            sent[name] += writer.sent

        server.start()

        for name, writer in writers.items():
            revision, sheet = writer.saved
            assert revision > 0, sheet
            # Logged in as before, and at most one step further than what was heard of.
            found = browsers[name].sheet(code)
            assert revision <= found["revision"] <= revision + 1
            if found["revision"] == revision and sheet:
                assert found["sheet"]["overall"] == sheet["overall"]
            assert len(found["history"]) >= sent[name]
            said = [one for one in records.assessments("demo") if one.reviewer == name]
            assert len(said) == (2 if found["history"] else len(said))
