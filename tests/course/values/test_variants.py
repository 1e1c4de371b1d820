"""Variants of a brief: which values there are, and how they come into a notebook."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from practicum.briefs.variants import (
    INJECTED,
    PARAMETERS,
    Parameter,
    draw,
    examples,
    variant_source,
    with_variant,
)

PYTHON = {"name": "python3", "language": "python"}
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
)


def notebook(*cells: dict[str, Any]) -> str:
    """Return a notebook with these cells."""
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": PYTHON}, "cells": cells}
    )


def code(source: str, *tags: str) -> dict[str, Any]:
    """Return a cell of code."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
    return cell | {"metadata": {"tags": list(tags)}, "id": source[:8] or "empty"}


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}x", fullmatch=True), SCALARS, max_size=5))
def test_code_sets_the_very_values(variant: dict[str, Any]) -> None:
    """The code of a variant, when it is run, sets each name to its value."""
    names: dict[str, Any] = {}

    exec(variant_source(variant, PYTHON), names)  # noqa: S102 (that is what is tested)

    assert {name: names[name] for name in variant} == variant


@given(st.integers(-50, 50), st.integers(1, 50), st.integers())
def test_drawn_values_are_within_bounds(low: int, span: int, seed: int) -> None:
    """A drawn number lies between both ends, and a drawn word is one of the list."""
    parameters = {
        "seed": Parameter(between=(low, low + span)),
        "region": Parameter(one_of=("north", "south")),
    }

    variant = draw(parameters, random.Random(seed))  # noqa: S311 (chance that a test repeats)

    assert low <= int(variant["seed"]) <= low + span
    assert variant["region"] in {"north", "south"}


def test_examples_try_each_end() -> None:
    """The tried variants hold both ends of a range and each value of a list."""
    parameters = {
        "seed": Parameter(between=(1, 9)),
        "region": Parameter(one_of=("north", "south", "west")),
    }

    tried = examples(parameters)

    assert {variant["seed"] for variant in tried} == {1, 9}
    assert {variant["region"] for variant in tried} == {"north", "south", "west"}
    assert examples({}) == ()


@pytest.mark.parametrize(
    "about",
    [{}, {"between": [1, 2], "one_of": ["a", "b"]}, {"between": [3, 3]}, {"one_of": ["a"]}],
    ids=["neither", "both", "empty range", "one value"],
)
def test_a_parameter_varies_in_one_way(about: dict[str, Any]) -> None:
    """A parameter without a choice, or with two ways to choose, is refused."""
    with pytest.raises(ValidationError):
        Parameter.model_validate(about)


def test_values_stand_behind_the_defaults_once() -> None:
    """A notebook that has values already gets the new ones in their place."""
    plain = notebook(code("seed = 1", PARAMETERS), code("print(seed)"))

    once = with_variant(plain, {"seed": 7})
    twice = with_variant(once, {"seed": 8})

    cells = json.loads(twice)["cells"]
    assert [cell["metadata"]["tags"] for cell in cells] == [[PARAMETERS], [INJECTED], []]
    assert "seed = 8" in "".join(cells[1]["source"])
    assert "seed = 7" not in twice


def test_a_notebook_without_the_tag_is_refused() -> None:
    """Values cannot be put into a notebook that has no place for them."""
    with pytest.raises(ValueError, match="no cell of the notebook has the tag 'parameters'"):
        with_variant(notebook(code("seed = 1")), {"seed": 7})
