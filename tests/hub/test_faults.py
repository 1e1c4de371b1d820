"""What breaks while a class hands in: nothing with a receipt is lost, nothing is taken twice."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import psutil
import pytest
from nbgrader.exchange import ExchangeError
from tests.course.gradebook.conftest import server  # noqa: F401 (a fixture)
from tests.hub.conftest import COURSE, INSTRUCTOR, RunningHub, free_ports, lay_course, run_hub

from practicum.depot import check_receipt
from practicum.gradebook.service_exchange.client import Client
from practicum.gradebook.service_exchange.folders import LocalFile
from practicum.records import HandedIn, Records

pytestmark = [pytest.mark.suite, pytest.mark.slow]

CLASS = tuple(f"s{number:02}" for number in range(20))
EACH = 3
BRIEF = "first-steps"
REPOSITORY = Path(__file__).parents[2]
LOCKED = 20.0
DISK_MB = 4
SENT = {"key": "a-key-of-the-teacher", "files": [{"path": "brief.ipynb", "size": 2}]}


def _file(place: Path, text: str) -> LocalFile:
    place.write_text(text, encoding="utf-8")
    return LocalFile.of("brief.ipynb", place)


@dataclass
class Busy:
    """A hub with a class of twenty, their tokens, and what they were told."""

    hub: RunningHub
    place: Path
    tokens: dict[str, str] = field(default_factory=dict)
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    """The receipt of each student and key."""
    errors: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The course's service, through the proxy."""
        return f"{self.hub.address}services/practicum"

    def prepare(self) -> "Busy":
        """Let the hub make tokens, and an instructor release the assignment."""
        self.tokens = self.hub.made_tokens(*CLASS, INSTRUCTOR)
        release = _file(self.place / "release.ipynb", "{}")
        client = Client(self.address, self.tokens[INSTRUCTOR])
        client.release(COURSE, BRIEF, [release], replace=True, told=lambda *_: None)
        return self

    def hand_in(self, student: str, key: str) -> str:
        """Hand in by nbgrader's plugin, and return the receipt."""
        file = _file(self.place / f"{student}-{key}.ipynb", f"work {student} {key}")
        client = Client(self.address, self.tokens[student])
        told = lambda *_: None  # noqa: E731 (nothing is told)
        sent = client.hand_in(COURSE, BRIEF, [file], key=key, student=None, told=told)
        return sent.receipt

    @contextlib.contextmanager
    def handing_in(self, pause: float = 0.5) -> Iterator[None]:
        """Let the class hand in while the block runs, and wait until each has its receipts."""
        begun = threading.Event()

        def live(student: str) -> None:
            for _ in range(EACH):
                key = uuid.uuid4().hex
                try:
                    self.told[student, key] = self.hand_in(student, key)
                except ExchangeError as error:
                    self.errors.append(str(error))
                begun.set()
                time.sleep(pause)

        threads = [threading.Thread(target=live, args=(student,)) for student in CLASS]
        for thread in threads:
            thread.start()
        assert begun.wait(60)
        try:
            yield
        finally:
            for thread in threads:
                thread.join(180)
        assert not any(thread.is_alive() for thread in threads)

    def kept(self) -> tuple[HandedIn, ...]:
        """Return what the ledger has."""
        with Records(self.hub.course.records_url) as records:
            return records.handed_in(COURSE, BRIEF)

    def check(self) -> None:
        """Each receipt is signed and kept; each key was taken once; again, it is the same."""
        kept = {(one.student, one.key): one for one in self.kept()}
        assert len(kept) == len(self.kept())
        asked = {"Authorization": f"Bearer {self.tokens[CLASS[0]]}"}
        pem = httpx.get(f"{self.address}/exchange/key", headers=asked).text
        for (student, key), receipt in self.told.items():
            claims = check_receipt(receipt, pem)
            one = kept[student, key]
            assert one.receipt == receipt
            assert (claims["student"], claims["sha256"]) == (student, one.sha256)
            content = f"work {student} {key}".encode()
            assert one.files[0].sha256 == hashlib.sha256(content).hexdigest()
            depot = self.hub.course.root / "course" / "work" / "depot"
            assert (depot / COURSE / "students" / student / one.files[0].sha256).read_bytes() == (
                content
            )
        (student, key), receipt = next(iter(self.told.items()))
        assert self.hand_in(student, key) == receipt
        assert len(self.kept()) == len(kept)

    def service(self) -> psutil.Process:
        """Return the process of the course's service."""
        for process in self.hub.processes():
            with contextlib.suppress(psutil.Error):
                if process.cmdline()[1:] == ["-m", "practicum.service"]:
                    return process
        pytest.fail("no course service runs")


def _lay(root: Path) -> None:
    lay_course(root, free_ports(8), grade_on_arrival=False, files="course/work/depot")
    for part in (f"assignments/{BRIEF}", "rubrics"):
        shutil.copytree(REPOSITORY / part, root / part)
    settings = root / "course" / "course.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("brief: tiny", f"brief: {BRIEF}"), encoding="utf-8")
    file = root / "course" / "roster.yml"
    roster = {
        "schema_version": 1,
        "students": [{"id": name, "name": f"Student {name}"} for name in CLASS],
        "instructors": [{"id": INSTRUCTOR, "name": "Ines Instructor"}],
    }
    file.write_text(json.dumps(roster), encoding="utf-8")


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Busy]:
    """A hub of one's own with its proxy and the course's service."""
    root = tmp_path / "course"
    _lay(root)
    one = Busy(run_hub(root, {"practicum"}), tmp_path).prepare()
    yield one
    one.hub.stop()


def test_the_service_is_killed_while_a_class_hands_in(busy: Busy) -> None:
    """The hub starts it again, the clients wait for it, and each of 60 is there once."""
    with busy.handing_in():
        time.sleep(0.3)
        killed = busy.service()
        killed.send_signal(signal.SIGKILL)

    assert busy.errors == []
    assert len(busy.told) == len(busy.kept()) == len(CLASS) * EACH
    assert busy.service().pid != killed.pid
    busy.check()


def test_the_hub_restarts_while_a_class_hands_in(busy: Busy) -> None:
    """Tokens, sessions and receipts hold, the proxy knows its routes, and nobody sends again."""
    browser = busy.hub.log_in(CLASS[0])
    cookies = httpx.Cookies(browser.client.cookies)
    with busy.handing_in():
        time.sleep(0.3)
        busy.hub.stop()
        busy.hub = run_hub(busy.hub.root, {"practicum"})

    assert busy.errors == []
    assert len(busy.told) == len(busy.kept()) == len(CLASS) * EACH
    page = httpx.get(f"{busy.hub.address}hub/home", cookies=cookies, follow_redirects=False)
    assert page.status_code == 200
    busy.check()


def test_the_records_are_locked_while_a_class_hands_in(busy: Busy) -> None:
    """Another program keeps the database for 20 s: the clients wait, and all is taken once."""
    file = busy.hub.root / "course" / "work" / "records.db"
    with busy.handing_in(), contextlib.closing(sqlite3.connect(file, timeout=30)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        time.sleep(LOCKED)
        other.execute("ROLLBACK")

    assert busy.errors == []
    assert len(busy.told) == len(busy.kept()) == len(CLASS) * EACH
    busy.check()


def test_the_records_are_gone_for_a_while(busy: Busy) -> None:
    """Their files are moved away and back: whoever got a receipt is in them, all others know."""
    work = busy.hub.root / "course" / "work"
    away = busy.place / "away"
    away.mkdir()
    with busy.handing_in(pause=1.0):
        for file in work.glob("records.db*"):
            file.rename(away / file.name)
        time.sleep(5)
        for file in away.iterdir():
            file.rename(work / file.name)

    busy.check()
    assert busy.errors == []
    assert len(busy.told) == len(CLASS) * EACH


def test_the_server_of_the_records_is_gone_for_a_while(
    server: Callable[[], str],  # noqa: F811 (the fixture)
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """PostgreSQL is stopped and started again: the clients wait, and all is taken once."""
    pytest.importorskip("psycopg", reason="the extra `postgresql` has it")
    url = server()
    monkeypatch.setenv("PRACTICUM_RECORDS_URL", url)
    _lay(tmp_path / "course")
    busy = Busy(run_hub(tmp_path / "course", {"practicum"}), tmp_path).prepare()
    try:
        with busy.handing_in():
            _restart_postgresql(url, 5.0)
        assert busy.errors == []
        assert len(busy.told) == len(busy.kept()) == len(CLASS) * EACH
        busy.check()
    finally:
        busy.hub.stop()


def _restart_postgresql(url: str, away: float) -> None:
    """Stop the server behind a URL at once, and start it again after some seconds."""
    folder = Path(url.rpartition("host=")[2])
    data = folder / "data"
    words = [str(word) for word in psutil.Process(_postmaster(data)).cmdline()]
    owner = data.stat()
    program = Path(words[0]).with_name("pg_ctl")
    other = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    command = [*(other if os.getuid() == 0 else []), str(program), "-D", str(data), "-w"]
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    stopped = [*command, "-m", "immediate", "stop"]
    subprocess.run(stopped, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)
    time.sleep(away)
    started = [*command, "-o", options, "-l", str(folder / "log"), "start"]
    subprocess.run(started, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)


def _postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().splitlines()[0])


CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long offset(void) {
  long seconds = 0;
  FILE *file = fopen(getenv("CLOCK_OFFSET"), "r");
  if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
  return seconds;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *) = 0;
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int done = real(clock, now);
  if (!done && clock == CLOCK_REALTIME) now->tv_sec += offset();
  return done;
}
time_t time(time_t *where) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (where) *where = now.tv_sec;
  return now.tv_sec;
}
int gettimeofday(struct timeval *now, void *zone) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec; now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
"""
"""A clock of the hub's processes that is set back by as many seconds as a file says."""
OWN_CONFIG = """
from practicum.hub import configure

c = get_config()
configure(c, __file__)
for service in c.JupyterHub.services:
    service.setdefault("environment", {}).update({CLOCK!r})
"""


def test_the_clock_is_set_back_while_a_class_hands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour back for hub, proxy and service: what was later is later, and all go on."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler, so that no clock can be set back")
    source, library, offset = (tmp_path / name for name in ("clock.c", "clock.so", "offset"))
    source.write_text(CLOCK, encoding="ascii")
    offset.write_text("0", encoding="ascii")
    build = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
    subprocess.run(build, check=True, timeout=60)
    clock = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(offset)}
    _lay(tmp_path / "course")
    config = tmp_path / "course" / "course" / "jupyterhub_config.py"
    config.write_text(OWN_CONFIG.replace("{CLOCK!r}", repr(clock)), encoding="utf-8")
    with monkeypatch.context() as patched:
        for name, value in clock.items():
            patched.setenv(name, value)
        busy = Busy(run_hub(tmp_path / "course", {"practicum"}), tmp_path)
    try:
        busy.prepare()
        browser = busy.hub.log_in(CLASS[0])
        with busy.handing_in(pause=0.0):
            pass
        before = {one.id for one in busy.kept()}
        offset.write_text("-3600", encoding="ascii")
        dated = browser.client.get("hub/home").headers["date"]
        assert time.time() - parsedate_to_datetime(dated).timestamp() > 3500
        with busy.handing_in(pause=0.0):
            pass

        assert busy.errors == []
        assert len(busy.told) == len(busy.kept()) == 2 * len(CLASS) * EACH
        for student in CLASS:
            times = [
                (one.id in before, one.received_at) for one in busy.kept() if one.student == student
            ]
            first, then = (
                sorted(at for old, at in times if old is which) for which in (True, False)
            )
            assert first[-1] < then[0]
            assert len(set(then)) == EACH
        assert browser.client.get("hub/home", follow_redirects=False).status_code == 200
        busy.check()
    finally:
        busy.hub.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, where the depot will lie."""
    place = tmp_path / "course" / "course" / "work" / "depot"
    place.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_the_disk_is_full_while_a_class_hands_in(small_disk: Path, tmp_path: Path) -> None:
    """Whoever finds no room is told so and has nothing in the ledger; with room, it is taken."""
    shelved = tmp_path / "shelved"
    _lay(shelved)
    shutil.copytree(shelved, tmp_path / "course", dirs_exist_ok=True)
    busy = Busy(run_hub(tmp_path / "course", {"practicum"}), tmp_path).prepare()
    try:
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb") as stream:
            while stream.write(b"\0" * 4096):
                stream.flush()
        with busy.handing_in(pause=0.0):
            pass
        assert len(busy.errors) == len(CLASS) * EACH
        assert all("full" in said and "nothing was taken" in said for said in busy.errors)
        assert busy.kept() == ()

        ballast.unlink()
        busy.errors.clear()
        with busy.handing_in(pause=0.0):
            pass
        assert busy.errors == []
        assert len(busy.told) == len(busy.kept()) == len(CLASS) * EACH
        busy.check()
    finally:
        busy.hub.stop()
