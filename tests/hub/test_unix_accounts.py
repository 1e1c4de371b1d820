"""Real accounts of the system: each person's server runs under the own one."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from pwd import getpwnam
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.hub.conftest import RunningHub

pytestmark = pytest.mark.suite

PEOPLE = ("ada", "bob", "ines")


def everybody_may_run(program: Path) -> bool:
    """Tell whether other accounts may come to a program, and run it."""
    folders = program.resolve().parents
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)


@pytest.fixture
def accounts() -> Iterator[tuple[str, ...]]:
    """Make accounts for the students and the instructor, and remove them again."""
    if os.geteuid() != 0 or shutil.which("useradd") is None:
        pytest.skip("only root makes accounts")
    if not everybody_may_run(Path(sys.executable)):
        pytest.skip(f"{sys.executable} is in a folder that other accounts may not enter")
    for name in PEOPLE:
        try:
            getpwnam(name)
        except KeyError:
            continue
        pytest.skip(f"there is an account {name} on this machine")
    for name in PEOPLE:
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name], check=True)
    yield PEOPLE
    for name in PEOPLE:
        subprocess.run(["userdel", "--remove", "--force", name], check=False, capture_output=True)


def test_each_server_runs_under_the_own_account(
    own_hub: "Callable[..., RunningHub]", accounts: tuple[str, ...]
) -> None:
    """A server has its owner's number, and can read neither another home nor the course."""
    ada = accounts[0]
    hub = own_hub(set(), spawner="unix")
    diary = Path(f"~{accounts[1]}").expanduser() / "diary.txt"
    diary.write_text("secret")
    diary.parent.chmod(0o700)

    visitor = hub.log_in(ada)
    visitor.start_server()
    said = visitor.run(
        "import os, pathlib\n"
        "print(os.getuid())\n"
        f"for place in ({str(diary)!r}, {str(hub.root / 'course' / 'work')!r}):\n"
        "    try:\n"
        "        place = pathlib.Path(place)\n"
        "        print(place.read_text() if place.suffix else list(place.iterdir()))\n"
        "    except OSError as error:\n"
        "        print(type(error).__name__)\n"
    )

    assert said.split() == [str(getpwnam(ada).pw_uid), "PermissionError", "PermissionError"]
