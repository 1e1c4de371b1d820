"""Prints environment.yml: the hub's environment, with the pins of uv.lock."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("grading", "hub", "review")

HEAD = """\
# The hub's environment:  conda env create --file environment.yml
# Made from uv.lock by scripts/pins; do not edit. conda brings Python; the libraries come
# by pip, because uv.lock pins what PyPI has, and that combination is the tested one.
name: practicum
channels:
  - conda-forge
dependencies:
  - python >=3.11,<3.14
  - pip
  - pip:
"""
ITEM = "      - {}\n"
TAIL = ITEM.format(f'".[{",".join(EXTRAS)}]"')


def direct_pins(lock: dict[str, Any], extras: tuple[str, ...]) -> list[str]:
    """Return `name==version` for every library that practicum and the extras name themselves."""
    packages = lock["package"]
    practicum = next(package for package in packages if package["name"] == "practicum")
    named = list(practicum["dependencies"])
    for extra in extras:
        named += practicum["optional-dependencies"][extra]
    pins = set()
    for wanted in named:
        versions = [package["version"] for package in packages if package["name"] == wanted["name"]]
        # Where the lock has several versions, it says which one is meant where.
        version = wanted.get("version") or versions[0]
        marker = f" ; {wanted['marker']}" if "marker" in wanted else ""
        pins.add(f"{wanted['name']}=={version}{marker}")
    return sorted(pins)


def main() -> None:
    """Print the environment file."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    pins = (ITEM.format(f'"{pin}"' if ";" in pin else pin) for pin in direct_pins(lock, EXTRAS))
    print(HEAD + "".join(pins) + TAIL, end="")


if __name__ == "__main__":
    main()
