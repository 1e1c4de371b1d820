"""A student's variant in the notebook that is graded: the recorded values, and no others."""

import json
from typing import Any

import pytest

from practicum.gradebook import AnswerKey, KeyCell, restore

OWN = "# Your own values\nseed = 7"


def key_cell(name: str, source: str, **flags: Any) -> KeyCell:
    """One cell of code of the answer key."""
    about = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False}
    about |= {"locked": True, "task": False, "checksum": "0" * 32} | flags
    return KeyCell(id=name, cell_type="code", source=source, metadata_json=json.dumps(about))


@pytest.fixture
def key() -> AnswerKey:
    """The answer key of a notebook with a parameter, an answer and two tests."""
    return AnswerKey(
        brief="case",
        notebook="brief",
        kernelspec_json=json.dumps({"name": "python3", "language": "python"}),
        cells=(
            key_cell("parameters", "seed = 1"),
            key_cell("answer", "answer = seed", solution=True, locked=False),
            key_cell("test-one", "assert answer == seed", grade=True, points=1),
            key_cell("test-two", "assert answer", grade=True, points=1),
        ),
    )


def submitted(*cells: tuple[str, str]) -> str:
    """Return a notebook of cells: a name, or a tag with @, or nothing; and a source."""
    made = []
    for name, source in cells:
        meta: dict[str, Any] = {"tags": [name[1:]]} if name.startswith("@") else {}
        if name and not meta:
            meta = {"nbgrader": {"grade_id": name}}
        made.append({"cell_type": "code", "source": source, "metadata": meta})
    return json.dumps({"cells": made})


def sources(text: str) -> list[str]:
    """Return the sources of a notebook's cells."""
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


def test_recorded_values_replace_what_was_handed_in(key: AnswerKey) -> None:
    """What a student made of the cell with the values is dropped; the recorded ones stand there."""
    work = submitted(
        ("parameters", "seed = 1"),
        ("@injected-parameters", "seed = 3"),
        ("answer", "answer = 7"),
        ("test-one", "pass"),
        ("test-two", "pass"),
    )

    found = sources(restore(key, work, parameters=OWN).notebook)

    assert found == [
        "seed = 1",
        OWN,
        "answer = 7",
        OWN,
        "assert answer == seed",
        "assert answer",
    ]


def test_a_test_never_sees_values_of_the_students(key: AnswerKey) -> None:
    """Code of a student's that sets a parameter is followed by the recorded values."""
    work = submitted(
        ("parameters", "seed = 1"),
        ("answer", "answer = 3"),
        ("test-one", ""),
        ("", "seed = 3"),
        ("test-two", ""),
    )

    found = sources(restore(key, work, parameters=OWN).notebook)

    assert found.index("seed = 3") < found.index("assert answer")
    assert found[found.index("assert answer") - 1] == OWN
    assert found[found.index("assert answer == seed") - 1] == OWN


def test_values_stand_before_the_tests_without_the_defaults(key: AnswerKey) -> None:
    """Even if the cell with the defaults was deleted, the values are set before a test."""
    work = submitted(("answer", "answer = 7"), ("test-one", ""), ("test-two", ""))

    restored = restore(key, work, parameters=OWN)
    found = sources(restored.notebook)

    assert found[found.index("assert answer == seed") - 1] == OWN
    assert ("parameters", "this cell was missing") in restored.findings


def test_without_a_variant_nothing_changes(key: AnswerKey) -> None:
    """A brief without variants keeps a cell that happens to have papermill's tag."""
    work = submitted(("@injected-parameters", "x = 1"), ("answer", "answer = 7"))

    assert "x = 1" in sources(restore(key, work).notebook)
