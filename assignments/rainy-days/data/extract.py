"""Write seattle-weather.csv from the package vega-datasets 0.9.0.

Needs ``pip install vega-datasets==0.9.0``. Run ``python extract.py`` in this folder.
"""

import csv
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

VERSION = "0.9.0"
ROWS = 1461


def read_package() -> list[dict[str, str]]:
    """Return the rows of the packaged file, with ISO dates, in date order."""
    if version("vega-datasets") != VERSION:
        raise SystemExit(f"This script needs vega-datasets {VERSION}.")
    source = files("vega_datasets") / "_data" / "seattle-weather.csv"
    with source.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        row["date"] = row["date"].replace("/", "-")
    return sorted(rows, key=lambda row: row["date"])


def main() -> None:
    """Write the csv next to this script."""
    rows = read_package()
    if len(rows) != ROWS:
        raise SystemExit(f"Expected {ROWS} rows, found {len(rows)}.")
    target = Path(__file__).with_name("seattle-weather.csv")
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{target.name}: {len(rows)} rows, {len(rows[0])} columns")


if __name__ == "__main__":
    main()
