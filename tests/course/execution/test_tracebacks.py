"""Tracebacks that are made with less work are the same, byte by byte."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from practicum.execution.warm import MISTAKES, PANDAS, PLAIN_MISTAKES

SCRIPT = """
import json, os, sys
from ipykernel.zmqshell import ZMQInteractiveShell
from practicum.execution.tracebacks import quicken_tracebacks
import traitlets.config

def shown(shell, source, number):
    lines = []
    shell._showtraceback = lambda etype, evalue, stb: lines.extend(stb)
    shell.run_cell(source, store_history=True)
    return lines

config = traitlets.config.Config()
config.HistoryManager.enabled = False
setup, *cells = json.loads(sys.stdin.read())
shell = ZMQInteractiveShell.instance(config=config)
applied = list(quicken_tracebacks(ZMQInteractiveShell)) if sys.argv[1] == "quick" else []
shell.run_cell(setup)
tracebacks = [shown(shell, cell, number) for number, cell in enumerate(cells)]
json.dump({"applied": applied, "tracebacks": tracebacks}, open(sys.argv[2], "w"))
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[list[str]]]]:
    """The tracebacks of all mistakes: from IPython as it is, and with less work."""
    folder = tmp_path_factory.mktemp("tracebacks")
    found = {}
    for way in ("plain", "quick"):
        file = folder / f"{way}.json"
        subprocess.run(
            [sys.executable, "-c", SCRIPT, way, str(file)],
            input=json.dumps([PANDAS, *MISTAKES, *PLAIN_MISTAKES]),
            text=True,
            check=True,
            capture_output=True,
        )
        found[way] = json.loads(file.read_text())
    return found


def test_every_step_fits_the_installed_versions(
    both: dict[str, dict[str, list[list[str]]]],
) -> None:
    """None of the replacements had to be left out."""
    assert len(both["quick"]["applied"]) == 5


@pytest.mark.parametrize("number", range(len(MISTAKES) + len(PLAIN_MISTAKES)))
def test_a_traceback_is_the_same(number: int, both: dict[str, dict[str, list[list[str]]]]) -> None:
    """Lines, colours and marks of a mistake's traceback do not change."""
    plain, quick = (both[way]["tracebacks"][number] for way in ("plain", "quick"))
    assert plain == quick
