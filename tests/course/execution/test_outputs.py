"""From messages to outputs: only the form that a notebook demands, and never too much of it."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.execution import outputs as module
from practicum.execution.outputs import Outputs

KINDS = (
    "stream",
    "error",
    "execute_result",
    "display_data",
    "update_display_data",
    "clear_output",
    "comm_open",
    "comm_msg",
    "status",
    "nonsense",
)
KEYS = (
    "name",
    "text",
    "data",
    "metadata",
    "transient",
    "display_id",
    "text/plain",
    "image/png",
    "application/json",
    "ename",
    "evalue",
    "traceback",
    "execution_count",
    "wait",
    "comm_id",
    "state",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(KEYS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)
MESSAGES = st.lists(
    st.tuples(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6)),
    max_size=8,
)


def _cell() -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": "",
        "outputs": [],
        "execution_count": None,
    }


def _taken(*messages: tuple[str, dict[str, Any]], reply: dict[str, Any] | None = None) -> Any:
    cell = _cell()
    outputs = Outputs([cell])
    outputs.begin(0)
    for kind, content in messages:
        outputs.take(0, kind, content)
    outputs.end(0, reply or {})
    return cell["outputs"]


@given(MESSAGES, st.dictionaries(st.sampled_from([*KEYS, "status"]), JSON, max_size=4))
def test_whatever_is_sent_a_notebook_comes_of_it(
    messages: list[tuple[str, dict[str, Any]]], reply: dict[str, Any]
) -> None:
    """Messages of any form, a hostile kernel's, leave outputs that nbformat accepts."""
    cell = _cell()
    cell["outputs"] = _taken(*messages, reply={**reply, "status": "error"})
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    nbformat.validate(nbformat.from_dict(notebook))


def test_an_update_reaches_an_output_of_another_cell() -> None:
    """A display that is updated later shows the new content where it stood."""
    cells = [_cell(), _cell()]
    outputs = Outputs(cells)
    shown = {"transient": {"display_id": "x"}, "metadata": {}}
    outputs.begin(0)
    outputs.take(0, "display_data", shown | {"data": {"text/plain": "1"}})
    outputs.end(0, {})
    outputs.begin(1)
    outputs.take(1, "update_display_data", shown | {"data": {"text/plain": "2"}})
    outputs.end(1, {})
    assert cells[0]["outputs"][0]["data"] == {"text/plain": "2"}
    assert cells[1]["outputs"] == []


def test_an_error_that_was_not_shown_is_shown() -> None:
    """When the reply has an error that no output shows, as after a timeout, it is added."""
    reply = {"status": "error", "ename": "E", "evalue": "v", "traceback": []}
    (output,) = _taken(reply=reply)
    assert (output["ename"], output["evalue"]) == ("E", "v")
    assert output["traceback"] == ["ERROR: An error occurred while showtraceback was disabled"]


def test_long_texts_are_cut_as_nbgrader_cuts_them() -> None:
    """At most 1,000 lines of all streams together, the last of them saying so."""
    text = {"name": "stdout", "text": "x\n" * 5000}
    (output,) = _taken(("stream", text))
    lines = output["text"].split("\n")
    assert len(lines) == 1000
    assert lines[-1] == "... Output truncated ..."


def test_pictures_that_are_too_large_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture above the limit is left out, and a text says which kind it was."""
    monkeypatch.setattr(module, "MAX_PICTURE_CHARACTERS", 10)
    (output,) = _taken(("display_data", {"data": {"image/png": "A" * 11}}))
    assert output["data"] == {"text/plain": "... image/png left out: too large ..."}


def test_a_whole_notebook_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many outputs that are each small enough stop at the limit of a cell, with one note."""
    monkeypatch.setattr(module, "MAX_CELL_CHARACTERS", 100)
    message = ("display_data", {"data": {"image/png": "A" * 30}})
    found = _taken(*[message] * 50)
    assert len(found) == 4
    assert found[-1]["text"] == module.LEFT_OUT
