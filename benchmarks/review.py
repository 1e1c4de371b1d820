"""Time until a reviewer can judge: the review room, and stock Voilà showing the same.

    python benchmarks/review.py [REPETITIONS] [AT_ONCE] [REVIEWERS]

The room's server shows a submission beside the rubric's form. Its peer is stock Voilà with a
notebook that shows the same submission's page in an iframe beside an anywidget form with the same
native controls, a kernel for each viewer. Both are opened in a new browser context in turn, then
by AT_ONCE pages at a time. Taken are the seconds from the navigation until the first level can be
chosen and the submission is read, and the memory of the server and its kernels for each viewer
(proportional set size). How long the browsers themselves need on this machine tells the floor: as
many open a page of ten words. Then REVIEWERS work at once, without browsers: each loads the page,
and for each submission reads it, saves ten times while typing, and sends. Taken are the seconds
from a request to its answer, what failed, and what the server needs. The last line is one JSON
object; ratios are Voilà / room.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from measuring import about_this_machine
from playwright.async_api import Browser, async_playwright
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.course.review import conftest as small  # noqa: E402 (the path comes first)
from tests.widgets.browser.servers import voila  # noqa: E402 (see above)

from practicum.course import Course  # noqa: E402 (see above)
from practicum.records import Records  # noqa: E402 (see above)
from practicum.room.static import page_files  # noqa: E402 (see above)

WAIT = 120_000
PERSON = "  - {{id: b{n}, name: Busy {n}, employer: Market Hall, briefs: [demo]}}\n"
SAVES = 10
PAUSE = 1.0
"""Seconds between two saves: the page saves 0.6 s after the last key."""
PEER = """
import anywidget, html, pathlib, traitlets
from IPython.display import HTML, display
class Form(anywidget.AnyWidget):
    criteria = traitlets.List().tag(sync=True)
    levels = traitlets.Dict().tag(sync=True)
    _esm = '''
    function render({model, el}) {
      for (const [id, title, levels] of model.get("criteria")) {
        const set = document.createElement("fieldset");
        set.append(Object.assign(document.createElement("legend"), {textContent: title}));
        levels.forEach((words, level) => {
          const label = document.createElement("label");
          const input = Object.assign(document.createElement("input"), {type: "radio", name: id});
          input.addEventListener("change", () => {
            model.set("levels", {...model.get("levels"), [id]: level}); model.save_changes();
          });
          label.append(input, `${level} - ${words}`); set.append(label);
        });
        set.append(document.createElement("textarea")); el.append(set);
      }
    }
    export default {render};
    '''
page = pathlib.Path("PAGE").read_text()
display(HTML(f'<iframe sandbox="" width="700" height="600" srcdoc="{html.escape(page)}"></iframe>'))
levels = ["None at all.", "A little.", "Half of it.", "Most of it.", "All of it."]
Form(criteria=[["analysis", "Sound analysis", levels], ["advice", "Useful advice", levels]])
"""


def main(repetitions: int, at_once: int, reviewers: int) -> None:
    """Measure both, and print the medians."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        course = _lay(folder / "course", reviewers)
        found: dict[str, tuple[float, float, float]] = {}
        with _room(course) as (process, address, code):
            with Records(course.records_url) as records:
                secrets = [
                    records.invite("demo", "rita", timedelta(days=1))
                    for _ in range(repetitions + at_once + 1)
                ]
            page = (course.work / "review" / "demo" / f"{code}.html").read_text("utf-8")
            opened = (f"{address}demo/#{code}", [f"{address}invite/{secret}" for secret in secrets])
            found["room"] = asyncio.run(_measure(process, *opened, repetitions, at_once))
            _tell("room", found["room"], at_once)
            floor = asyncio.run(_floor(address, at_once))
            print(
                f"  the browsers alone, {at_once} at once with a page of ten words: {floor:.2f} s"
            )
            work = asyncio.run(_work(process, course, address, reviewers))
        (folder / "page.html").write_text(page, encoding="utf-8")
        notebook = folder / "peer.ipynb"
        notebook.write_text(_notebook(PEER.replace("PAGE", str(folder / "page.html"))))
        with voila(notebook, folder) as address:
            process = next(
                p for p in psutil.Process().children() if "voila" in " ".join(p.cmdline())
            )
            found["voila"] = asyncio.run(_measure(process, address, [], repetitions, at_once))
    _tell("voila", found["voila"], at_once)
    print(
        f"{reviewers} reviewers at work: {work['requests']} requests in {work['seconds']} s, "
        f"{work['failed']} failed; answers after {work['median_ms']} ms (median), "
        f"{work['p95_ms']} ms (95 of 100), {work['most_ms']} ms (slowest); "
        f"server {work['cpu_percent']} % of a core, {work['server_mb']} MB"
    )
    room, peer = found["room"], found["voila"]
    figures = {
        "benchmark": "review",
        "repetitions": repetitions,
        "at_once": at_once,
        "room": dict(zip(("cold", "all", "mb"), (round(x, 3) for x in room), strict=True)),
        "voila": dict(zip(("cold", "all", "mb"), (round(x, 3) for x in peer), strict=True)),
        "floor_at_once": round(floor, 3),
        "at_work": work,
        "ratio": round(peer[0] / room[0], 2),
        "ratio_at_once": round(peer[1] / room[1], 2),
    }
    print(json.dumps(figures | about_this_machine()))


def _tell(name: str, found: tuple[float, float, float], at_once: int) -> None:
    cold, rush, memory = found
    many = f"{at_once} at once {rush:6.2f} s"
    print(f"{name:6} cold {cold:5.2f} s, {many}, {memory:6.1f} MB a viewer", flush=True)


async def _measure(
    process: psutil.Process, address: str, doors: list[str], repetitions: int, at_once: int
) -> tuple[float, float, float]:
    """Return the seconds of one viewer, of many at once, and the megabytes for each of these."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        await _view(browser, address, doors.pop() if doors else "")  # the server's own first time
        cold = [
            await _view(browser, address, doors.pop() if doors else "") for _ in range(repetitions)
        ]
        before = _memory(process)
        pages = [await _enter(browser, doors.pop() if doors else "") for _ in range(at_once)]
        begin = time.perf_counter()
        ended = await asyncio.gather(
            *[_usable(page, address) for page in pages], return_exceptions=True
        )
        rush = time.perf_counter() - begin
        never = [one for one in ended if isinstance(one, BaseException)]
        if never:
            print(f"  {len(never)} of {at_once} were not usable after {WAIT / 1000:.0f} s")
        memory = (_memory(process) - before) / at_once
        await browser.close()
    return statistics.median(cold), rush, memory


async def _floor(address: str, at_once: int) -> float:
    """Return the seconds until as many browsers show a page of ten words, from the same server."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        pages = [await _enter(browser, "") for _ in range(at_once)]

        async def see(page: Any) -> None:  # noqa: ANN401 (a page of playwright)
            await page.goto(address, wait_until="commit")
            await page.get_by_text("open the link").wait_for(timeout=WAIT)

        begin = time.perf_counter()
        await asyncio.gather(*map(see, pages))
        seconds = time.perf_counter() - begin
        await browser.close()
    return seconds


async def _view(browser: Browser, address: str, door: str) -> float:
    page = await _enter(browser, door)
    begin = time.perf_counter()
    await _usable(page, address)
    seconds = time.perf_counter() - begin
    await page.context.close()
    return seconds


async def _enter(browser: Browser, door: str) -> Any:  # noqa: ANN401 (a page of playwright)
    """Come in by a link, which is not measured: it happens once in two weeks."""
    context = await browser.new_context(viewport={"width": 1300, "height": 850})
    page = await context.new_page()
    if door:
        await page.goto(door)
        await page.get_by_role("button", name="Enter the review room").click()
        await page.get_by_role("heading", name="Which Saturdays?").wait_for()
        await page.goto("about:blank")
    return page


async def _usable(page: Any, address: str) -> None:  # noqa: ANN401 (a page of playwright)
    await page.goto(address, wait_until="commit")
    await page.get_by_role("radio").first.wait_for(timeout=WAIT)
    frame = page.frame_locator("iframe")
    await frame.get_by_text("We book Saturday 3.").wait_for(timeout=WAIT)


def _memory(process: psutil.Process) -> float:
    """Return the megabytes of a process and its children, what they share divided among them."""
    family = [process, *process.children(recursive=True)]
    return float(sum(one.memory_full_info().pss for one in family)) / 1e6


async def _work(
    process: psutil.Process, course: Course, address: str, reviewers: int
) -> dict[str, Any]:
    """Let many reviewers work at once, as their pages do, typing for ten seconds a submission."""
    took: list[float] = []
    failed: list[int] = []
    client = AsyncHTTPClient(force_instance=True, max_clients=reviewers * 2)
    with Records(course.records_url) as records:
        doors = [records.invite("demo", f"b{n}", timedelta(days=1)) for n in range(reviewers)]
    files = page_files()

    async def ask(cookie: str, method: str, place: str, body: object = None) -> HTTPResponse:
        headers = {"X-Practicum": "room", "Cookie": cookie, "Origin": address.rstrip("/")}
        begin = time.perf_counter()
        answer = await client.fetch(
            address + place,
            method=method,
            headers=headers,
            body=None if method == "GET" else json.dumps(body),
            raise_error=False,
            follow_redirects=False,
            request_timeout=60,
        )
        took.append(time.perf_counter() - begin)
        if answer.code not in {200, 303}:
            failed.append(answer.code)
        return answer

    async def review(number: int, door: str) -> None:
        await asyncio.sleep(number / reviewers * PAUSE)
        entered = await ask("", "POST", f"invite/{door}")
        cookie = entered.headers["Set-Cookie"].partition(";")[0]
        for place in ("demo/", *(files.place + name for name in files.modules)):
            await ask(cookie, "GET", place)
        queue = json.loads((await ask(cookie, "GET", "demo/api/room")).body)
        for line in queue["submissions"]:
            code = line["code"]
            await ask(cookie, "GET", f"demo/submissions/{code}")
            await ask(cookie, "GET", f"demo/api/sheets/{code}")
            sheet = {"levels": {"analysis": number % 5, "advice": 2}, "overall": ""}
            for revision in range(SAVES):
                sheet["overall"] = f"{sheet['overall']} Ten more words that {number} has typed in."
                body = {"sheet": sheet, "revision": revision}
                await ask(cookie, "PUT", f"demo/api/sheets/{code}", body)
                await asyncio.sleep(PAUSE)
            body = {"sheet": sheet, "revision": SAVES}
            await ask(cookie, "POST", f"demo/api/sheets/{code}/submit", body)

    before, begin = sum(process.cpu_times()[:2]), time.perf_counter()
    await asyncio.gather(*[review(number, door) for number, door in enumerate(doors)])
    seconds = time.perf_counter() - begin
    with Records(course.records_url) as records:
        sent = sum(one.reviewer.startswith("b") for one in records.sheets("demo"))
    if sent != 2 * reviewers:
        sys.exit(f"{sent} of {2 * reviewers} sheets were kept: no figures")
    cuts = statistics.quantiles(took, n=20)
    return {
        "reviewers": reviewers,
        "seconds": round(seconds, 1),
        "requests": len(took),
        "failed": len(failed),
        "median_ms": round(statistics.median(took) * 1000, 1),
        "p95_ms": round(cuts[-1] * 1000, 1),
        "most_ms": round(max(took) * 1000, 1),
        "cpu_percent": round((sum(process.cpu_times()[:2]) - before) / seconds * 100),
        "server_mb": round(_memory(process)),
    }


def _lay(root: Path, reviewers: int) -> Course:
    """Lay the small course of the tests, with its two graded submissions and more reviewers."""
    small.lay_course(root)
    with (root / "course" / "roster.yml").open("a", encoding="utf-8") as roster:
        roster.writelines(PERSON.format(n=n) for n in range(reviewers))
    course = Course.find(root)
    (root / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "employer_review.ipynb", root / "notebooks")
    for student in ("ada", "grace"):
        folder = course.station("autograded", student=student, brief="demo")
        folder.mkdir(parents=True)
        (folder / "brief.ipynb").write_text(json.dumps(small.notebook_of()), "utf-8")
    return course


@contextmanager
def _room(course: Course) -> Iterator[tuple[psutil.Process, str, str]]:
    """Serve the room in a process of its own; yield it, its address, and a submission's code."""
    command = [sys.executable, __file__, "--serve", str(course.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        with Records(course.records_url) as records:
            code = records.blind_code("demo", "ada")
        try:
            yield psutil.Process(server.pid), address, code
        finally:
            server.terminate()


def _serve(root: Path) -> None:
    from practicum.room import serve  # noqa: PLC0415 (in the server's own process)

    serve(
        Course.find(root),
        ["demo"],
        port=0,
        gradebook=small.MemoryGradebook(),
        ready=lambda serving: print(serving.address, flush=True),
    )


def _notebook(source: str) -> str:
    cell = {
        "cell_type": "code",
        "id": "c1",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    about = {"kernelspec": kernel}
    return json.dumps({"cells": [cell], "metadata": about, "nbformat": 4, "nbformat_minor": 5})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        _serve(Path(sys.argv[2]))
    else:
        main(*([int(value) for value in sys.argv[1:]] + [5, 20, 100][len(sys.argv) - 1 :]))
