"""The box of a user's server, without a hub: the command line is run, and looked at from inside."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from practicum.errors import NoSandbox
from practicum.hub.boxed import boxed_command, inside_home, require_bwrap
from practicum.hub.homes import account_of, make_home
from practicum.sandbox import Box, rungs

ROOT = os.geteuid() == 0


@pytest.fixture(params=["an ordinary account", "root"])
def owner(request: pytest.FixtureRequest) -> int | None:
    """Whom the hub's account becomes in the box; root's hub only where the tests are root's."""
    if "bwrap" not in rungs():
        if os.environ.get("CI") == "true":
            pytest.fail("bwrap does not work here; `scripts/debian-packages` installs it")
        pytest.skip("bwrap does not work here")
    if request.param == "root" and not ROOT:
        pytest.skip("needs root")
    return account_of("ada") if request.param == "root" else None


def inside(script: str, home: Path, owner: int | None, box: Box | None = None) -> list[str]:
    """Run a shell script in a box; return its words."""
    line, descriptors = boxed_command("ada", home, box or Box(), owner=owner, memory=1 << 30)
    try:
        done = subprocess.run(
            [*line, "sh", "-c", script],
            pass_fds=descriptors,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    return (done.stdout + done.stderr).split()


def test_a_home_is_all_that_lasts(tmp_path: Path, owner: int | None) -> None:
    """Files are written into the home, and belong to whom the hub says."""
    home = tmp_path / "ada"
    make_home(home, owner)

    said = inside("pwd; echo mine > note; ls /home; ls /tmp", home, owner)

    assert said == ["/home/ada", "ada"]
    assert (home / "note").read_text() == "mine\n"
    assert (home / "note").stat().st_uid == (os.geteuid() if owner is None else owner)


def test_nothing_else_can_be_written(tmp_path: Path, owner: int | None) -> None:
    """The root, /usr, /etc and the libraries are read-only, also for their owner."""
    home = tmp_path / "ada"
    make_home(home, owner)
    places = ("/", "/usr", "/etc", "/home", os.path.realpath(sys.prefix))

    for place in places:
        said = inside(f"touch {place}/x 2>/dev/null && echo written", home, owner)
        assert said == [], place


def test_a_course_among_the_libraries_is_hidden(tmp_path: Path, owner: int | None) -> None:
    """Where the course lies below a folder that can be read, it is covered."""
    home, course = tmp_path / "ada", tmp_path / "libraries" / "course"
    make_home(home, owner)
    course.mkdir(parents=True)
    (course / "gradebook.db").write_text("marks")
    (tmp_path / "libraries" / "lib.py").write_text("code")
    tmp_path.chmod(0o755)
    open_box = replace(Box(), readable=(*Box().readable, tmp_path / "libraries"))
    masked_box = replace(open_box, masked=(*open_box.masked, course))
    script = f"ls {tmp_path}/libraries {course}"

    assert "gradebook.db" in inside(script, home, owner, open_box)
    said = inside(script, home, owner, masked_box)
    assert "lib.py" in said
    assert "gradebook.db" not in said


def test_no_box_in_the_box(tmp_path: Path, owner: int | None) -> None:
    """Nobody becomes root of a namespace of their own, which is where kernels have their holes."""
    home = tmp_path / "ada"
    make_home(home, owner)

    assert "became" not in inside("unshare --user true && echo became", home, owner)


def test_processes_are_counted(tmp_path: Path, owner: int | None) -> None:
    """A fork bomb ends at the limit, and its box with it."""
    if ROOT and owner is None:
        pytest.skip("the kernel spares root's processes, also in a namespace of their own")
    home = tmp_path / "ada"
    make_home(home, owner)

    said = inside("for i in $(seq 600); do sleep 30 & done; echo all", home, owner)

    assert "all" not in said


def test_no_bwrap_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bwrap nothing is started, and the message names the other spawners."""
    monkeypatch.setattr("practicum.hub.boxed.rungs", lambda: ("landlock",))

    with pytest.raises(NoSandbox, match="spawner: unix"):
        require_bwrap()


def test_a_home_does_not_cover_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """With Python in /home/ada, the box's home for Ada lies elsewhere."""
    monkeypatch.setattr("practicum.hub.boxed.readable_here", lambda: (Path("/home/ada/venv"),))

    assert inside_home("ada") == "/srv/home/ada"
    assert inside_home("bob") == "/home/bob"


def test_accounts_are_stable_and_nobodys() -> None:
    """A user's number comes from the name, and is no account of the system's."""
    numbers = {account_of(f"student-{index}") for index in range(2000)}

    assert all(62_000 <= number < 65_000 for number in numbers)
    assert account_of("ada") == account_of("ada")
