"""The table of attacks, and what each of them hands in."""

from __future__ import annotations

import copy
import hashlib
import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

__all__ = ["Attack", "Notebook", "attacks", "hand_in"]

Notebook = dict[str, Any]
Ending = Literal["nothing", "held", "named", "refused"]

TABLE = Path(__file__).parent / "attacks.yml"
LOOT = """\
def loot(*found):
    import base64
    for each in found:
        data = each if isinstance(each, bytes) else str(each).encode("utf-8", "replace")
        print("LOOT", base64.b64encode(data).decode(), flush=True)
"""
WRONG = {
    "total": "def total(numbers):\n    return None",
    "largest": "largest = None",
    "table": "by_kind = None",
    "share": "def share(kind):\n    return 0.0",
    "mean": "mean_price = None",
}
"""What an attacker answers: all of it is wrong."""

NAMES = {
    "total": "total",
    "largest": "largest",
    "table": "by_kind",
    "share": "share",
    "mean": "mean_price",
}
"""The name that each answer cell binds."""


@dataclass(frozen=True)
class Attack:
    """One attack; attacks.yml says what the fields mean."""

    name: str
    what: str
    topic: str
    ends: Ending
    first: str = ""
    answer: str = ""
    between: str = ""
    last: str = ""
    change: str = ""
    cells: int = 1
    keeps: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    reads_tests: bool = False

    @property
    def student(self) -> str:
        """The id under which it hands in: one that gives nothing away, and occurs nowhere."""
        return "m" + hashlib.sha256(self.name.encode()).hexdigest()[:10]

    @property
    def piece(self) -> str:
        """The mark of whatever must not stay behind; a process's name has 15 bytes."""
        return "hx" + hashlib.sha256(self.student.encode()).hexdigest()[:11]


def attacks() -> tuple[Attack, ...]:
    """Return all attacks of the table."""
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return tuple(Attack(**{**row, "keeps": tuple(row.get("keeps", ()))}) for row in rows)


def hand_in(attack: Attack, released: Notebook, folder: Path, course: Path, port: int) -> None:
    """Put an attack's submission into its folder.

    Args:
        attack: The attack.
        released: The notebook that students get.
        folder: Where the submission lies; it is made.
        course: The course's folder as the attacker knows it.
        port: Where somebody listens.

    """
    said = {"COURSE": str(course), "PORT": str(port), "PIECE": attack.piece}

    def told(text: str) -> str:
        for word, value in said.items():
            text = text.replace(word, value)
        return LOOT + text if "loot(" in text else text

    folder.mkdir(parents=True)
    for name, text in attack.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(told(text), encoding="utf-8")
    notebook = _answered(attack, copy.deepcopy(released), told)
    file = folder / "brief.ipynb"
    file.write_text(json.dumps(notebook), encoding="utf-8")
    if attack.change:
        before = json.dumps(notebook)
        names = {"notebook": notebook, "folder": folder, "course": course}
        exec(textwrap.dedent(attack.change), names)  # noqa: S102 (our own table)
        if json.dumps(notebook) != before and file.stat().st_size < 1_000_000:
            file.write_text(json.dumps(notebook), encoding="utf-8")


def _answered(attack: Attack, notebook: Notebook, told: Any) -> Notebook:
    cells: list[Notebook] = []
    if attack.first:
        cells.append(_code(told(attack.first)))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in WRONG:
            cell["source"] = "pass" if NAMES[name] in attack.keeps else WRONG[name]
        if name == "total" and attack.answer:
            cell["source"] += "\n" + told(attack.answer)
        cells.append(cell)
        if name == "test-total" and attack.between:
            cells.append(_code(told(attack.between)))
    if attack.last:
        cells += [_code(told(attack.last)) for _ in range(attack.cells)]
    return notebook | {"cells": cells}


def _code(source: str) -> Notebook:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
