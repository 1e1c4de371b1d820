"""Write penguins.csv next to this script, exactly as the palmerpenguins package ships it.

Needs the package only for this step: ``pip install palmerpenguins==0.1.6``.
Run it with ``python extract.py``.
"""

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

PACKAGE = "palmerpenguins"
VERSION = "0.1.6"
ROWS = 344
HEADER = "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year"
TARGET = Path(__file__).with_name("penguins.csv")


def read_table() -> str:
    """Return the text of the package's table, after checking that it is the one we expect."""
    found = version(PACKAGE)
    if found != VERSION:
        raise SystemExit(f"{PACKAGE} {VERSION} is needed, but {found} is installed.")
    text = files(PACKAGE).joinpath("data", "penguins.csv").read_text(encoding="utf-8")
    header, *rows = text.splitlines()
    if header != HEADER or len(rows) != ROWS:
        raise SystemExit("The table in the package is not the one this brief was written for.")
    return text


def main() -> None:
    """Write the table."""
    TARGET.write_text(read_table(), encoding="utf-8", newline="\n")
    print(f"Wrote {ROWS} rows to {TARGET.name}.")


if __name__ == "__main__":
    main()
