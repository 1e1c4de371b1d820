"""Students at work: they fetch, ask, note their progress and hand in, as their servers would."""

from __future__ import annotations

import hashlib
import json
import math
import random
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from hub_load.laying import BRIEF, COURSE, NOTEBOOK
from hub_load.noting import Notes
from practicum.file_names import NamesDigest
from practicum.gradebook.service_exchange.client import Client
from practicum.gradebook.service_exchange.folders import LocalFile

__all__ = ["Class", "Receipt", "rush", "work"]

AT_ONCE = 200
PATIENCE = 4.0
"""Seconds after which the widgets give up and try again later; here it counts as an error."""
WORK: dict[str, Any] = {"milestones": [], "time": []}
SKEW = 0.5
"""The n-th of the rush comes at (n/N)**SKEW of its time: the last seconds are the fullest."""


@dataclass(frozen=True)
class Receipt:
    """A receipt that a student got, and the digest of what the student sent."""

    student: str
    at: float
    id: str
    jws: str
    sha256: str


@dataclass
class Class:
    """The students: their tokens, the service's address, what they hand in, what they got."""

    address: str
    tokens: Mapping[str, str]
    books: Sequence[dict[str, Any]]
    place: Path
    receipts: list[Receipt] = field(default_factory=list)
    sent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, student: str) -> Client:
        """Return nbgrader's way to the service, as this student."""
        return Client(self.address, self.tokens[student])

    def fetch(self, client: Client) -> None:
        """Fetch the assignment, as ``nbgrader fetch_assignment`` does."""
        offer = client.offer(COURSE, BRIEF)
        assert offer is not None, "nothing is released"
        with tempfile.TemporaryDirectory(dir=self.place) as folder:
            for number, file in enumerate(offer.files):
                client.fetch_release(offer, file, Path(folder) / str(number))

    def hand_in(self, client: Client, student: str, notes: Notes) -> None:
        """Hand in a notebook of one's own, as ``nbgrader submit`` does; keep the receipt."""
        with self.lock:
            number = self.sent
            self.sent += 1
        book = self.books[number % len(self.books)]
        about = book["metadata"] | {"work_of": f"{student} {number} {uuid.uuid4()}"}
        content = json.dumps(book | {"metadata": about}).encode()
        place = self.place / f"{number}.ipynb"
        place.write_bytes(content)
        file = LocalFile(NOTEBOOK, place, hashlib.sha256(content).hexdigest(), len(content))
        sent = client.hand_in(
            COURSE, BRIEF, [file], key=uuid.uuid4().hex, student=None, told=lambda *_: None
        )
        place.unlink()
        whole = NamesDigest()
        whole.add(NOTEBOOK, len(content), [content])
        got = Receipt(student, notes.since(), sent.id, sent.receipt, whole.hexdigest())
        with self.lock:
            self.receipts.append(got)


def work(class_: Class, students: Sequence[str], seconds: float, notes: Notes) -> None:
    """Let each student fetch, write, note progress and hand in, spread over some seconds."""
    chance = random.Random(1)  # noqa: S311 (a sample, not a secret)
    plans = {one: sorted(chance.uniform(0, 0.95 * seconds) for _ in range(4)) for one in students}

    def live(student: str) -> None:
        client = class_.client(student)
        headers = {"Authorization": f"Bearer {class_.tokens[student]}"}
        place = f"{class_.address}/briefs/{BRIEF}"

        def ask() -> None:
            text = f"{student} asks: are the weights of all birds known?"
            sent = {"id": uuid.uuid4().hex[:16], "text": text}
            _once("POST", f"{place}/messages", headers, sent)
            _once("GET", f"{place}/messages", headers)

        def progress() -> None:
            _once("PUT", f"{place}/progress", headers, WORK)

        actions: dict[str, Callable[[], None]] = {
            "fetch": lambda: class_.fetch(client),
            "message": ask,
            "progress": progress,
            "submit": lambda: class_.hand_in(client, student, notes),
        }
        for (action, do), at in zip(actions.items(), plans[student], strict=True):
            time.sleep(max(0.0, at - notes.since()))
            with notes.of(action):
                do()

    with ThreadPoolExecutor(len(students)) as pool:
        list(pool.map(live, students))


def _once(method: str, place: str, headers: Mapping[str, str], body: object = None) -> None:
    """Ask as the widgets do: one attempt, on a line of its own, with little patience."""
    requests.request(method, place, headers=headers, json=body, timeout=PATIENCE).raise_for_status()


def rush(class_: Class, students: Sequence[str], count: int, seconds: float, notes: Notes) -> None:
    """Let ``count`` submissions come before a deadline, more and more of them.

    What a submission took is counted from when it was to begin.
    """

    def come(number: int) -> None:
        at = seconds * math.pow(number / count, SKEW)
        student = students[number % len(students)]
        time.sleep(max(0.0, at - notes.since()))
        with notes.of("submit", planned=at):
            class_.hand_in(class_.client(student), student, notes)

    with ThreadPoolExecutor(min(AT_ONCE, count)) as pool:
        list(pool.map(come, range(count)))
