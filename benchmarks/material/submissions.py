"""Submissions of students who know more or less, made from a seed."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Submission", "submissions"]

Notebook = dict[str, Any]

KNOWS = {0.95: 30, 0.75: 45, 0.45: 22, 0.0: 3}
"""How likely an answer is right, and how many of a hundred students are so."""
SLIPS = {"wrong": 78, "untouched": 14, "emptied": 8}
"""What is handed in where an answer is not right, of a hundred."""
LATE = 0.1
CURIOUS = 0.3
"""The part of the students who hand in late, and of those who look at the data by themselves."""
LOOKS = (
    "rides.info()",
    'rides["station"].value_counts()',
    'rides.groupby("bicycle")[["minutes", "km"]].mean()',
    "%time rides.sort_values('km').tail(3)",
    "for column in rides.columns:\n    print(column, rides[column].nunique())",
)


@dataclass(frozen=True)
class Submission:
    """A student's notebook, and by how many hours it is late (0: in time)."""

    student: str
    notebook: Notebook
    hours_late: int


def submissions(release: Notebook, count: int, seed: int = 1) -> Iterator[Submission]:
    """Yield ``count`` submissions for a released notebook.

    The first ones are the same whatever the count is.
    """
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 (a sample, not a secret)
        knows = chance.choices(list(KNOWS), list(KNOWS.values()))[0]
        late = chance.choice((1, 20, 50)) if chance.random() < LATE else 0
        yield Submission(f"student-{number:05}", _fill_in(release, knows, chance), late)


def _fill_in(release: Notebook, knows: float, chance: random.Random) -> Notebook:
    notebook = copy.deepcopy(release)
    cells = []
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in _answers() and knows:
            _answer(cell, name, knows, chance)
        cells.append(cell)
        if name == "clean" and chance.random() < CURIOUS:
            cells.append(_own_cell(chance.choice(LOOKS)))
    notebook["cells"] = cells
    return notebook


def _answer(cell: Notebook, name: str, knows: float, chance: random.Random) -> None:
    """Replace a cell's source; it stays as it came where nothing is answered."""
    kind = "right"
    if chance.random() > knows:
        kind = chance.choices(list(SLIPS), list(SLIPS.values()))[0]
    if kind == "emptied":
        cell["source"] = ""
    elif kind != "untouched":
        cell["source"] = chance.choice(_answers()[name][kind]).rstrip("\n")


def _own_cell(source: str) -> Notebook:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "my-look",
        "metadata": {},
        "outputs": [],
        "source": source,
    }


@cache
def _answers() -> dict[str, dict[str, list[str]]]:
    file = Path(__file__).with_name("answers.yml")
    answers: dict[str, dict[str, list[str]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return answers
