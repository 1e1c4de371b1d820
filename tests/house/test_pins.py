"""One lock: uv.lock, requirements.lock, environment.yml and pyproject.toml say the same."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
SETUP_EXTRAS = {"cluster", "grading", "hub", "postgresql", "review"}
HUB_EXTRAS = {"grading", "review", "hub"}


def read_toml(name: str) -> dict[str, Any]:
    """Return a TOML file of the repository's root."""
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return read_toml("pyproject.toml")


@pytest.fixture(scope="module")
def lock() -> dict[str, list[dict[str, Any]]]:
    """Return the packages of uv.lock by name; a name may have several versions."""
    packages: dict[str, list[dict[str, Any]]] = {}
    for package in read_toml("uv.lock")["package"]:
        packages.setdefault(package["name"], []).append(package)
    return packages


@pytest.fixture(scope="module")
def requirements() -> list[Requirement]:
    """Return the lines of requirements.lock."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def conda() -> dict[str, Any]:
    """Return environment.yml."""
    environment: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    return environment


def names(requirements: Iterable[str]) -> set[str]:
    """Return the canonical names that the requirements begin with."""
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def wanted(project: dict[str, Any], extras: set[str]) -> set[str]:
    """Return the libraries that the base and the extras name themselves."""
    optional = project["project"]["optional-dependencies"]
    return names(project["project"]["dependencies"]).union(*(names(optional[e]) for e in extras))


def closure(lock: dict[str, list[dict[str, Any]]], roots: Iterable[dict[str, Any]]) -> set[str]:
    """Return every library that the roots need, on whatever platform."""
    found: set[tuple[str, str]] = set()
    waiting = list(roots)
    while waiting:
        edge = waiting.pop()
        for extra in ("", *edge.get("extra", [])):
            node = (edge["name"], extra)
            if node in found:
                continue
            found.add(node)
            for package in lock[edge["name"]]:
                optional = package.get("optional-dependencies", {})
                waiting += optional.get(extra, []) if extra else package.get("dependencies", [])
    return {name for name, _ in found}


def test_lock_knows_pyproject(
    project: dict[str, Any], lock: dict[str, list[dict[str, Any]]]
) -> None:
    """uv.lock was made from the dependencies that pyproject.toml names."""
    metadata = lock["practicum"][0]["metadata"]
    locked = {(d["name"], d.get("specifier", "")) for d in metadata["requires-dist"]}
    named = project["project"]["dependencies"]
    for extra, lines in project["project"]["optional-dependencies"].items():
        named = named + (lines if extra != "all" else [])
    for line in named:
        requirement = Requirement(line)
        known = {s for n, s in locked if n == canonicalize_name(requirement.name)}
        assert str(requirement.specifier) in known, line


def test_lock_satisfies_pyproject(
    project: dict[str, Any], lock: dict[str, list[dict[str, Any]]]
) -> None:
    """Every locked version lies within the bounds of pyproject.toml."""
    groups = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        project["dependency-groups"]["dev"],
    ]
    for requirement in (Requirement(line) for group in groups for line in group):
        if requirement.name != "practicum":
            for package in lock[canonicalize_name(requirement.name)]:
                assert package["version"] in requirement.specifier, requirement


def test_requirements_are_pins_of_the_lock(
    requirements: list[Requirement], lock: dict[str, list[dict[str, Any]]]
) -> None:
    """Every line of requirements.lock pins a version that uv.lock has."""
    for requirement in requirements:
        versions = {package["version"] for package in lock[canonicalize_name(requirement.name)]}
        pins = {pin.version for pin in requirement.specifier if pin.operator == "=="}
        assert len(pins) == 1, requirement
        assert pins <= versions, f"{requirement}: run scripts/pins"


def test_requirements_are_complete(
    requirements: list[Requirement], lock: dict[str, list[dict[str, Any]]]
) -> None:
    """requirements.lock has what the base, the set-up's extras and dev need, and nothing more."""
    practicum = lock["practicum"][0]
    roots = [*practicum["dependencies"], *practicum["dev-dependencies"]["dev"]]
    for extra in SETUP_EXTRAS:
        roots += practicum["optional-dependencies"][extra]
    assert {canonicalize_name(r.name) for r in requirements} == closure(lock, roots)


def test_requirements_name_no_host() -> None:
    """requirements.lock leaves the choice of the index to the one who installs."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)


def test_conda_has_the_same_pins(
    conda: dict[str, Any], project: dict[str, Any], lock: dict[str, list[dict[str, Any]]]
) -> None:
    """environment.yml pins the direct dependencies of the hub, as uv.lock does."""
    (pip,) = (d["pip"] for d in conda["dependencies"] if isinstance(d, dict))
    pins = [Requirement(line) for line in pip if not line.startswith(".")]
    assert {canonicalize_name(pin.name) for pin in pins} == wanted(project, HUB_EXTRAS)
    for pin in pins:
        versions = {f"=={package['version']}" for package in lock[canonicalize_name(pin.name)]}
        assert str(pin.specifier) in versions, f"{pin}: run scripts/pins"


def test_conda_installs_practicum_itself(conda: dict[str, Any]) -> None:
    """environment.yml ends with this checkout and the extras that a hub needs."""
    (pip,) = (d["pip"] for d in conda["dependencies"] if isinstance(d, dict))
    (own,) = (line for line in pip if line.startswith("."))
    assert set(own.removeprefix(".[").removesuffix("]").split(",")) == HUB_EXTRAS


def test_conda_has_a_python_that_practicum_accepts(
    conda: dict[str, Any], project: dict[str, Any]
) -> None:
    """environment.yml starts at the oldest Python that pyproject.toml accepts."""
    (python,) = (d for d in conda["dependencies"] if isinstance(d, str) and d.startswith("python"))
    assert python.split()[1].split(",")[0] == project["project"]["requires-python"]


def imported(tree: ast.AST) -> set[str]:
    """Return the top-level modules that the code imports, other than its own and Python's."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - {"practicum", "practicum_widgets"}


def test_every_import_is_named(project: dict[str, Any]) -> None:
    """What our packages import is named in pyproject.toml, and not only brought by another."""
    known = wanted(project, set(project["project"]["optional-dependencies"]))
    brought_along = {"pydantic_core": "pydantic"}
    homes = packages_distributions()
    unnamed = set()
    for package in (ROOT / "course" / "practicum", ROOT / "widgets" / "practicum_widgets"):
        for path in package.rglob("*.py"):
            for module in imported(ast.parse(path.read_text(encoding="utf-8"))):
                options = [*homes.get(module, [module]), brought_along.get(module, module)]
                if not {canonicalize_name(option) for option in options} & known:
                    unnamed.add(f"{path.relative_to(ROOT)}: {module}")
    assert sorted(unnamed) == []
