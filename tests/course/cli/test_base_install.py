"""What works where only the base is installed, and how quickly help is there."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from practicum.cli.main import EXTRA_OF

REPOSITORY = Path(__file__).parents[3]
IMPORT_NAMES = {
    "ipython": "IPython",
    "jupyter-client": "jupyter_client",
    "jupyter-core": "jupyter_core",
    "markdown-it-py": "markdown_it",
    "stack-data": "stack_data",
}
BASE_TOO = {"markdown_it", "pygments", "traitlets"}
"""They come with rich and ipywidgets."""

DRIVER = """
import contextlib, importlib.abc, io, json, sys

class Absent(importlib.abc.MetaPathFinder):
    names = set(json.loads(sys.argv[1]))
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from practicum.cli import main
for call in json.loads(sys.argv[2]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(call)
        except SystemExit as end:
            code = end.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
print(json.dumps(sorted(sys.modules)))
"""


def grading_packages() -> set[str]:
    """The import names of what the extra `grading` installs beside the base."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    names = {
        re.split(r"[><=\[;]", requirement)[0]
        for requirement in project["optional-dependencies"]["grading"]
    }
    return {IMPORT_NAMES.get(name, name) for name in names} - BASE_TOO


def call_all(calls: list[list[str]], absent: set[str]) -> tuple[list[Any], set[str]]:
    """Run commands one after the other in one fresh interpreter without some packages."""
    command = [sys.executable, "-c", DRIVER, json.dumps(sorted(absent)), json.dumps(calls)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    *results, modules = map(json.loads, done.stdout.splitlines())
    return results, set(modules)


def test_the_base_alone(tiny: Any, tmp_path: Path) -> None:
    """Without the extra, files can be checked and made; grading names what to install."""
    course = ["--course", str(tiny.root)]
    grading = [
        ["publish", "tiny", *course],
        ["collect", "tiny", *course],
        ["grade", "tiny", *course],
        ["mark", "tiny", "--from", "x.csv", *course],
        ["review", "tiny", "x.csv", *course],
        ["release", "tiny", *course],
        ["report", *course],
    ]
    new = str(tmp_path / "new")
    light = [
        ["--help"],
        *([call[0], "--help"] for call in grading),
        ["check", str(tiny.root)],
        ["init", new],
        ["check", new],
        ["new", "brief", "case", "--course", new],
    ]

    results, _ = call_all([*grading, *light], grading_packages() | {"nbconvert"})

    for call, (code, out, err) in zip(grading, results, strict=False):
        assert (call, code, out) == (call, 2, "")
        assert "pip install 'practicum[grading]'" in " ".join(err.split()), (call, err)
    for call, (code, _out, err) in zip(light, results[len(grading) :], strict=True):
        assert (call, code, err) == (call, 0, "")


def test_every_package_has_its_extra() -> None:
    """Whatever of the extra is missing, the install command is known."""
    assert grading_packages() <= set(EXTRA_OF)


@pytest.mark.parametrize("call", [["--help"], ["publish", "--help"], ["status", "--help"]], ids=str)
def test_help_imports_nothing_heavy(call: list[str]) -> None:
    """Help is shown without importing nbgrader, pandas or a database."""
    ((code, _out, _err),), modules = call_all([call], set())

    assert code == 0
    assert not modules & {"nbgrader", "pandas", "sqlalchemy", "papermill", "nbformat", "nbclient"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["publsh"], 2, "did you mean 'publish'?"),
        (["status", "--course", "/"], 2, "no course here"),
        (["--version"], 0, ""),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_as_a_module(arguments: list[str], code: int, message: str) -> None:
    """``python -m practicum`` is the command."""
    command = [sys.executable, "-m", "practicum", *arguments]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
