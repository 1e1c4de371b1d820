"""Programs that are started cold in a box."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from practicum import sandbox
from practicum.errors import NoSandbox
from practicum.sandbox import levels

TEST_UID = 61_900


def _run(rung: levels.Rung, code: str, folder: Path, **how: object) -> tuple[int, str]:
    """Run Python code in a box; return its exit code and what it said."""
    inside = folder / "box"
    inside.mkdir()
    box = sandbox.Box(memory_mb=256, disk_mb=16, file_mb=8, processes=24)
    argv = [sys.executable, "-I", "-S", "-c", code]
    how = {"uid": TEST_UID, "folder": inside, "rung": rung} | how
    with sandbox.wrapped(argv, box, **how) as cold:  # type: ignore[arg-type]
        done = subprocess.run(
            cold.argv,
            pass_fds=cold.pass_fds,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
    if rung == "landlock" and "NoSandbox" in done.stdout:
        # Where the interpreter lies in a private folder, root's throw-away user cannot run it.
        pytest.skip(f"no landlock box for a cold program: {done.stdout.splitlines()[-1]}")
    return done.returncode, done.stdout.strip()


def test_program_runs_beside_its_files(cold: levels.Rung, tmp_path: Path) -> None:
    """The program has copies of the regular files that were handed in, and may change them."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "a").write_text("x", encoding="ascii")
    (source / "link").symlink_to("/etc/passwd")
    code = "import os; open('a', 'a').write('y'); print(os.listdir('.'), open('a').read())"
    assert _run(cold, code, tmp_path, sources=[source]) == (0, "['a'] xy")
    assert (source / "a").read_text(encoding="ascii") == "x"


def test_program_is_confined(cold: levels.Rung, tmp_path: Path) -> None:
    """No gradebook, no network, no other process, no way to write beside the libraries."""
    secret = tmp_path / "gradebook.db"
    secret.write_text("secret", encoding="ascii")
    code = f"""
import os, socket
for attack in (
    lambda: open({str(secret)!r}).read(),
    lambda: socket.create_connection(("192.0.2.1", 80), 1),
    lambda: os.kill({os.getpid()}, 0) if {os.getpid()} > 99 else 1 / 0,
    lambda: open("/usr/x", "w"),
    lambda: open({sys.prefix!r} + "/x", "w"),
    lambda: os.setuid(0),
    lambda: bytearray(1 << 30),
):
    try:
        attack()
    except (OSError, MemoryError):
        continue
    print("allowed")
"""
    assert _run(cold, code, tmp_path) == (0, "")


def test_exit_code_comes_back(cold: levels.Rung, tmp_path: Path) -> None:
    """How the program ended is known outside."""
    assert _run(cold, "raise SystemExit(7)", tmp_path)[0] == 7


def test_environment_is_what_was_given(
    cold: levels.Rung, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The grader's variables are gone, those that were given are there."""
    monkeypatch.setenv("SECRET", "x")
    code = "import os; print(os.environ.get('SECRET'), os.environ['GIVEN'])"
    assert _run(cold, code, tmp_path, environ={"GIVEN": "y"}) == (0, "None y")


def test_shared_folder_is_written_from_both_sides(cold: levels.Rung, tmp_path: Path) -> None:
    """A kernel's sockets can lie in a folder that both sides see."""
    shared = tmp_path / "shared"
    shared.mkdir()
    if os.geteuid() == 0:
        os.chown(shared, TEST_UID, TEST_UID)
        for place in (tmp_path, *tmp_path.parents[:2]):
            place.chmod(0o755)
    code = f"open({str(shared / 'answer')!r}, 'w').write('x')"
    assert _run(cold, code, tmp_path, shared=[shared]) == (0, "")
    assert (shared / "answer").read_text(encoding="ascii") == "x"


def test_bwrap_needs_a_folder_for_files(tmp_path: Path) -> None:
    """Without a place to hand files over the box is refused, not made without them."""
    with pytest.raises(NoSandbox, match="folder"):
        sandbox.wrapped(["true"], sandbox.Box(), [tmp_path], rung="bwrap")
