"""What code in a box can find out and reach."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from practicum import sandbox

if TYPE_CHECKING:
    from tests.course.sandbox.conftest import BoxKind

COURSE = Path(sandbox.__file__).parents[2]


def _numbers() -> list[str]:
    """List the processes that can be seen."""
    return [file.name for file in Path("/proc").iterdir() if file.name.isdigit()]


def test_hidden_file_cannot_be_read_or_written(kind: BoxKind) -> None:
    """A file outside of the box is out of reach, even if everybody may write it."""
    secret = kind.folder / "gradebook.db"
    secret.write_text("secret", encoding="ascii")
    secret.chmod(0o666)
    assert "Error" in kind.run(secret.read_text).error
    assert "Error" in kind.run(lambda: secret.write_text("x")).error
    assert secret.read_text(encoding="ascii") == "secret"


def test_only_the_packages_of_a_checkout_are_shown(namespaces: BoxKind) -> None:
    """Beside practicum nothing of the checkout is there, and its solutions are empty."""
    if "site-packages" in COURSE.parts:
        pytest.skip("practicum is installed here: there is no checkout beside it")
    names = namespaces.run(lambda: sorted(file.name for file in COURSE.iterdir())).value
    assert names == ["practicum"]


def test_masked_folder_is_empty(kind: BoxKind) -> None:
    """What is masked below a readable folder cannot be read, its neighbours can."""
    library = kind.folder / "library"
    (library / "seed").mkdir(parents=True)
    (library / "seed" / "solution").write_text("42", encoding="ascii")
    (library / "module").write_text("code", encoding="ascii")
    box = kind.box()
    box = kind.box(readable=(*box.readable, library), masked=(library / "seed",))
    assert kind.run((library / "module").read_text, box=box).value == "code"
    assert "Error" in kind.run((library / "seed" / "solution").read_text, box=box).error


def test_readable_places_hold_no_other_place() -> None:
    """The places that a box shows are folders, none below another, and not the root."""
    places = sandbox.readable_here()
    assert Path("/usr") in places
    assert Path("/") not in places
    assert not any(a != b and a.is_relative_to(b) for a in places for b in places)


def test_nothing_but_the_work_can_be_written(kind: BoxKind) -> None:
    """The root, the libraries, /etc and /proc/sys refuse writing; the working folder takes it."""

    def attack() -> list[str]:
        written = []
        places = ("/x", "/usr/x", f"{sys.prefix}/x", "/etc/x", "/etc/passwd", "/dev/x", "/proc/x")
        for place in (*places, "/.disk/x", "/.nothing/x", "/proc/sys/kernel/hostname", "mine"):
            try:
                Path(place).write_text("x", encoding="ascii")
            except OSError:
                continue
            written.append(place)
        return written

    assert kind.run(attack).value == ["mine"]


def test_no_network(kind: BoxKind) -> None:
    """Neither a server of this machine nor a socket by name can be reached."""
    name = f"\0practicum-test-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_UNIX) as filed,
    ):
        named.bind(name)
        named.listen()
        filed.bind(str(kind.folder / "socket"))
        filed.listen()
        (kind.folder / "socket").chmod(0o777)
        port = server.getsockname()[1]
        attacks = (
            lambda: socket.create_connection(("127.0.0.1", port), 1),
            lambda: socket.socket(socket.AF_UNIX).connect(name),
            lambda: socket.socket(socket.AF_UNIX).connect(str(kind.folder / "socket")),
            lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
            lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
        )
        for attack in attacks:
            assert "Error" in kind.run(attack).error


def test_own_pipes_and_pairs_work(kind: BoxKind) -> None:
    """What event loops need, a pair of sockets, is there."""

    def honest() -> bytes:
        one, other = socket.socketpair()
        one.send(b"x")
        return other.recv(1)

    assert kind.run(lambda: honest().decode()).value == "x"


def test_other_processes_cannot_be_seen_or_hurt(kind: BoxKind) -> None:
    """The grader can neither be signalled nor its environment be read."""
    grader = os.getpid()
    assert "Error" in kind.run(lambda: os.kill(grader, 0)).error
    assert "Error" in kind.run(Path(f"/proc/{grader}/environ").read_bytes).error


def test_proc_shows_the_box_only(namespaces: BoxKind) -> None:
    """In /proc there is one process, number 1."""
    numbers = namespaces.run(_numbers).value
    assert numbers == ["1"]


def test_descriptors_are_closed(kind: BoxKind) -> None:
    """An open file of the fork server is closed in the box; standard input is empty."""
    with (kind.folder / "open").open("w") as file:
        number = file.fileno()
        assert "Bad file descriptor" in kind.run(lambda: os.fstat(number).st_size).error
    assert kind.run(lambda: os.read(0, 1).decode()).value == ""


def test_environment_is_neutral(kind: BoxKind) -> None:
    """No variable of the grader is left."""
    os.environ["PRACTICUM_CANARY"] = "secret"
    try:
        names = kind.run(lambda: dict(os.environ)).value
    finally:
        del os.environ["PRACTICUM_CANARY"]
    assert "PRACTICUM_CANARY" not in names
    assert names["USER"] == "student"


def test_the_work_is_home(namespaces: BoxKind) -> None:
    """The code runs in a folder that tells nothing about the grader."""
    assert namespaces.run(os.getcwd).value == sandbox.WORK
