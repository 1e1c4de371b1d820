"""Whatever is handed in, the notebook that runs has the key's metadata and locked cells."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practicum.errors import BadSubmission
from practicum.gradebook import AnswerKey, restore

NAMES = (
    "intro",
    "answer",
    "test-answer",
    "test-open",
    "sealed",
    "essay",
    "criterion-sound",
)
LOCKED = {"intro", "test-answer", "test-open", "criterion-sound"}
GRADED = {"test-answer", "test-open", "essay", "criterion-sound"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
sources = st.text(max_size=30) | st.lists(st.text(max_size=10), max_size=3)
forged = st.fixed_dictionaries(
    {"grade_id": st.sampled_from(NAMES) | anything},
    optional={
        "points": st.floats(0, 1000) | anything,
        "solution": st.booleans() | anything,
        "grade": st.booleans(),
        "locked": st.booleans(),
        "task": st.booleans(),
        "checksum": st.text(max_size=32),
        "schema_version": st.integers(0, 9),
        "evil": anything,
    },
)
cells = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "source": sources,
        "metadata": st.fixed_dictionaries(
            {}, optional={"nbgrader": forged | anything, "tags": anything, "jupyter": anything}
        ),
    },
    optional={"outputs": anything, "execution_count": anything, "id": anything, "x": anything},
)


def metadata_of(cell: dict[str, Any]) -> dict[str, Any]:
    """The metadata of nbgrader in a restored cell."""
    found: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return found


def text_of(source: str | list[str]) -> str:
    """A cell's text as nbformat joins it."""
    text = source if isinstance(source, str) else "".join(source)
    return text.encode("utf-8", "replace").decode()


@settings(max_examples=60, deadline=None)
@given(submitted=st.lists(cells, max_size=12))
def test_nothing_but_sources_is_taken(key: AnswerKey, submitted: list[dict[str, Any]]) -> None:
    """Permuted, deleted, doubled, retyped, emptied, forged: metadata and tests are the key's."""
    restored = restore(key, json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": submitted}))

    content = json.loads(restored.notebook.encode("utf-8"))
    named = {metadata_of(cell)["grade_id"]: cell for cell in content["cells"] if metadata_of(cell)}
    known = key.by_id()
    assert set(named) >= LOCKED | GRADED
    assert len(named) == sum(1 for cell in content["cells"] if cell["metadata"])
    last = {}
    for cell in submitted:
        about = cell["metadata"].get("nbgrader")
        if isinstance(about, dict) and isinstance(about.get("grade_id"), str):
            last[about["grade_id"]] = cell
    for name, cell in named.items():
        assert metadata_of(cell) == known[name].metadata
        assert set(cell["metadata"]) == {"nbgrader"}
        assert cell["cell_type"] == known[name].cell_type
        taken = name in last and name not in LOCKED
        assert text_of(cell["source"]) == (
            text_of(last[name]["source"]) if taken else known[name].source
        )
    for cell in content["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
    assert content["metadata"]["kernelspec"] == key.kernelspec


@settings(max_examples=200, deadline=None)
@given(submitted=anything | st.fixed_dictionaries({"cells": anything}))
def test_only_refused_as_a_bad_submission(key: AnswerKey, submitted: object) -> None:
    """What is no notebook at all is refused by one kind of error, or restored from the key."""
    with suppress(BadSubmission):
        assert '"test-answer"' in restore(key, json.dumps(submitted)).notebook


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        "[" * 100_000,
        "1" * 5_000,
        '{"cells": {}}',
        '{"cells": ""}',
        '{"cells": [3]}',
        '{"cells": [{"cell_type": "code"}]}',
        '{"cells": [{"cell_type": "evil", "source": ""}]}',
        '{"cells": [{"cell_type": ["code"], "source": ""}]}',
        '{"cells": [{"cell_type": "code", "source": 3}]}',
        '{"cells": [{"cell_type": "code", "source": "", "metadata": []}]}',
    ],
)
def test_no_notebook(key: AnswerKey, text: str) -> None:
    """A file that is no notebook is refused, whatever else it is."""
    with pytest.raises(BadSubmission, match="submitted"):
        restore(key, text)


def cell(name: str, source: str, kind: str = "code") -> dict[str, Any]:
    """A submitted cell with nothing but its name."""
    return {"cell_type": kind, "source": source, "metadata": {"nbgrader": {"grade_id": name}}}


def honest(key: AnswerKey, **changed: str) -> list[dict[str, Any]]:
    """What an honest student hands in."""
    return [cell(k.id, changed.get(k.id, k.source), k.cell_type) for k in key.cells]


def test_honest_work_has_no_finding(key: AnswerKey) -> None:
    """A submission in which only the answers are changed is restored without a finding."""
    submitted = honest(key, answer="answer = 42", essay="Because.")

    restored = restore(key, json.dumps({"cells": submitted}))

    assert restored.findings == ()
    texts = [text_of(c["source"]) for c in json.loads(restored.notebook)["cells"]]
    assert texts[1] == "answer = 42"
    assert texts[5] == "Because."


def test_findings_name_what_was_changed(key: AnswerKey) -> None:
    """A changed test, a missing cell, a doubled one and a retyped one are told, by name."""
    submitted = honest(key)
    submitted[2]["source"] = "assert True"
    submitted[1]["cell_type"] = "markdown"
    submitted.append(cell("sealed", "sealed = 2"))
    del submitted[5]

    restored = restore(key, json.dumps({"cells": submitted}))

    told = dict(restored.findings)
    assert told["test-answer"] == "a locked cell had been changed: the original was run"
    assert told["answer"] == "the cell had become markdown: changed back"
    assert told["sealed"] == "this cell was handed in more than once: the last one counts"
    assert told["essay"] == "this cell was missing"
    assert len(told) == 4


def test_hidden_lines_that_are_not_there_are_no_finding(key: AnswerKey) -> None:
    """The copy that students get lacks the hidden tests, which is no change of theirs."""
    submitted = honest(key, **{"test-answer": "assert answer == 42"})

    assert restore(key, json.dumps({"cells": submitted})).findings == ()


def test_half_a_character(key: AnswerKey) -> None:
    """Text that no file can hold becomes text that every file can hold."""
    restored = restore(key, json.dumps({"cells": honest(key, answer="x = '\ud800'")}))

    assert "x = '?'" in restored.notebook
    restored.notebook.encode("utf-8")
