"""Employers' reviewers in the review room, over HTTP: some by a link, some by their account."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx

from hub_load.laying import BRIEF, hubs
from hub_load.noting import Notes
from practicum.records import Records

__all__ = ["review"]

PAUSE = 1.0
"""Seconds between two saves: the page saves 0.6 s after the last key."""
SAVES = 10
BY_ACCOUNT = 4
"""Each of so many comes by the account on the hub, the others by a link."""


def review(hub: hubs.RunningHub, count: int, seconds: float, notes: Notes) -> None:
    """Let reviewers read, save while they type, and submit, one submission after the other."""
    with Records(hub.course.records_url) as records:
        doors = {
            f"rev-{number}": records.invite(BRIEF, f"rev-{number}", timedelta(days=1))
            for number in range(count)
        }

    def live(number: int) -> None:
        name = f"rev-{number}"
        guest = _Guest(hub, name, notes)
        time.sleep(number / count * PAUSE * 5)
        with notes.of("enter the room"):
            guest.enter(None if number % BY_ACCOUNT == 0 else doors[name])
        done: set[str] = set()
        while notes.since() < seconds:
            code = guest.next(done)
            if code is None:
                time.sleep(PAUSE)
                continue
            done.add(code)
            guest.judge(code, number, seconds)
        guest.client.close()

    if count:
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(live, range(count)))


class _Guest:
    """A reviewer with a browser's cookies."""

    def __init__(self, hub: hubs.RunningHub, name: str, notes: Notes) -> None:
        self.visitor = hub.visitor(name)
        self.client = self.visitor.client
        self.client.headers.update({"X-Practicum": "room", "Origin": hub.address.rstrip("/")})
        self.room, self.notes = "services/review/", notes

    def enter(self, door: str | None) -> None:
        if door is None:
            self.visitor.log_in()
            _fine(self.client.get(self.room))  # which asks the hub for the account
        else:
            _fine(self.client.post(f"{self.room}invite/{door}"))
        _fine(self.client.get(f"{self.room}{BRIEF}/"))

    def next(self, done: set[str]) -> str | None:
        """Look at the queue; return a submission that is still to be judged."""
        found: list[str] = []
        with self.notes.of("see the queue"):
            about = self._get(f"{BRIEF}/api/room")
            self.criteria = [one["id"] for one in about["criteria"]]
            found = [one["code"] for one in about["submissions"] if one["code"] not in done]
        return found[0] if found else None

    def judge(self, code: str, number: int, seconds: float) -> None:
        sheet: dict[str, Any] = {"levels": dict.fromkeys(self.criteria, 2), "overall": ""}
        state: dict[str, Any] = {}
        with self.notes.of("read a submission"):
            _fine(self.client.get(f"{self.room}{BRIEF}/submissions/{code}"))
            state = self._get(f"{BRIEF}/api/sheets/{code}")
        for _ in range(SAVES):
            if not state or self.notes.since() >= seconds:
                return
            sheet["overall"] += f" Ten more words that number {number} has typed in."
            with self.notes.of("save a sheet"):
                body = {"sheet": sheet, "revision": state["revision"]}
                answer = self.client.put(f"{self.room}{BRIEF}/api/sheets/{code}", json=body)
                state = _fine(answer).json()
            time.sleep(PAUSE)
        with self.notes.of("submit a sheet"):
            body = {"sheet": sheet, "revision": state["revision"]}
            _fine(self.client.post(f"{self.room}{BRIEF}/api/sheets/{code}/submit", json=body))

    def _get(self, path: str) -> Any:  # noqa: ANN401 (JSON is any data)
        return _fine(self.client.get(f"{self.room}{path}")).json()


def _fine(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != httpx.codes.OK:
        message = f"{answer.status_code} {answer.request.method} {answer.text[:200]}"
        raise AssertionError(message)
    return answer
