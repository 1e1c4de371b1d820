"""The repository as a reader finds it: its entries, its words, its docstrings."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (ROOT / "course" / "practicum", ROOT / "widgets" / "practicum_widgets")

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# No one's machine: the homes that images and installers of Jupyter make, and those of the
# people whom our tests invent.
HOME = re.compile(
    r"(?<![\w.])(?:/home/|/Users/|/root/|[A-Z]:\\{1,2}Users\\{1,2})"
    r"(?!jovyan|student\b|jupyter-|petra\b|secret\b|ada\b|bob\b|USER\b)\.?\w"
)


def files() -> list[Path]:
    """Return the files that are tracked or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    """Yield the text files with their contents."""
    for path in files():
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def public(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, Documented]]:
    """Yield the public functions and classes, and the public methods of these classes."""
    for node in tree.body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node, f"{prefix}{node.name}.")


def undocumented(path: Path) -> list[str]:
    """Return the public names of the module that have no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nameless = [] if ast.get_docstring(tree) else ["(the module)"]
    nameless += [name for name, node in public(tree) if not ast.get_docstring(node)]
    return [f"{path.relative_to(ROOT)}: {name}" for name in nameless]


@pytest.mark.parametrize(
    "entry",
    [
        "course",
        "notebooks",
        "assignments",
        "rubrics",
        "widgets",
        "tests",
        "environment.yml",
        "README.md",
    ],
)
def test_top_level(entry: str) -> None:
    """The repository has the entries that a course kit is expected to have."""
    assert (ROOT / entry).exists()


def test_no_home_of_anyone() -> None:
    """No text of the repository names the home folder of someone's machine."""
    found = [f"{path}: {match.group()}" for path, text in texts() if (match := HOME.search(text))]
    assert found == []


def test_no_path_of_this_checkout() -> None:
    """No text of the repository names the folder in which it happens to lie."""
    assert [str(path) for path, text in texts() if str(ROOT) in text] == []


def test_every_test_says_what_it_specifies() -> None:
    """Every test has a docstring: one sentence that states the behaviour."""
    silent = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, Documented) and node.name.startswith("test"):
                silent += [] if ast.get_docstring(node) else [f"{path.name}: {node.name}"]
    assert silent == []


def test_everything_public_is_documented() -> None:
    """Every public module, class, function and method of both packages has a docstring."""
    modules = (path for package in PACKAGES for path in sorted(package.rglob("*.py")))
    assert [line for path in modules for line in undocumented(path)] == []
