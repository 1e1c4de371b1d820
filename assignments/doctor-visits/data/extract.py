"""Make doctor_visits.csv from the randhie data set of statsmodels.

The package holds two files: the ten columns of `randhie`, and the longer source
file that they were taken from. The rows of both are in the same order. This script
checks that, adds the person and the study year from the source file, and writes the
result next to itself. The ten columns are copied as text, so no digit changes.

The source file has a log coinsurance of its own (`logc`). It differs from `lncoins`
in 4,855 rows, all with idp = 1, so `lncoins` is compared with the source column
`coins` (the coinsurance in percent) instead.

Run with: python extract.py   (needs numpy, pandas and statsmodels)
"""

from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = [
    "mdvis",
    "lncoins",
    "idp",
    "lpi",
    "fmde",
    "physlm",
    "disea",
    "hlthg",
    "hlthf",
    "hlthp",
]
TARGET = Path(__file__).with_name("doctor_visits.csv")


def read_packaged(*parts: str) -> pd.DataFrame:
    """Read a csv file of the randhie package, every value as text."""
    resource = files("statsmodels.datasets.randhie").joinpath(*parts)
    with as_file(resource) as path:
        return pd.read_csv(path, dtype=str)


def extract() -> pd.DataFrame:
    """Return the ten columns with a person number and a study year in front."""
    visits = read_packaged("randhie.csv")[COLUMNS]
    source = read_packaged("src", "randhie.csv")
    if len(visits) != len(source):
        raise ValueError("The two files do not have the same number of rows.")
    numbers = visits.astype(float)
    expected = source.drop(columns="logc").reindex(columns=COLUMNS).astype(float)
    expected["lncoins"] = np.log1p(source["coins"].astype(float))
    if not np.allclose(numbers, expected, rtol=0, atol=1e-4):
        raise ValueError("The rows of the two files are not in the same order.")
    person = pd.Series(pd.factorize(source["zper"])[0] + 1, name="person")
    year = source["year"].astype(float).astype(int).rename("year")
    return pd.concat([person, year, visits], axis="columns")


def main() -> None:
    """Write the csv file."""
    frame = extract()
    frame.to_csv(TARGET, index=False, lineterminator="\n")
    print(f"{TARGET.name}: {len(frame)} rows, {frame['person'].nunique()} people")


if __name__ == "__main__":
    main()
