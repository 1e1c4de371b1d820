"""The exchange: the course's service against nbgrader's folder, and a rush before a deadline.

    python benchmarks/bench_exchange.py [SUBMISSIONS] [AT_ONCE]

First, one student hands in the same small folder SUBMISSIONS times, by nbgrader's ExchangeSubmit
into its folder, and by the plugin's ExchangeSubmit through the service, both in one process. The
service forces files and ledger to disk before it signs a receipt; the folder exchange copies.
Then AT_ONCE students hand in by plain HTTP, from as many threads as WORKERS: the latency of each,
what failed, and whether each receipt is in the ledger afterwards. The service is a process of its
own on this machine, which shares its processors with the clients. The last line is one JSON
object.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeSubmit
from traitlets.config import Config

from practicum.gradebook import service_exchange

ROOT = Path(__file__).resolve().parents[1]
NAME, COURSE = "ps1", "rush"
WORKERS = 64
SERVE = """
import sys
from pathlib import Path
import uvicorn
from practicum.course import Course
from practicum.records import Records
from practicum.service.app import create_app
from practicum.service.identity import HubUser
from practicum.service.rates import PER_MINUTE, Rates
class Names:
    async def user_of(self, token):
        group = "formgrade" if token == "teacher" else "nbgrader"
        return HubUser(name=token, groups=(group + "-rush",))
course = Course.find(sys.argv[1])
with Records(course.records_url) as records:
    rates = Rates(dict.fromkeys(PER_MINUTE, 10_000_000))
    app = create_app(course, identity=Names(), records=records, rates=rates)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
"""


def main(count: int, at_once: int) -> None:
    """Measure both and print what came of it."""
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder)) as url:
        place = Path(folder)
        _release(url)
        work = place / "work" / NAME
        work.mkdir(parents=True)
        (work / "brief.ipynb").write_bytes(_notebook("somebody"))
        (work / "notes.txt").write_text("What I thought of it.\n" * 50, encoding="utf-8")
        by_folder = _by_folder(place, work.parent, count)
        by_service = _by_service(place, work.parent, count, url)
        rush = _rush(url, at_once)
    print(f"{count} submissions, one after the other, in one process:")
    print(f"  nbgrader's folder exchange      {by_folder:7.1f} a second")
    print(f"  the plugin, through the service {by_service:7.1f} a second")
    print(f"{at_once} students at once: {rush['seconds']:.1f} s, {rush['per_second']:.0f} a second")
    print(
        f"  latency p50 {rush['p50']:.2f} s, p95 {rush['p95']:.2f} s, worst {rush['worst']:.2f} s"
    )
    print(f"  errors {rush['errors']}, receipts {rush['receipts']}, lost {rush['lost']}")
    figures = {"folder_per_second": by_folder, "service_per_second": by_service, "rush": rush}
    print(json.dumps({"count": count, "at_once": at_once, "cpus": os.cpu_count()} | figures))


def _notebook(student: str) -> bytes:
    """Return a small notebook of its own for each student, about 20 kB."""
    cell = {"cell_type": "markdown", "metadata": {}, "source": f"{student}: " + "words " * 3000}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book).encode()


@contextmanager
def _service(folder: Path) -> Iterator[str]:
    """Serve a course of its own, with a plain course beside it."""
    course = folder / "course"
    shutil.copytree(ROOT / "course", course / "course", ignore=_only_settings)
    for name in ("assignments", "rubrics"):
        shutil.copytree(ROOT / name, course / name)
    file = course / "course" / "course.yml"
    lines = file.read_text(encoding="utf-8")
    if "\nhub:" not in lines:
        lines += "\nhub:\n  plain_courses: [rush]\n"
    else:
        lines = lines.replace("\nhub:\n", "\nhub:\n  plain_courses: [rush]\n", 1)
    file.write_text(lines, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(course), str(port)])  # noqa: S603 (our own text)
    url = f"http://127.0.0.1:{port}/services/practicum"
    try:
        for _ in range(600):
            with suppress(requests.RequestException):
                if requests.get(f"{url}/health", timeout=5).ok:
                    break
            time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


def _only_settings(folder: str, names: list[str]) -> list[str]:
    """Leave out what is no file of the course's own."""
    kept = {"course.yml", "roster.yml", "placements.yml"}
    return [name for name in names if Path(folder) == ROOT / "course" and name not in kept]


def _manifest(student: str, files: dict[str, bytes]) -> dict[str, Any]:
    entries = [
        {
            "path": path,
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "content": base64.b64encode(data).decode(),
        }
        for path, data in files.items()
    ]
    return {"key": f"key-of-{student}".ljust(16, "-"), "files": entries}


def _release(url: str) -> None:
    answer = requests.put(
        f"{url}/exchange/{COURSE}/assignments/{NAME}",
        json=_manifest("teacher", {"brief.ipynb": b"{}", "notes.txt": b""}),
        headers={"Authorization": "Bearer teacher"},
        timeout=30,
    )
    assert answer.ok, answer.text


def _config(place: Path, work: Path) -> Config:
    c = Config()
    c.CourseDirectory.root = str(place / "nbgrader")
    c.CourseDirectory.course_id = COURSE
    c.CourseDirectory.assignment_id = NAME
    c.Exchange.assignment_dir = str(work)
    c.Exchange.cache = str(place / "cache")
    c.Exchange.root = str(place / "exchange")
    return c


def _times(step: Any, config: Config, count: int) -> float:  # noqa: ANN401 (nbgrader is untyped)
    log = logging.getLogger("bench")
    log.setLevel(logging.CRITICAL)
    begun = time.perf_counter()
    for _ in range(count):
        coursedir = CourseDirectory(config=config, log=log)
        authenticator = Authenticator(config=config, log=log)
        step(coursedir=coursedir, authenticator=authenticator, config=config, log=log).start()
    return count / (time.perf_counter() - begun)


def _by_folder(place: Path, work: Path, count: int) -> float:
    config = _config(place, work)
    release = place / "nbgrader" / "release" / NAME
    shutil.copytree(work / NAME, release)
    (place / "exchange").mkdir(mode=0o777)
    (place / "exchange").chmod(0o777)
    _times(ExchangeReleaseAssignment, config, 1)
    per_second = _times(ExchangeSubmit, config, count)
    arrived = list((place / "exchange" / COURSE / "inbound").iterdir())
    assert len(arrived) == count, len(arrived)
    return per_second


def _by_service(place: Path, work: Path, count: int, url: str) -> float:
    os.environ |= {"PRACTICUM_SERVICE_URL": url, "PRACTICUM_TOKEN": "somebody"}
    per_second = _times(service_exchange.ExchangeSubmit, _config(place, work), count)
    assert len(_ledger(url, "somebody")) == count
    return per_second


def _ledger(url: str, token: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = requests.get(
            f"{url}/exchange/{COURSE}/submissions",
            params={"limit": 1000, "after": found[-1]["id"] if found else ""},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        assert answer.ok, answer.text
        page = answer.json()
        found += page
        if len(page) < 1000:  # noqa: PLR2004 (the limit that was asked for)
            return found


def _rush(url: str, at_once: int) -> dict[str, Any]:
    """Let everybody hand in at once; say how long each waited and what was kept."""
    students = [f"student-{number:05d}" for number in range(at_once)]

    def hand_in(student: str) -> tuple[float, str]:
        body = _manifest(student, {"brief.ipynb": _notebook(student), "notes.txt": b"mine"})
        begun = time.perf_counter()
        try:
            answer = requests.post(
                f"{url}/exchange/{COURSE}/assignments/{NAME}/submissions",
                json=body,
                headers={"Authorization": f"Bearer {student}"},
                timeout=120,
            )
            receipt = answer.json()["receipt"] if answer.ok else ""
        except (requests.RequestException, ValueError, KeyError):
            receipt = ""
        return time.perf_counter() - begun, receipt

    begun = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        answers = list(pool.map(hand_in, students))
    seconds = time.perf_counter() - begun
    waits = sorted(wait for wait, _ in answers)
    receipts = {receipt for _, receipt in answers if receipt}
    kept = {one["receipt"] for one in _ledger(url, "teacher")}
    return {
        "seconds": round(seconds, 2),
        "per_second": round(at_once / seconds, 1),
        "p50": round(waits[len(waits) // 2], 3),
        "p95": round(waits[int(len(waits) * 0.95)], 3),
        "worst": round(waits[-1], 3),
        "errors": sum(not receipt for _, receipt in answers),
        "receipts": len(receipts),
        "lost": len(receipts - kept),
    }


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:] + ["100", "1000"][len(sys.argv) - 1 :])))
