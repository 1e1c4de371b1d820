"""Boxes to attack: each way to make one that works here, as root and as an ordinary user."""

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest

from practicum import sandbox
from practicum.errors import PracticumError
from practicum.sandbox import levels, linux

NOBODY = 65_534
TEST_UID = 61_900
PATIENCE = 30


@dataclass(frozen=True)
class Answer:
    """What came out of a box: the attack's value, or the error that stopped it or the box."""

    value: Any = None
    error: str = ""
    status: int = 0


@dataclass(frozen=True)
class Running:
    """A box that runs: who waits for it, its first process as we see it, where it answers."""

    outer: int
    first: int
    reading: int

    def finish(self) -> Answer:
        """Wait for the end of the box and return what it answered."""
        signal.alarm(PATIENCE)
        try:
            with os.fdopen(self.reading, "rb") as pipe:
                said = pipe.read()
            status = os.waitstatus_to_exitcode(os.waitpid(self.outer, 0)[1])
        finally:
            signal.alarm(0)
        value, error = json.loads(said) if said else (None, "it was ended")
        return Answer(value, error, status)


@dataclass(frozen=True)
class BoxKind:
    """One way to make a box: its rung, and whether root or an ordinary user makes it."""

    rung: levels.Rung
    ordinary: bool
    folder: Path

    def box(self, **limits: Any) -> sandbox.Box:
        """Make a small box that this kind can show: an ordinary user has no way to /root."""
        readable: tuple[Path, ...] = sandbox.readable_here()
        if self.ordinary or self.rung == "landlock":
            readable = tuple(place for place in readable if not place.is_relative_to("/root"))
        box = sandbox.Box(memory_mb=256, processes=24, disk_mb=16, file_mb=8, readable=readable)
        return replace(box, **limits)

    def start(
        self,
        attack: Callable[[], object],
        *,
        box: sandbox.Box | None = None,
        sources: Sequence[Path | int] = (),
        skip: Sequence[str] = (),
        keep: Sequence[int] = (),
        uid: int = TEST_UID,
    ) -> Running:
        """Start an attack in a box, in a process that is forked as a grader forks it."""
        place = self.folder / f"box{len(list(self.folder.glob('box*')))}"
        place.mkdir()
        place.chmod(0o777)
        reading, writing = os.pipe()
        outer = os.fork()
        if outer:
            os.close(writing)
            first = b""
            while (byte := os.read(reading, 1)).isdigit():
                first += byte
            return Running(outer, int(first or b"0"), reading)
        status = 1
        with contextlib.suppress(BaseException):
            os.close(reading)
            if self.ordinary and os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(NOBODY, NOBODY, NOBODY)
                os.setresuid(NOBODY, NOBODY, NOBODY)
                linux._prctl(linux._PR_SET_DUMPABLE, 1)  # as if a program of nobody's had started
            ground = sandbox.Ground(self.rung)
            pid = ground.fork()
            if pid:
                os.close(writing)
                os._exit(ground.wait(pid) & 0xFF)
            os.write(writing, os.fsencode(Path("/proc/self").readlink()) + b"\n")
            try:
                sandbox.enter(
                    box or self.box(),
                    sources,
                    keep=(writing, *keep),
                    skip=skip,
                    uid=uid,
                    folder=place,
                    rung=self.rung,
                )
                answer, status = Answer(attack()), 0
            except PracticumError as error:
                answer = Answer(error=f"{type(error).__name__}: {error}")
            except BaseException as error:  # noqa: BLE001 (it is what the test asks for)
                answer, status = Answer(error=f"{type(error).__name__}: {error}"), 0
            os.write(writing, json.dumps([answer.value, answer.error]).encode())
        os._exit(status)

    def run(self, attack: Callable[[], object], **how: Any) -> Answer:
        """Run an attack in a box to its end."""
        return self.start(attack, **how).finish()


KINDS: tuple[tuple[levels.Rung, bool], ...] = (
    ("namespaces", False),
    ("namespaces", True),
    ("landlock", False),
    ("landlock", True),
)


@pytest.fixture(params=KINDS, ids=lambda kind: f"{kind[0]}-{'user' if kind[1] else 'root'}")
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> BoxKind:
    """Give every kind of box for a forked child."""
    rung, ordinary = request.param
    return _kind(rung, tmp_path, ordinary=ordinary)


@pytest.fixture(params=KINDS[:2], ids=["root", "user"])
def namespaces(request: pytest.FixtureRequest, tmp_path: Path) -> BoxKind:
    """Give the kinds of boxes that have namespaces."""
    rung, ordinary = request.param
    return _kind(rung, tmp_path, ordinary=ordinary)


@pytest.fixture(params=KINDS[2:], ids=["root", "user"])
def landlock(request: pytest.FixtureRequest, tmp_path: Path) -> BoxKind:
    """Give the kinds of boxes that have none."""
    rung, ordinary = request.param
    return _kind(rung, tmp_path, ordinary=ordinary)


@pytest.fixture(params=get_args(levels.Rung))
def cold(request: pytest.FixtureRequest) -> levels.Rung:
    """Give each rung in which a program can be started cold here."""
    rung: levels.Rung = request.param
    if not levels.works(rung):
        _lacking(rung, f"{rung} does not work here for a program")
    return rung


def _kind(rung: levels.Rung, folder: Path, *, ordinary: bool) -> BoxKind:
    if not ordinary and os.geteuid() != 0:
        pytest.skip("only root can make a box as root")
    for place in (folder, *folder.parents):
        with contextlib.suppress(PermissionError):
            mode = place.stat().st_mode
            if not mode & 0o001 and place.is_relative_to("/tmp"):  # noqa: S108 (pytest's folders)
                place.chmod(mode | 0o055)
    kind = BoxKind(rung, ordinary, folder)
    answer = kind.run(lambda: None)
    if answer.error:
        who = "an ordinary user" if ordinary else "root"
        _lacking(rung, f"no {rung} box as {who}: {answer.error}")
    return kind


def _lacking(rung: levels.Rung, what: str) -> None:
    """Skip a test for want of something, by name; fail where it has to be there (CI=true).

    Landlock need not be there: it asks for Linux 6.12.
    """
    if os.environ.get("CI") == "true" and rung != "landlock":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(autouse=True)
def _nothing_remains() -> Iterator[None]:
    """Hold every test to leaving no mount behind, and no process of the box's user."""
    before = _mounts()
    yield
    assert _mounts() == before
    if os.geteuid() == 0:
        numbers = [file.name for file in Path("/proc").iterdir() if file.name.isdigit()]
        assert [pid for pid in numbers if _owner(pid) == TEST_UID] == []


def _mounts() -> str:
    return Path("/proc/self/mountinfo").read_text(encoding="utf-8")


def _owner(pid: str) -> int:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return -1
