"""Publishing without waiting for kernels: the proofs of a brief that was proved before."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from practicum.course import Course
from practicum.gradebook import copy_database
from practicum.progress import Progress, Step
from practicum.publish import Proof, proofs, verb


@pytest.fixture
def already_proved(tiny_published_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a release that was made before on the stage, a little changed, instead of proving."""
    made = Course.find(tiny_published_files)

    def prove(stage: Course, course: Course, brief: str, progress: Progress) -> Iterator[Proof]:
        release = stage.station("release", brief=brief)
        shutil.copytree(made.station("release", brief=brief), release)
        (release / "new.txt").write_text("new in this release", encoding="utf-8")
        database = stage.work / "gradebook.db"
        if not database.exists():
            copy_database(made.work / "gradebook.db", database)
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("UPDATE task_cells SET max_score = max_score + 1")
        progress(Step("prove", 0, 1))
        yield Proof(name="proved before", figure="1")

    monkeypatch.setattr(verb, "_proofs", prove)


@pytest.fixture
def solution_proved(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Take the proofs that run the solution as held, so that the later ones are reached."""
    held = Proof(name="taken as held", figure="")

    def take_as_held() -> None:
        monkeypatch.setattr(proofs, "prove_solution", lambda *_: (held, proofs.Run(1.0, 100.0)))
        monkeypatch.setattr(proofs, "prove_reproducible", lambda *_: held)

    return take_as_held
