"""Takes pictures of the review room and of the instructor's desk, from a copy of a played demo."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import create_engine, text
from take_pictures import COLOURS, chromium

from practicum.course import Course
from practicum.records import Records
from practicum.review import set_anchors, template, write_template
from practicum.room import Serving, serve

BRIEF = "rainy-days"
LEVELS = (3, 2, 4, 3)
REASONS = (
    "It holds for the whole season, and one assumption is not said.",
    "The advice is there, its price is not.",
    "One look, and the message is clear.",
    "On time, and every step can be followed.",
)
SECONDS = 60


def main() -> None:
    """Take all pictures; the arguments are the demo's course and the folder to write to."""
    played, out = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="pictures-") as place, sync_playwright() as playwright:
        root = Path(place) / "course"
        shutil.copytree(played, root, symlinks=True)
        course = Course.find(root)
        _forget(course, "releases", "decisions")
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        _desk(browser, root, out)
        _forget(course, "assessments")
        _room(browser, course, out)
        browser.close()


def _forget(course: Course, *tables: str) -> None:
    """Take the copied course back to before the release: the demo's own is not touched."""
    engine = create_engine(course.records_url)
    with engine.begin() as connection:
        for table in tables:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 (names of our own)
    engine.dispose()


def _room(browser: Browser, course: Course, out: Path) -> None:
    rows = template(course, BRIEF)
    submissions = list(dict.fromkeys(row.submission for row in rows))[:2]
    table = course.root / "anchors.csv"
    write_template(template(course, BRIEF, submissions), table)
    _fill_in(table)
    set_anchors(course, BRIEF, table, course.roster.instructors[0].id)
    reviewer = course.roster.reviewers_of(BRIEF)[0].id
    with Records(course.records_url) as records, _served(course) as address:
        page = browser.new_page(viewport={"width": 1300, "height": 860}, color_scheme="light")
        page.goto(f"{address}invite/{records.invite(BRIEF, reviewer, timedelta(days=1))}")
        page.get_by_role("button", name="Enter the review room").click()
        page.locator(".pw-queue").first.wait_for()
        _take(page, out / "review_room_queue.png")
        page.locator("button.pw-main").first.click()
        page.frame_locator("iframe").locator("h1").wait_for()
        groups = page.locator("fieldset[data-criterion]")
        for n in range(groups.count()):
            groups.nth(n).locator(f'[value="{(2, 3, 3, 4)[n % 4]}"]').check()
        groups.first.get_by_role("textbox").fill(
            "I can book from this. Say which weeks you left out, and next time show them, too."
        )
        page.get_by_text("Saved at").first.wait_for()
        page.evaluate("window.scrollTo(0, 0); document.querySelector('.pw-form').scrollTo(0, 0)")
        _take(page, out / "review_room_form.png")
        page.locator("form [type=submit]").click()
        page.get_by_role("button", name="Go on").wait_for()
        _take(page, out / "review_room_anchor.png")
        page.close()


def _fill_in(table: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig"))))
    for n, row in enumerate(rows):
        row["level"], row["words"] = str(LEVELS[n % 4]), REASONS[n % 4]
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@contextmanager
def _served(course: Course) -> Iterator[str]:
    said: dict[str, object] = {}
    up = threading.Event()

    def ready(serving: Serving) -> None:
        said.update(address=serving.address, loop=asyncio.get_running_loop())
        said["task"] = asyncio.current_task()
        up.set()

    thread = threading.Thread(
        target=serve, args=(course, [BRIEF]), kwargs={"port": 0, "ready": ready}, daemon=True
    )
    thread.start()
    if not up.wait(SECONDS):
        sys.exit("the review room does not answer")
    yield str(said["address"])
    said["loop"].call_soon_threadsafe(said["task"].cancel)  # type: ignore[attr-defined]
    thread.join(SECONDS)


def _desk(browser: Browser, root: Path, out: Path) -> None:
    """Take the desk as Voilà shows it, which is what JupyterLab shows without its frame."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    notebook = root / "notebooks" / "instructor_desk.ipynb"
    command = [sys.executable, "-m", "voila", str(notebook), f"--port={port}", "--no-browser"]
    environ = os.environ | {"PRACTICUM_COURSE": str(root)}
    with subprocess.Popen(  # noqa: S603 (our own notebook)
        command, cwd=root, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as voila:
        try:
            _until_there(f"http://127.0.0.1:{port}/voila/static/voila.js")
            page = browser.new_page(viewport={"width": 1100, "height": 900}, color_scheme="light")
            page.goto(f"http://127.0.0.1:{port}/")
            page.get_by_text("Decide").first.wait_for(timeout=SECONDS * 1000)
            page.wait_for_timeout(1500)
            control = page.get_by_role("heading", name="Where the briefs stand")
            control.evaluate("heading => heading.scrollIntoView()")
            page.set_viewport_size({"width": 1100, "height": 1180})
            _take(page, out / "instructor_control.png")
            page.set_viewport_size({"width": 1100, "height": 900})
            heading = page.get_by_role("heading", name="Moderation")
            heading.evaluate("heading => heading.scrollIntoView()")
            _take(page, out / "instructor_desk.png")
            page.close()
        finally:
            voila.terminate()


def _until_there(address: str) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2)  # noqa: S310 (this machine)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
        else:
            return
    sys.exit(f"{address} does not answer")


def _take(page: Page, file: Path) -> None:
    with Image.open(io.BytesIO(page.screenshot())) as image:
        image.convert("RGB").quantize(COLOURS).save(file, optimize=True)
    print(file)


if __name__ == "__main__":
    main()
