"""The student's file: nothing that was acknowledged is lost, and nobody's file breaks a widget."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum.errors import BadInput, NewerVersion, NotSaved
from practicum.internship import Internship, Objective, TimeEntry, internship_text, read_internship
from practicum_widgets.milestones.changes import LOG
from practicum_widgets.objectives import Objectives
from practicum_widgets.sidecar import Sidecar

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
ADD = Objectives.actions["add"]
EDIT = Objectives.actions["edit"]

changes = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["add", "edit", "log", "reflect"]),
        st.integers(0, 4),
        st.text(
            st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf"]),
            min_size=1,
            max_size=8,
        ),
    ),
    max_size=25,
)


def _apply(sidecar: Sidecar, kind: str, number: int, text: str) -> None:
    """Make one change, as a widget makes it."""
    if kind == "add":
        sidecar.change(lambda kept: ADD(kept, {"id": f"g{number}", "text": text}))
    elif kind == "edit":
        sidecar.change(lambda kept: EDIT(kept, {"id": f"g{number}", "measure": text}))
    elif kind == "log":
        entry = {"id": f"t{number}", "begin": NOW, "minutes": number + 1, "note": text}
        sidecar.change(lambda kept: LOG["add"](kept, entry))
    else:
        sidecar.change(
            lambda kept: kept.model_copy(
                update={"reflection": kept.reflection | {f"p{number}": text}}
            )
        )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=changes)
def test_two_kernels_lose_nothing(tmp_path_factory: pytest.TempPathFactory, steps: Any) -> None:
    """Whatever two kernels change in whatever order, all that was acknowledged is in the file."""
    folder = tmp_path_factory.mktemp("two")
    kernels = Sidecar(folder, "b"), Sidecar(folder, "b")
    goals: dict[str, list[str]] = {}
    times: dict[str, str] = {}
    answers: dict[str, str] = {}
    for which, kind, number, text in steps:
        _apply(kernels[which], kind, number, text)
        if kind == "add":
            goals.setdefault(f"g{number}", [text, ""])
        elif kind == "edit" and f"g{number}" in goals:
            goals[f"g{number}"][1] = text
        elif kind == "log":
            times.setdefault(f"t{number}", text)
        elif kind == "reflect":
            answers[f"p{number}"] = text

    found = Sidecar(folder, "b").read()
    assert {goal.id: [goal.text, goal.measure] for goal in found.objectives} == goals
    assert {entry.id: entry.note for entry in found.time} == times
    assert found.reflection == answers
    assert kernels[0].read() == kernels[1].read() == found


WRITER = """
import sys
from pathlib import Path
from practicum.internship import Objective
from practicum_widgets.sidecar import Sidecar

sidecar, name = Sidecar(Path(sys.argv[1]), "b"), sys.argv[2]
for number in range(int(sys.argv[3])):
    goal = Objective(id=f"{name}-{number}", text="x" * 50)
    sidecar.change(lambda kept: kept.model_copy(update={"objectives": (*kept.objectives, goal)}))
    print(goal.id, flush=True)
"""


def _writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    """Two processes that write at the same time keep all entries of both."""
    writers = [_writer(tmp_path, name, 20) for name in ("a", "b")]
    said = [writer.communicate(timeout=60)[0].split() for writer in writers]

    goals = {goal.id for goal in Sidecar(tmp_path, "b").read().objectives}
    assert goals == {*said[0], *said[1]}
    assert len(goals) == 40


@pytest.mark.slow
def test_killed_while_writing(tmp_path: Path) -> None:
    """A process that is killed at any moment leaves a whole file with all it had acknowledged."""
    rng = random.Random(7)  # noqa: S311 (a plan that can be repeated)
    for round_ in range(50):
        folder = tmp_path / str(round_)
        folder.mkdir()
        writer = _writer(folder, "a", 45)
        assert writer.stdout is not None
        said = [writer.stdout.readline().strip()]
        time.sleep(rng.uniform(0, 0.1))
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.read().split()
        writer.wait()
        kept = read_internship((folder / "b.internship.json").read_bytes())
        assert {goal.id for goal in kept.objectives} >= {name for name in said if name}


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Where a change cannot be written, the old file stays, no draft is left, and it is said."""
    sidecar = Sidecar(tmp_path, "b")
    sidecar.change(lambda kept: ADD(kept, {"id": "a", "text": "first"}))
    before = sidecar.file.read_bytes()

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, {"write": "fdopen"}.get(step, step), full)
        with pytest.raises(NotSaved, match="No space left on device"):
            sidecar.change(lambda kept: ADD(kept, {"id": "b", "text": "second"}))

    assert sidecar.file.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["b.internship.json"]
    assert [goal.id for goal in sidecar.read().objectives] == ["a"]


def test_deleted_while_in_use(tmp_path: Path) -> None:
    """A file that was deleted by mistake comes back with the next change."""
    sidecar = Sidecar(tmp_path, "b")
    sidecar.change(lambda kept: ADD(kept, {"id": "a", "text": "first"}))
    sidecar.file.unlink()

    sidecar.change(lambda kept: ADD(kept, {"id": "b", "text": "second"}))

    kept = read_internship(sidecar.file.read_bytes())
    assert [goal.id for goal in kept.objectives] == ["a", "b"]


BROKEN = {
    "half": b'{"schema_version": 1, "brief": "b", "obj',
    "not utf-8": b"\xff\xfe\x00",
    "another brief": b'{"schema_version": 1, "brief": "other"}',
    "wrong types": b'{"schema_version": 1, "brief": "b", "objectives": 7}',
    "a list": b"[]",
    "nested": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "deep in a list": b'{"schema_version": 1, "brief": "b", "time": [[[[[[[[[[1]]]]]]]]]]}',
    "10 MB": b" " * 10_000_000,
    "no number": b'{"schema_version": 1, "brief": "b", "revision": NaN}',
    "twice the same id": json.dumps(
        {"schema_version": 1, "brief": "b", "objectives": [{"id": "a", "text": "x"}] * 2}
    ).encode(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_kept_aside(tmp_path: Path, name: str) -> None:
    """What cannot be read is kept under another name, said so, and the student goes on."""
    sidecar = Sidecar(tmp_path, "b")
    sidecar.file.write_bytes(BROKEN[name])

    assert sidecar.read() == Internship(brief="b")
    sidecar.change(lambda kept: ADD(kept, {"id": "a", "text": "goes on"}))

    aside = [file for file in tmp_path.iterdir() if "broken" in file.name]
    assert [file.read_bytes() for file in aside] == [BROKEN[name]]
    assert aside[0].name in sidecar.notices[0]
    assert len(read_internship(sidecar.file.read_bytes()).objectives) == 1


def test_broken_files_do_not_replace_each_other(tmp_path: Path) -> None:
    """Two broken files within one second are both kept."""
    sidecar = Sidecar(tmp_path, "b")
    for content in (b"one", b"two"):
        sidecar.file.write_bytes(content)
        sidecar.read()

    kept = {file.read_bytes() for file in tmp_path.glob("*broken*")}
    assert kept == {b"one", b"two"}


def test_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    """A link to another file and a pipe in the file's place are refused, without waiting."""
    secret = tmp_path / "secret.json"
    secret.write_text(internship_text(Internship(brief="b", revision=9)), encoding="utf-8")
    for make in (lambda file: file.symlink_to(secret), os.mkfifo):
        folder = tmp_path / f"{make}"[-12:-1]
        folder.mkdir()
        sidecar = Sidecar(folder, "b")
        make(sidecar.file)

        assert sidecar.read().revision == 0
        assert sidecar.notices
    assert secret.exists()


def test_an_older_file_is_brought_up_to_date(tmp_path: Path) -> None:
    """The form of the first drafts is read, and written in today's form."""
    sidecar = Sidecar(tmp_path, "b")
    old = {"v": 0, "brief": "b", "items": [{"text": "learn pandas", "done": True}]}
    sidecar.file.write_text(json.dumps(old), encoding="utf-8")

    goal = sidecar.read().objectives[0]

    assert (goal.text, goal.reached) == ("learn pandas", "yes")


def test_a_newer_file_is_not_touched(tmp_path: Path) -> None:
    """What a newer practicum wrote stays byte for byte, and the message says what to do."""
    sidecar = Sidecar(tmp_path, "b")
    sidecar.file.write_bytes(b'{"schema_version": 2, "brief": "b", "new": []}')
    before = sidecar.file.read_bytes()

    with pytest.raises(NewerVersion, match="pip install --upgrade practicum"):
        sidecar.change(lambda kept: ADD(kept, {"id": "a", "text": "x"}))

    assert sidecar.file.read_bytes() == before


def test_too_much_is_refused(tmp_path: Path) -> None:
    """Entries that together are more than anybody reads are refused, and the file stays."""
    sidecar = Sidecar(tmp_path, "b")
    words = {f"p{number}": "\N{EARTH GLOBE EUROPE-AFRICA}" * 5_000 for number in range(20)}
    long = [
        TimeEntry(id=f"t{n}", begin=NOW, minutes=1, note="\N{SNOWMAN}" * 300) for n in range(999)
    ]

    with pytest.raises(BadInput, match="too much"):
        sidecar.change(
            lambda kept: kept.model_copy(update={"reflection": words, "time": tuple(long)})
        )

    assert not sidecar.file.exists()


@given(
    text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(
        lambda text: any(c.isprintable() and not c.isspace() for c in text)
    )
)
def test_texts_come_back(text: str) -> None:
    """What can be seen of a text survives the way to the file and back."""
    goal = Objective(id="a", text=f"x{text}")
    kept = Internship(brief="b", objectives=(goal,))

    assert read_internship(internship_text(kept).encode()) == kept
    assert [c for c in goal.text if c.isprintable() and c != " "] == [
        c for c in f"x{text}" if c.isprintable() and c != " "
    ]
